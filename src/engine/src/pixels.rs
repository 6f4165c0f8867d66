//! A photo's bytes to pixels: our own decoder first, then the browser's for what ours does not read (HEIC, AVIF).

use headstart_protocol::{Failure, PhotoData, PhotoHash};
use headstart_vision::{Limits, RgbImage, VisionError, decode, from_rgba};
use headstart_weights::sha256;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ImageBitmap, OffscreenCanvas, OffscreenCanvasRenderingContext2d, WorkerGlobalScope};

use crate::error::EngineError;

/// What a photo is known by: the SHA-256 of its bytes.
pub(crate) fn hash(photo: &PhotoData) -> PhotoHash {
    let (PhotoData::Encoded(bytes) | PhotoData::Rgba { pixels: bytes, .. }) = photo;
    sha256(bytes)
}

/// The photo's pixels.
///
/// # Errors
/// The [`VisionError`] where the bytes are no picture, or [`Failure::UnsupportedFormat`] where they are one that
/// this browser does not read either.
pub(crate) async fn pixels(photo: PhotoData) -> Result<RgbImage, EngineError> {
    match photo {
        PhotoData::Rgba { width, height, pixels } => Ok(from_rgba(width, height, &pixels)?),
        PhotoData::Encoded(bytes) => {
            let limits = Limits::default();
            let ours = match decode(&bytes, &limits) {
                Ok(image) => return Ok(image),
                Err(error @ (VisionError::Unsupported { .. } | VisionError::NotAnImage)) => error,
                Err(error) => return Err(error.into()),
            };
            match (decode_with_browser(&bytes, &limits).await, ours) {
                (Ok(image), _) => Ok(image?),
                (Err(_), VisionError::Unsupported { format }) => {
                    Err(Failure::UnsupportedFormat { format: format.to_string() }.into())
                }
                (Err(_), ours) => Err(ours.into()),
            }
        }
    }
}

/// The browser's decoder: an exception where it refuses the bytes.
async fn decode_with_browser(bytes: &[u8], limits: &Limits) -> Result<Result<RgbImage, VisionError>, JsValue> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts)?;
    let bitmap: ImageBitmap = JsFuture::from(scope.create_image_bitmap_with_blob(&blob)?).await?.dyn_into()?;
    let (width, height) = (bitmap.width(), bitmap.height());
    if let Err(error) = limits.check_pixels(width, height) {
        bitmap.close();
        return Ok(Err(error));
    }
    let canvas = OffscreenCanvas::new(width, height)?;
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    let context: OffscreenCanvasRenderingContext2d = context.dyn_into()?;
    context.draw_image_with_image_bitmap(&bitmap, 0.0, 0.0)?;
    bitmap.close();
    let data = context.get_image_data(0.0, 0.0, f64::from(width), f64::from(height))?;
    Ok(from_rgba(width, height, &data.data()))
}
