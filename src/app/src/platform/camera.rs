//! The cameras: which there are, opening one, taking frames, closing it.

use gloo_events::EventListener;
use headstart_protocol::PhotoData;
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, DomException, HtmlCanvasElement, HtmlMediaElement, HtmlVideoElement,
    MediaDeviceInfo, MediaDeviceKind, MediaDevices, MediaStream, MediaStreamConstraints, MediaStreamTrack,
};

use super::canvas;
use super::dom::{document, object, window};
use crate::error::PageError;

/// Where a camera looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facing {
    /// At the person.
    User,
    /// Away from the person.
    Environment,
}

impl Facing {
    /// The other way round.
    pub(crate) fn flipped(self) -> Self {
        match self {
            Self::User => Self::Environment,
            Self::Environment => Self::User,
        }
    }

    /// The name in the browser's constraints and settings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Environment => "environment",
        }
    }

    /// What a person most likely wants to look at: the pet in front of the phone, or in the desk's only camera.
    pub(crate) fn usual() -> Self {
        if has_touch() { Self::Environment } else { Self::User }
    }
}

/// A camera of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Device {
    /// The same on each visit, until the visitor clears the site's data.
    pub(crate) id: String,
    /// Its name, as the system calls it; empty until a camera was allowed.
    pub(crate) name: String,
}

/// Which camera is to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// This one.
    Device(String),
    /// One that looks that way, or another where there is none.
    Facing(Facing),
}

/// Opens a camera.
///
/// # Errors
/// One of the camera errors; [`PageError::NoCamera`] where the one that is wished for is not there.
pub(crate) async fn open(wish: &Wish) -> Result<MediaStream, PageError> {
    let devices = devices()?;
    let constraints = MediaStreamConstraints::new();
    let (name, value) = match wish {
        Wish::Device(id) => ("deviceId", object(&[("exact", id.into())])),
        Wish::Facing(facing) => ("facingMode", object(&[("ideal", facing.name().into())])),
    };
    // The base sees 224 pixels at most: a small picture is taken and handed over quickly.
    let video = object(&[
        (name, value),
        ("width", object(&[("ideal", 640.into())])),
        ("height", object(&[("ideal", 480.into())])),
    ]);
    constraints.set_video(&video);
    let opening = devices.get_user_media_with_constraints(&constraints).map_err(|error| refusal(&error))?;
    let stream = JsFuture::from(opening).await.map_err(|error| refusal(&error))?;
    Ok(stream.unchecked_into())
}

/// Ends every track, which turns the camera's light off.
pub(crate) fn close(stream: &MediaStream) {
    for track in tracks(stream) {
        track.set_onended(None);
        track.set_onmute(None);
        track.set_onunmute(None);
        track.stop();
    }
}

/// The stream's tracks.
pub(crate) fn tracks(stream: &MediaStream) -> impl Iterator<Item = MediaStreamTrack> {
    stream.get_tracks().iter().map(JsValue::unchecked_into::<MediaStreamTrack>).collect::<Vec<_>>().into_iter()
}

/// Where the stream's camera looks, if the browser knows.
pub(crate) fn facing(stream: &MediaStream) -> Option<Facing> {
    let settings = tracks(stream).next()?.get_settings();
    let mode = settings.get_facing_mode()?;
    [Facing::User, Facing::Environment].into_iter().find(|facing| facing.name() == mode)
}

/// Which camera the stream comes from.
pub(crate) fn device(stream: &MediaStream) -> Option<String> {
    tracks(stream).next()?.get_settings().get_device_id()
}

/// The cameras that there are.
pub(crate) async fn list() -> Vec<Device> {
    let Some(listing) = devices().ok().and_then(|devices| devices.enumerate_devices().ok()) else { return Vec::new() };
    let Ok(list) = JsFuture::from(listing).await else { return Vec::new() };
    let list: Array = list.unchecked_into();
    let cameras = list
        .iter()
        .map(JsValue::unchecked_into::<MediaDeviceInfo>)
        .filter(|device| device.kind() == MediaDeviceKind::Videoinput);
    cameras.map(|device| Device { id: device.device_id(), name: device.label() }).collect()
}

