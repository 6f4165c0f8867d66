//! Looking through the camera for what is worth a label.

use std::time::Duration;

use headstart_protocol::ErrorKind;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{Blob, HtmlVideoElement};

use super::Labelling;
use super::doubt::Doubt;
use super::labelling::own_answer;
use super::sketch::Sketch;
use crate::answer::HeadAnswer;
use crate::camera::CameraStatus;
use crate::engine::Source;
use crate::error::PageError;
use crate::platform::camera::FrameGrabber;
use crate::platform::dom::{now, pause};

/// A frame is looked at so often.
const EVERY: Duration = Duration::from_millis(500);
/// While so many photos wait no frame is kept.
pub(super) const AT_MOST: usize = 60;

/// What the camera has seen since it was turned on for this.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Looks {
    /// Frames that were answered.
    pub(super) seen: u32,
    /// Those that were kept.
    pub(super) kept: u32,
}

/// A frame that may be kept.
struct Frame {
    file: Blob,
    sketch: Sketch,
    said: HeadAnswer,
}

impl Labelling {
    /// Whether the camera looks for photos to label; within a view, what depends on it.
    pub(super) fn is_watching(self) -> bool {
        self.watch.with(Option::is_some)
    }

    /// The video that shows the camera's picture, while there is one.
    pub(super) fn watch_from(self, video: Option<HtmlVideoElement>) {
        self.video.set_value(video);
    }

    /// Has the camera look for photos to label, until it is stopped or the camera goes off.
    pub(super) fn start_watching(self) {
        if self.watch.with_untracked(Option::is_some) {
            return;
        }
        // Milliseconds since 1970 are unlike those of any recording.
        let watch = js_sys::Date::now() as u64;
        self.watch.set(Some(watch));
        self.looks.set(Looks::default());
        self.wants_camera.set(true);
        let was_on = self.camera.status.with_untracked(CameraStatus::is_on);
        self.was_on.set_value(was_on);
        if !was_on {
            self.camera.open();
        }
        spawn_local(async move {
            if let Err(error) = self.look(watch).await {
                self.notices.complain(error);
            }
            if self.wants(watch) {
                self.watch.set(None);
            }
        });
    }

    /// The camera looks for nothing any more, and goes off unless it was on before.
    pub(super) fn stop_watching(self) {
        self.wants_camera.set(false);
        if self.watch.with_untracked(Option::is_some) {
            self.watch.set(None);
            if !self.was_on.get_value() {
                self.camera.close();
            }
        }
    }

    /// Looks at frame after frame. The next is taken once the one before is answered: there is never more than one on its way.
    async fn look(self, watch: u64) -> Result<(), PageError> {
        let grabber = FrameGrabber::new().ok_or(PageError::NoCanvas)?;
        loop {
            let start = now();
            let frame = match self.live_video() {
                Some(video) if untrack(|| self.waiting()) < AT_MOST => self.frame(&grabber, &video).await?,
                _ => None,
            };
            if !self.wants(watch) || !self.camera.status.with_untracked(CameraStatus::is_on) {
                return Ok(());
            }
            if let Some(frame) = frame {
                self.weigh(frame, watch);
            }
            let left = EVERY.as_secs_f64() - (now() - start) / 1000.0;
            pause(Duration::from_secs_f64(left.max(0.001))).await;
        }
    }

    /// The frame that the camera shows, answered; none where it shows nothing or no head is open.
    async fn frame(self, grabber: &FrameGrabber, video: &HtmlVideoElement) -> Result<Option<Frame>, PageError> {
        // Both are drawn in the same task, and so of the same frame.
        let sketch = grabber.grab(video).and_then(|pixels| Sketch::of(&pixels));
        let Some((sketch, file)) = sketch.zip(grabber.jpeg(video).await) else { return Ok(None) };
        let engine = self.engine.get_value();
        match own_answer(engine.classify(Source::File(file.clone()), || false).await) {
            Ok(said) => Ok(said.map(|said| Frame { file, sketch, said })),
            // A lid, or the first moment: the next frame may show something.
            Err(error) if error.kind() == ErrorKind::BlankImage => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a frame that the head is torn over, or that is unlike all that it was taught, and that shows something else than each
    /// frame that was kept before.
    fn weigh(self, Frame { file, sketch, said }: Frame, watch: u64) {
        let is_new = self.sketches.with_value(|sketches| sketch.is_unlike(sketches));
        let keeps = is_new && Doubt::of(&said).is_worth_asking();
        self.looks.update(|looks| {
            looks.seen += 1;
            looks.kept += u32::from(keeps);
        });
        if keeps {
            self.sketches.update_value(|sketches| sketches.push(sketch));
            let name = format!("camera-{watch}-{:03}.jpg", self.looks.get_untracked().kept);
            self.keep(name, file, Some(watch), said);
        }
    }

    fn wants(self, watch: u64) -> bool {
        self.watch.get_untracked() == Some(watch)
    }

    /// The video, once it shows something.
    fn live_video(self) -> Option<HtmlVideoElement> {
        let live = self.camera.status.with_untracked(|status| *status == CameraStatus::Live);
        let may_look = live && !self.camera.muted.get_untracked() && !self.album.read_only.get_untracked();
        self.video.get_value().filter(|_| may_look)
    }
}
