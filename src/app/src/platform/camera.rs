//! The camera: opening it, taking frames, closing it.

use headstart_protocol::PhotoData;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, DomException, HtmlCanvasElement, HtmlMediaElement, HtmlVideoElement,
    MediaDeviceInfo, MediaDeviceKind, MediaDevices, MediaStream, MediaStreamConstraints, MediaStreamTrack,
};

use super::canvas;
use super::dom::{object, window};
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

/// Opens a camera that looks that way, or another where there is none.
///
/// # Errors
/// One of the camera errors.
pub(crate) async fn open(facing: Facing) -> Result<MediaStream, PageError> {
    let devices = devices()?;
    let constraints = MediaStreamConstraints::new();
    // The base sees 224 pixels at most: a small picture is taken and handed over quickly.
    let video = object(&[
        ("facingMode", object(&[("ideal", facing.name().into())])),
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

/// Whether there may be a second camera to switch to.
pub(crate) async fn can_switch() -> bool {
    if has_touch() {
        return true;
    }
    let Some(listing) = devices().ok().and_then(|devices| devices.enumerate_devices().ok()) else { return false };
    let Ok(list) = JsFuture::from(listing).await else { return false };
    let list: Array = list.unchecked_into();
    let cameras = list
        .iter()
        .map(JsValue::unchecked_into::<MediaDeviceInfo>)
        .filter(|device| device.kind() == MediaDeviceKind::Videoinput);
    cameras.count() > 1
}

fn has_touch() -> bool {
    window().navigator().max_touch_points() > 0
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
        "NotAllowedError" | "PermissionDeniedError" | "SecurityError" => PageError::CameraRefused,
        name => PageError::CameraFailed { detail: name.to_owned() },
    }
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
        let (width, height) = (video.video_width(), video.video_height());
        if width == 0 || height == 0 || video.ready_state() < HtmlMediaElement::HAVE_CURRENT_DATA {
            return None;
        }
        if (self.canvas.width(), self.canvas.height()) != (width, height) {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
        }
        self.context.draw_image_with_html_video_element(video, 0.0, 0.0).ok()?;
        Some((width, height))
    }
}
