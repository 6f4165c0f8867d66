//! Recording photos from the camera, while a button is held or by itself.

use std::time::Duration;

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlVideoElement;

use super::photos::Fresh;
use crate::camera::FrameGrabber;
use crate::error::PageError;
use crate::pause::pause;
use crate::state::{CameraStatus, Page};

/// How often to look whether the camera is live.
const GLANCE: Duration = Duration::from_millis(40);

/// What the recorder does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum RecordingState {
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

impl Page {
    /// Opens the camera for a class.
    pub(crate) fn open_recorder(self, class: u32) {
        self.teach.active.set(Some(class));
        if self.teach.recorder.get_untracked() != Some(class) {
            self.teach.recorder.set(Some(class));
        }
        if !self.camera.status.with_untracked(CameraStatus::is_on) {
            self.open_camera();
        }
    }

    /// Closes it.
    pub(crate) fn close_recorder(self) {
        self.stop_recording();
        if self.teach.recorder.get_untracked().is_some() {
            self.teach.recorder.set(None);
            self.close_camera();
        }
    }

    /// The video that shows the camera's picture, while there is one.
    pub(crate) fn record_from(self, video: Option<HtmlVideoElement>) {
        self.teach.desk.update_value(|desk| desk.video = video);
    }

    /// Records into a class until it is stopped.
    pub(crate) fn hold(self, class: u32) {
        self.start_recording(class, 0, None);
    }

    /// Records into a class by itself.
    pub(crate) fn record_hands_free(self, class: u32) {
        let HandsFree { delay, duration, .. } = self.teach.hands_free.get_untracked();
        self.start_recording(class, delay, Some(f64::from(duration) * 1000.0));
    }

    /// Ends the recording.
    pub(crate) fn stop_recording(self) {
        self.teach.desk.update_value(|desk| desk.burst = None);
    }

    fn start_recording(self, class: u32, delay: u32, span: Option<f64>) {
        if self.teach.recording.get_untracked().is_on() {
            return;
        }
        self.open_recorder(class);
        // Milliseconds since 1970 are unlike those of any earlier recording.
        let burst = js_sys::Date::now() as u64;
        self.teach.desk.update_value(|desk| desk.burst = Some(burst));
        self.teach.recording.set(RecordingState::On(0));
        spawn_local(async move {
            self.record(class, burst, delay, span).await;
            self.teach.recording.set(RecordingState::Idle);
            self.teach.desk.update_value(|desk| desk.burst = desk.burst.filter(|other| *other != burst));
        });
    }

    async fn record(self, class: u32, burst: u64, delay: u32, span: Option<f64>) {
        let wanted = move || self.teach.desk.with_value(|desk| desk.burst == Some(burst));
        while self.camera_video().is_none() {
            if !wanted() || !self.camera.status.with_untracked(CameraStatus::is_on) {
                return;
            }
            pause(GLANCE).await;
        }
        for left in (1..=delay).rev() {
            self.teach.recording.set(RecordingState::Countdown(left));
            pause(Duration::from_secs(1)).await;
            if !wanted() {
                return;
            }
        }
        let Some(grabber) = FrameGrabber::new() else { return self.complain(PageError::NoCanvas) };
        let every = 1000.0 / f64::from(self.teach.hands_free.get_untracked().rate.max(1));
        let start = js_sys::Date::now();
        for taken in 1.. {
            // A short press takes one photo.
            let Some((video, class)) = self.camera_video().zip(self.class(class)) else { return };
            let Some(file) = grabber.jpeg(&video).await else { return };
            let name = format!("camera-{burst}-{taken:03}.jpg");
            self.put(&class, vec![Fresh { name, file, burst: Some(burst) }]);
            self.teach.recording.set(RecordingState::On(taken));
            let passed = js_sys::Date::now() - start;
            if !wanted() || span.is_some_and(|span| passed + every > span) {
                return;
            }
            let wait = (f64::from(taken) * every - passed).max(1.0);
            pause(Duration::from_micros((wait * 1000.0) as u64)).await;
            if !wanted() {
                return;
            }
        }
    }

    /// The video, once it shows something.
    fn camera_video(self) -> Option<HtmlVideoElement> {
        let live = self.camera.status.with_untracked(|status| *status == CameraStatus::Live);
        let video = self.teach.desk.with_value(|desk| desk.video.clone())?;
        (live && video.video_width() > 0).then_some(video)
    }
}
