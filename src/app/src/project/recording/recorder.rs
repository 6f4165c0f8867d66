//! What the recorder does and may be told to do.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::HtmlVideoElement;

use crate::camera::{Camera, CameraStatus};
use crate::error::PageError;
use crate::platform::camera::FrameGrabber;
use crate::platform::dom::{now, pause};
use crate::project::album::{Album, Fresh};
use crate::project::classes::Edits;
use crate::project::notices::Notices;

/// How often to look whether the camera is live.
const GLANCE: Duration = Duration::from_millis(40);

/// What the recorder does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum RecordingState {
    /// Nothing.
    #[default]
    Idle,
    /// It starts in so many seconds.
    Countdown(u32),
    /// It has taken so many photos.
    On(u32),
}

impl RecordingState {
    /// Whether it records, or is about to.
    pub(crate) fn is_on(self) -> bool {
        self != Self::Idle
    }
}

/// How to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HandsFree {
    /// Seconds before it starts by itself.
    pub(crate) delay: u32,
    /// Seconds that it records by itself.
    pub(crate) duration: u32,
    /// Photos a second, by itself and while the button is held.
    pub(crate) rate: u32,
}

impl Default for HandsFree {
    fn default() -> Self {
        Self { delay: 3, duration: 5, rate: 5 }
    }
}

/// Records photos into a class.
#[derive(Clone, Copy)]
pub(crate) struct Recorder {
    /// The class that it is open for.
    pub(crate) open: RwSignal<Option<u32>>,
    /// What it does.
    pub(crate) state: RwSignal<RecordingState>,
    /// How it is to record.
    pub(crate) hands_free: RwSignal<HandsFree>,
    camera: Camera,
    album: Album,
    edits: Edits,
    notices: Notices,
    /// The video that shows the camera's picture, while there is one.
    video: StoredValue<Option<HtmlVideoElement>, LocalStorage>,
    /// The recording that is wanted; its frames share this name, so that no split tears them apart.
    burst: StoredValue<Option<u64>>,
}

impl Recorder {
    /// A closed recorder that takes what `camera` sees.
    pub(crate) fn new(camera: Camera, album: Album, edits: Edits, notices: Notices) -> Self {
        Self {
            open: RwSignal::new(None),
            state: RwSignal::new(RecordingState::Idle),
            hands_free: RwSignal::new(HandsFree::default()),
            camera,
            album,
            edits,
            notices,
            video: StoredValue::new_local(None),
            burst: StoredValue::new(None),
        }
    }

    /// Opens the camera for a class.
    pub(crate) fn open(self, class: u32) {
        self.album.active.set(Some(class));
        if self.open.get_untracked() != Some(class) {
            self.open.set(Some(class));
        }
        if !self.camera.status.with_untracked(CameraStatus::is_on) {
            self.camera.open();
        }
    }

    /// Closes it.
    pub(crate) fn close(self) {
        self.stop();
        if self.open.get_untracked().is_some() {
            self.open.set(None);
            self.camera.close();
        }
    }

    /// The video that shows the camera's picture, while there is one.
    pub(crate) fn record_from(self, video: Option<HtmlVideoElement>) {
        self.video.set_value(video);
    }

    /// Records into a class until it is stopped.
    pub(crate) fn hold(self, class: u32) {
        self.start(class, 0, None);
    }

    /// Records into a class by itself.
    pub(crate) fn record_hands_free(self, class: u32) {
        let HandsFree { delay, duration, .. } = self.hands_free.get_untracked();
        self.start(class, delay, Some(f64::from(duration) * 1000.0));
    }

    /// Ends the recording.
    pub(crate) fn stop(self) {
        self.burst.set_value(None);
    }

    fn start(self, class: u32, delay: u32, span: Option<f64>) {
        if self.state.get_untracked().is_on() {
            return;
        }
        self.open(class);
        // Milliseconds since 1970 are unlike those of any earlier recording.
        let burst = js_sys::Date::now() as u64;
        self.burst.set_value(Some(burst));
        self.state.set(RecordingState::On(0));
        spawn_local(async move {
            self.record(class, burst, delay, span).await;
            self.state.set(RecordingState::Idle);
            if self.wants(burst) {
                self.stop();
            }
        });
    }

    /// Waits for the camera, counts `delay` seconds down, and takes photos until it is stopped or `span` milliseconds are
    /// over.
    async fn record(self, class: u32, burst: u64, delay: u32, span: Option<f64>) {
        while self.live_video().is_none() {
            if !self.wants(burst) || !self.camera.status.with_untracked(CameraStatus::is_on) {
                return;
            }
            pause(GLANCE).await;
        }
        for left in (1..=delay).rev() {
            self.state.set(RecordingState::Countdown(left));
            pause(Duration::from_secs(1)).await;
            if !self.wants(burst) {
                return;
            }
        }
        let Some(grabber) = FrameGrabber::new() else { return self.notices.complain(PageError::NoCanvas) };
        let every = 1000.0 / f64::from(self.hands_free.get_untracked().rate.max(1));
        let start = now();
        for taken in 1.. {
            // A short press takes one photo.
            let Some((video, class)) = self.live_video().zip(self.album.class(class)) else { return };
            let Some(file) = grabber.jpeg(&video).await else { return };
            let name = format!("camera-{burst}-{taken:03}.jpg");
            if self.edits.put(&class, vec![Fresh { name, file, burst: Some(burst), part: None }]) > 0 {
                return self.notices.complain(PageError::GivenElsewhere { count: 1 });
            }
            self.state.set(RecordingState::On(taken));
            let passed = now() - start;
            if !self.wants(burst) || span.is_some_and(|span| passed + every > span) {
                return;
            }
            let wait = (f64::from(taken) * every - passed).max(1.0);
            pause(Duration::from_micros((wait * 1000.0) as u64)).await;
            if !self.wants(burst) {
                return;
            }
        }
    }

    fn wants(self, burst: u64) -> bool {
        self.burst.get_value() == Some(burst)
    }

    /// The video, once it shows something.
    fn live_video(self) -> Option<HtmlVideoElement> {
        let live = self.camera.status.with_untracked(|status| *status == CameraStatus::Live);
        let live = live && !self.camera.muted.get_untracked();
        let video = self.video.get_value()?;
        (live && video.video_width() > 0).then_some(video)
    }
}
