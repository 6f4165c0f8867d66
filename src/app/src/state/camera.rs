//! The camera's state and what may be done with it.

use headstart_protocol::Failure;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MediaStream;

use super::{Answer, Page};
use crate::camera::{self, Facing};
use crate::error::PageError;
use crate::signal::{RwSignal, StoredValue};

/// How far the camera is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CameraStatus {
    Off,
    Starting,
    Live,
    Failed(Failure),
}

impl CameraStatus {
    /// The name in `data-state`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Starting => "starting",
            Self::Live => "live",
            Self::Failed(_) => "error",
        }
    }

    /// Whether the camera is wanted.
    pub(crate) fn is_on(&self) -> bool {
        matches!(self, Self::Starting | Self::Live)
    }
}

/// The camera as the views see it.
#[derive(Clone, Copy)]
pub(crate) struct Camera {
    pub(crate) status: RwSignal<CameraStatus>,
    /// What the engine says of the last frame.
    pub(crate) answer: RwSignal<Option<Answer>>,
    /// Whether the picture is shown as in a mirror.
    pub(crate) mirrored: RwSignal<bool>,
    /// Whether there may be another camera to switch to.
    pub(crate) switchable: RwSignal<bool>,
    /// The running stream.
    pub(crate) stream: RwSignal<Option<MediaStream>>,
    facing: StoredValue<Option<Facing>>,
    /// Counts the openings, so that one that comes too late is told apart.
    opening: StoredValue<u32>,
}

impl Camera {
    pub(super) fn new() -> Self {
        Self {
            status: RwSignal::new(CameraStatus::Off),
            answer: RwSignal::new(None),
            mirrored: RwSignal::new(false),
            switchable: RwSignal::new(false),
            stream: RwSignal::new(None),
            facing: StoredValue::new(None),
            opening: StoredValue::new(0),
        }
    }

    /// Which opening this is; it changes when the camera goes off or is opened anew.
    pub(crate) fn opening(self) -> u32 {
        self.opening.get_value()
    }
}

impl Page {
    /// Turns the camera on.
    pub(crate) fn open_camera(self) {
        self.close_stream();
        self.camera.status.set(CameraStatus::Starting);
        let facing = self.camera.facing.get_value().unwrap_or_else(Facing::usual);
        self.camera.facing.set_value(Some(facing));
        let opening = self.camera.opening();
        spawn_local(async move {
            let opened = camera::open(facing).await;
            if self.camera.opening() != opening {
                // Turned off while the browser was asking.
                if let Ok(stream) = &opened {
                    camera::close(stream);
                }
                return;
            }
            match opened {
                Ok(stream) => self.camera_opened(stream, facing),
                Err(error) => self.camera_failed(error.into()),
            }
        });
    }

    /// Switches to the camera that looks the other way.
    pub(crate) fn switch_camera(self) {
        let facing = self.camera.facing.get_value().unwrap_or_else(Facing::usual);
        self.camera.facing.set_value(Some(facing.flipped()));
        self.open_camera();
    }

    /// Turns the camera off, if it is on.
    pub(crate) fn close_camera(self) {
        self.close_stream();
        if self.camera.status.with_untracked(CameraStatus::is_on) {
            self.camera.status.set(CameraStatus::Off);
        }
    }

    /// Turns the camera off and says why.
    pub(crate) fn camera_failed(self, failure: Failure) {
        self.close_stream();
        self.camera.status.set(CameraStatus::Failed(failure));
    }

    fn camera_opened(self, stream: MediaStream, facing: Facing) {
        let ended = Closure::<dyn FnMut()>::new(move || {
            let detail = "it was disconnected".to_owned();
            self.camera_failed(PageError::CameraFailed { detail }.into());
        });
        for track in camera::tracks(&stream) {
            track.set_onended(Some(ended.as_ref().unchecked_ref()));
        }
        // Lives as long as the track that may call it.
        ended.into_js_value();
        self.camera.mirrored.set(camera::facing(&stream).unwrap_or(facing) == Facing::User);
        self.camera.stream.set(Some(stream));
        self.camera.status.set(CameraStatus::Live);
        spawn_local(async move { self.camera.switchable.set(camera::can_switch().await) });
    }

    fn close_stream(self) {
        self.camera.opening.update_value(|opening| *opening += 1);
        if let Some(stream) = self.camera.stream.get_untracked() {
            camera::close(&stream);
            self.camera.stream.set(None);
        }
        self.camera.answer.set(None);
    }
}
