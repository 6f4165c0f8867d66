//! The camera's state and what may be done with it.

use std::time::Duration;

use headstart_protocol::{ErrorKind, PhotoData};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlVideoElement, MediaStream};

use super::CameraStatus;
use crate::answer::{Answer, Explained, HeatWish};
use crate::engine::Engine;
use crate::error::PageError;
use crate::platform::camera::{self, Device, Facing, FrameGrabber, Wish};
use crate::platform::dom::{keep_word, kept_word, pause, repaint};

/// Where the camera that was chosen is remembered.
const CHOICE: &str = "headstart-camera";
/// How long a camera that is on may show nothing, and how often that is looked at.
const PATIENCE: Duration = Duration::from_secs(10);
const GLANCE: Duration = Duration::from_millis(250);

/// The camera as the views see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Camera {
    /// How far it is.
    pub(crate) status: RwSignal<CameraStatus>,
    /// What the models say of the last frame.
    pub(crate) answer: RwSignal<Option<Answer>>,
    /// Whether its heat map is wanted.
    pub(crate) why: RwSignal<bool>,
    /// Which heat map.
    pub(crate) wish: HeatWish,
    /// The heat map of the last frame.
    pub(crate) explained: RwSignal<Option<Explained>>,
    /// Width over height of that frame.
    pub(crate) shape: RwSignal<f64>,
    /// Whether the picture is shown as in a mirror.
    pub(crate) mirrored: RwSignal<bool>,
    /// The cameras that there are, as far as the browser tells.
    pub(crate) devices: RwSignal<Vec<Device>>,
    /// The one whose picture is shown.
    pub(crate) device: RwSignal<Option<String>>,
    /// Whether it sends no picture for now: a call, a lid, a switch.
    pub(crate) muted: RwSignal<bool>,
    /// The running stream.
    pub(crate) stream: RwSignal<Option<MediaStream>, LocalStorage>,
    engine: StoredValue<Engine, LocalStorage>,
    /// What the visitor chose.
    choice: StoredValue<Option<Wish>>,
    /// Counts the openings, so that one that comes too late is told apart.
    opening: StoredValue<u32>,
}

impl Camera {
    /// A camera that is off; `engine` answers its frames.
    pub(crate) fn new(engine: Engine) -> Self {
        let camera = Self {
            status: RwSignal::new(CameraStatus::Off),
            answer: RwSignal::new(None),
            why: RwSignal::new(false),
            wish: HeatWish::new(),
            explained: RwSignal::new(None),
            shape: RwSignal::new(1.0),
            mirrored: RwSignal::new(false),
            devices: RwSignal::new(Vec::new()),
            device: RwSignal::new(None),
            muted: RwSignal::new(false),
            stream: RwSignal::new_local(None),
            engine: StoredValue::new_local(engine),
            choice: StoredValue::new(kept_word(CHOICE).map(Wish::Device)),
            opening: StoredValue::new(0),
        };
        camera::on_change(move || spawn_local(camera.list_devices()));
        camera
    }

    /// Turns the camera on.
    pub(crate) fn open(self) {
        self.end_stream();
        self.status.set(CameraStatus::Starting);
        let wish = self.wish();
        let opening = self.opening.get_value();
        spawn_local(async move {
            let mut opened = camera::open(&wish).await;
            if matches!((&wish, &opened), (Wish::Device(_), Err(PageError::NoCamera))) {
                // It is gone; it is remembered for when it is back.
                opened = camera::open(&Wish::Facing(Facing::usual())).await;
            }
            match opened {
                // Turned off while the browser was asking.
                Ok(stream) if !self.is_open(opening) => camera::close(&stream),
                Err(_) if !self.is_open(opening) => {}
                Ok(stream) => {
                    self.show(stream);
                    // Their names are told once one is allowed.
                    self.list_devices().await;
                }
                Err(error) => self.fail(error),
            }
        });
    }

    /// Switches to the next camera; on a phone to the one that looks the other way.
    pub(crate) fn switch(self) {
        if camera::has_touch() {
            let shown = self.stream.with_untracked(|stream| stream.as_ref().and_then(camera::facing));
            let facing = shown.or(match self.wish() {
                Wish::Facing(facing) => Some(facing),
                Wish::Device(_) => None,
            });
            self.choice.set_value(Some(Wish::Facing(facing.unwrap_or_else(Facing::usual).flipped())));
            return self.open();
        }
        let devices = self.devices.read_untracked();
        let shown = self.device.read_untracked();
        let place = devices.iter().position(|device| Some(&device.id) == shown.as_ref());
        let next = devices.get(place.map_or(0, |place| (place + 1) % devices.len())).map(|device| device.id.clone());
        drop((devices, shown));
        if let Some(next) = next {
            self.choose(next);
        }
    }

