//! The camera's state and what may be done with it.

use headstart_protocol::ErrorKind;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlVideoElement, MediaStream};

use super::CameraStatus;
use crate::answer::Answer;
use crate::engine::Engine;
use crate::error::PageError;
use crate::platform::camera::{self, Facing, FrameGrabber};
use crate::platform::dom::repaint;

/// The camera as the views see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Camera {
    /// How far it is.
    pub(crate) status: RwSignal<CameraStatus>,
    /// What the models say of the last frame.
    pub(crate) answer: RwSignal<Option<Answer>>,
    /// Whether the picture is shown as in a mirror.
    pub(crate) mirrored: RwSignal<bool>,
    /// Whether there may be another camera to switch to.
    pub(crate) switchable: RwSignal<bool>,
    /// The running stream.
    pub(crate) stream: RwSignal<Option<MediaStream>, LocalStorage>,
    engine: StoredValue<Engine, LocalStorage>,
    facing: StoredValue<Option<Facing>>,
    /// Counts the openings, so that one that comes too late is told apart.
    opening: StoredValue<u32>,
}

impl Camera {
    /// A camera that is off; `engine` answers its frames.
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            status: RwSignal::new(CameraStatus::Off),
            answer: RwSignal::new(None),
            mirrored: RwSignal::new(false),
            switchable: RwSignal::new(false),
            stream: RwSignal::new_local(None),
            engine: StoredValue::new_local(engine),
            facing: StoredValue::new(None),
            opening: StoredValue::new(0),
        }
    }

    /// Turns the camera on.
    pub(crate) fn open(self) {
        self.end_stream();
        self.status.set(CameraStatus::Starting);
        let facing = self.facing();
        let opening = self.opening.get_value();
        spawn_local(async move {
            let opened = camera::open(facing).await;
            match opened {
                // Turned off while the browser was asking.
                Ok(stream) if !self.is_open(opening) => camera::close(&stream),
                Err(_) if !self.is_open(opening) => {}
                Ok(stream) => {
                    self.show(stream, facing);
                    self.switchable.set(camera::can_switch().await);
                }
                Err(error) => self.fail(error),
            }
        });
    }

    /// Switches to the camera that looks the other way.
    pub(crate) fn switch(self) {
        self.facing.set_value(Some(self.facing().flipped()));
        self.open();
    }

    /// Turns the camera off, if it is on.
    pub(crate) fn close(self) {
        self.end_stream();
        if self.status.with_untracked(CameraStatus::is_on) {
            self.status.set(CameraStatus::Off);
        }
    }

    /// Turns the camera off and forgets why it failed, as its view is left.
    pub(crate) fn leave(self) {
        self.close();
        if self.status.with_untracked(|status| *status != CameraStatus::Off) {
            self.status.set(CameraStatus::Off);
        }
    }

    /// Turns the camera off and says why.
    pub(crate) fn fail(self, error: PageError) {
        self.end_stream();
        self.status.set(CameraStatus::Failed(error));
    }

    /// Has the engine answer what `video` shows until the camera goes off or is opened anew. A frame is taken once the one
    /// before is answered: there is never more than one on its way.
    pub(crate) fn answer_frames(self, video: HtmlVideoElement) {
        let Some(grabber) = FrameGrabber::new() else { return };
        let (engine, opening) = (self.engine.get_value(), self.opening.get_value());
        spawn_local(async move {
            loop {
                repaint().await;
                if !self.is_open(opening) {
                    return;
                }
                let Some(frame) = engine.is_ready().then(|| grabber.grab(&video)).flatten() else { continue };
                let classified = engine.classify_frame(frame).await;
                if !self.is_open(opening) {
                    return;
                }
                match classified {
                    Ok(classified) => self.answer.set(Answer::new(classified)),
                    // A lid, or the first moment: the next frame may show something.
                    Err(error) if error.kind() == ErrorKind::BlankImage => self.answer.set(None),
                    // A fresh engine goes on where this one ended; the engine's line says so.
                    Err(PageError::EngineStopped) => {}
                    Err(error) => return self.fail(error),
                }
            }
        });
    }

    fn facing(self) -> Facing {
        self.facing.get_value().unwrap_or_else(Facing::usual)
    }

    fn is_open(self, opening: u32) -> bool {
        self.opening.get_value() == opening
    }

    fn show(self, stream: MediaStream, facing: Facing) {
        let ended = Closure::<dyn FnMut()>::new(move || {
            let detail = "it was disconnected".to_owned();
            self.fail(PageError::CameraFailed { detail });
        });
        for track in camera::tracks(&stream) {
            track.set_onended(Some(ended.as_ref().unchecked_ref()));
        }
        // Lives as long as the track that may call it.
        ended.into_js_value();
        self.mirrored.set(camera::facing(&stream).unwrap_or(facing) == Facing::User);
        self.stream.set(Some(stream));
        self.status.set(CameraStatus::Live);
    }

    fn end_stream(self) {
        self.opening.update_value(|opening| *opening += 1);
        if let Some(stream) = self.stream.get_untracked() {
            camera::close(&stream);
            self.stream.set(None);
        }
        self.answer.set(None);
    }
}