/// Calls `changed` whenever a camera is plugged in or out, for as long as the page is open.
pub(crate) fn on_change(changed: impl Fn() + 'static) {
    if let Ok(devices) = devices() {
        EventListener::new(&devices, "devicechange", move |_| changed()).forget();
    }
}

/// Whether this is a phone or a tablet, whose cameras look to the front and to the back.
pub(crate) fn has_touch() -> bool {
    window().navigator().max_touch_points() > 0
}

/// Whether the page is shown inside another that does not allow it the camera. Where the browser does not tell, a page in a frame
/// is taken for one that is not allowed.
fn is_framed_without_camera() -> bool {
    let is_framed = window().top().ok().flatten().is_none_or(|top| top != window());
    is_framed && !allows_camera().unwrap_or(false)
}

/// What `document.featurePolicy` says; Firefox and Safari have none.
fn allows_camera() -> Option<bool> {
    let policy = Reflect::get(&document(), &"featurePolicy".into()).ok()?;
    let allows: Function = Reflect::get(&policy, &"allowsFeature".into()).ok()?.dyn_into().ok()?;
    allows.call1(&policy, &"camera".into()).ok()?.as_bool()
}

fn devices() -> Result<MediaDevices, PageError> {
    let devices = window().navigator().media_devices().ok().filter(|devices| !devices.is_undefined());
    devices.ok_or(if window().is_secure_context() { PageError::NoCamera } else { PageError::InsecureCamera })
}

fn refusal(error: &JsValue) -> PageError {
    let Some(error) = error.dyn_ref::<DomException>() else {
        return PageError::CameraFailed { detail: "no reason was given".to_owned() };
    };
    match error.name().as_str() {
        "NotFoundError" | "OverconstrainedError" | "DevicesNotFoundError" => PageError::NoCamera,
        "NotAllowedError" | "PermissionDeniedError" | "SecurityError" if is_framed_without_camera() => {
            PageError::CameraFramed
        }
        "NotAllowedError" | "PermissionDeniedError" | "SecurityError" => PageError::CameraRefused,
        name => PageError::CameraFailed { detail: name.to_owned() },
    }
}

/// Whether the video has had its first frame.
pub(crate) fn shows_something(video: &HtmlVideoElement) -> bool {
    video.video_width() > 0 && video.video_height() > 0 && video.ready_state() >= HtmlMediaElement::HAVE_CURRENT_DATA
}

/// Takes frames from a video at its own size: the engine scales them as it scales every photo.
pub(crate) struct FrameGrabber {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl FrameGrabber {
    /// `None` where the browser has no 2D canvas.
    pub(crate) fn new() -> Option<Self> {
        let (canvas, context) = canvas::canvas()?;
        Some(Self { canvas, context })
    }

    /// The frame that the video shows, or `None` before its first.
    pub(crate) fn grab(&self, video: &HtmlVideoElement) -> Option<PhotoData> {
        let (width, height) = self.draw(video)?;
        let pixels = self.context.get_image_data(0.0, 0.0, width.into(), height.into()).ok()?;
        Some(PhotoData::Rgba { width, height, pixels: pixels.data().0 })
    }

    /// The same as a JPEG file.
    pub(crate) async fn jpeg(&self, video: &HtmlVideoElement) -> Option<Blob> {
        self.draw(video)?;
        canvas::encode(&self.canvas, "image/jpeg").await
    }

    /// Draws the frame at the video's own size, which it gives back.
    fn draw(&self, video: &HtmlVideoElement) -> Option<(u32, u32)> {
        if !shows_something(video) {
            return None;
        }
        let (width, height) = (video.video_width(), video.video_height());
        if (self.canvas.width(), self.canvas.height()) != (width, height) {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
        }
        self.context.draw_image_with_html_video_element(video, 0.0, 0.0).ok()?;
        Some((width, height))
    }
}