    /// Opens this camera, now and at the next visit.
    pub(crate) fn choose(self, device: String) {
        keep_word(CHOICE, &device);
        self.choice.set_value(Some(Wish::Device(device)));
        self.open();
    }

    /// Whether there may be another camera to switch to.
    pub(crate) fn is_switchable(self) -> bool {
        camera::has_touch() || self.devices.with(|devices| devices.len() > 1)
    }

    async fn list_devices(self) {
        let devices = camera::list().await;
        if *self.devices.read_untracked() != devices {
            self.devices.set(devices);
        }
    }

    /// Turns the camera off and says so, where `video` shows nothing of it in time.
    pub(crate) fn expect_frames(self, video: HtmlVideoElement) {
        let opening = self.opening.get_value();
        spawn_local(async move {
            // Counted in glances: a page that is put to sleep does not look, and what a muted camera lacks is said.
            let mut left = PATIENCE.as_millis() / GLANCE.as_millis();
            while left > 0 {
                pause(GLANCE).await;
                if !self.is_open(opening) || camera::shows_something(&video) {
                    return;
                }
                left -= u128::from(!self.muted.get_untracked());
            }
            self.fail(PageError::CameraSilent);
        });
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
            let _held = engine.hold_partners();
            loop {
                repaint().await;
                if !self.is_open(opening) {
                    return;
                }
                let may_look = engine.is_ready() && !self.muted.get_untracked();
                let Some(frame) = may_look.then(|| grabber.grab(&video)).flatten() else { continue };
                let shape = shape(&frame);
                let explain = self.why.get_untracked().then(|| self.wish.what.get_untracked());
                let classified = engine.classify_frame(frame, explain).await;
                if !self.is_open(opening) {
                    return;
                }
                match classified {
                    // What it saw last is no answer to what it does not see.
                    Ok(_) if self.muted.get_untracked() => {}
                    Ok(mut classified) => {
                        self.shape.set(shape);
                        self.explained.set(Explained::take(&mut classified));
                        self.answer.set(Answer::new(classified));
                    }
                    // A lid, or the first moment: the next frame may show something.
                    Err(error) if error.kind() == ErrorKind::BlankImage => self.forget(),
                    // A fresh engine goes on where this one ended; the engine's line says so.
                    Err(PageError::EngineStopped) => {}
                    Err(error) => return self.fail(error),
                }
            }
        });
    }

    fn wish(self) -> Wish {
        self.choice.get_value().unwrap_or_else(|| Wish::Facing(Facing::usual()))
    }

    fn is_open(self, opening: u32) -> bool {
        self.opening.get_value() == opening
    }

    fn show(self, stream: MediaStream) {
        let ended = Closure::<dyn FnMut()>::new(move || {
            let detail = "it was disconnected".to_owned();
            self.fail(PageError::CameraFailed { detail });
        });
        let muted = Closure::<dyn FnMut()>::new(move || self.read_muted());
        for track in camera::tracks(&stream) {
            track.set_onended(Some(ended.as_ref().unchecked_ref()));
            track.set_onmute(Some(muted.as_ref().unchecked_ref()));
            track.set_onunmute(Some(muted.as_ref().unchecked_ref()));
        }
        // They live as long as the track that may call them.
        ended.into_js_value();
        muted.into_js_value();
        // A desk's camera says nothing of where it looks.
        self.mirrored.set(camera::facing(&stream).unwrap_or_else(Facing::usual) == Facing::User);
        self.device.set(camera::device(&stream));
        self.stream.set(Some(stream));
        self.status.set(CameraStatus::Live);
        self.read_muted();
    }

    fn read_muted(self) {
        let stream = self.stream.read_untracked();
        let muted = stream.iter().flat_map(camera::tracks).any(|track| track.muted());
        drop(stream);
        if muted {
            self.forget();
        }
        self.muted.set(muted);
    }

    fn end_stream(self) {
        self.opening.update_value(|opening| *opening += 1);
        if let Some(stream) = self.stream.get_untracked() {
            camera::close(&stream);
            self.stream.set(None);
        }
        self.forget();
    }

    /// There is no answer any more.
    fn forget(self) {
        self.answer.set(None);
        self.explained.set(None);
    }
}

/// Width over height of a frame.
fn shape(frame: &PhotoData) -> f64 {
    match frame {
        PhotoData::Rgba { width, height, .. } => f64::from((*width).max(1)) / f64::from((*height).max(1)),
        PhotoData::Encoded(_) => 1.0,
    }
}
