//! A photo's bytes to pixels: our own decoder first, then the browser's for what ours does not read (HEIC, AVIF, rare
//! JPEGs) or has no room for.

use headstart_protocol::{PhotoData, PhotoHash};
use headstart_vision::{Limits, RgbImage, VisionError, decode, from_rgba, is_blank, is_decoded_here};
use headstart_weights::sha256;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, ColorSpaceConversion, ImageBitmap, ImageBitmapOptions, OffscreenCanvas, OffscreenCanvasRenderingContext2d,
    ResizeQuality, WorkerGlobalScope,
};

use crate::error::EngineError;

/// What a photo is known by: the SHA-256 of its bytes.
pub(crate) fn hash(photo: &PhotoData) -> PhotoHash {
    let (PhotoData::Encoded(bytes) | PhotoData::Rgba { pixels: bytes, .. }) = photo;
    sha256(bytes)
}

/// The photo's pixels.
///
/// # Errors
/// The [`VisionError`] where neither our decoder nor this browser's makes pixels of the bytes, or where they show nothing.
pub(crate) async fn pixels(photo: PhotoData) -> Result<RgbImage, EngineError> {
    let image = match photo {
        PhotoData::Rgba { width, height, pixels } => from_rgba(width, height, &pixels)?,
        PhotoData::Encoded(bytes) => {
            let limits = Limits::default();
            match decode(&bytes, &limits) {
                Ok(image) => return Ok(image),
                Err(ours) => match browsers_turn(&ours, &limits) {
                    Some(width) => decode_with_browser(&bytes, &limits, width).await.map_err(|_| ours)??,
                    None => return Err(ours.into()),
                },
            }
        }
    };
    if is_blank(&image) { Err(VisionError::Blank.into()) } else { Ok(image) }
}

/// How wide the browser is to hand the picture over, where it is asked; [`None`] where our decoder has the last word: half a
/// picture stays refused, though browsers show it.
fn browsers_turn(ours: &VisionError, limits: &Limits) -> Option<Width> {
    match ours {
        VisionError::Unsupported { .. } | VisionError::NotAnImage | VisionError::Damaged(_) => Some(Width::Own),
        VisionError::TooManyPixels { size: Some([width, height]), .. } => {
            // What has room by its pixels alone took too much memory.
            let factor = limits.factor(*width, *height)?.max(2);
            Some(Width::Pixels(width.div_ceil(factor)))
        }
        _ => None,
    }
}

/// How wide the browser is to make a picture.
#[derive(Clone, Copy)]
enum Width {
    /// As it is.
    Own,
    /// So many pixels.
    Pixels(u32),
}

/// The browser's decoder: an exception where it refuses the bytes.
async fn decode_with_browser(
    bytes: &[u8],
    limits: &Limits,
    width: Width,
) -> Result<Result<RgbImage, VisionError>, JsValue> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts)?;
    let options = sized(width);
    // Our decoder gives the colours as they are in the file, so the browser's gives the same of such files.
    if is_decoded_here(bytes) {
        options.set_color_space_conversion(ColorSpaceConversion::None);
    }
    let decoding = scope.create_image_bitmap_with_blob_and_image_bitmap_options(&blob, &options)?;
    let mut bitmap: ImageBitmap = JsFuture::from(decoding).await?.dyn_into()?;
    if let Some(factor) = limits.factor(bitmap.width(), bitmap.height()).filter(|factor| *factor > 1) {
        let options = sized(Width::Pixels(bitmap.width().div_ceil(factor)));
        let smaller = scope.create_image_bitmap_with_image_bitmap_and_image_bitmap_options(&bitmap, &options)?;
        let smaller = JsFuture::from(smaller).await;
        bitmap.close();
        bitmap = smaller?.dyn_into()?;
    }
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

fn sized(width: Width) -> ImageBitmapOptions {
    let options = ImageBitmapOptions::new();
    if let Width::Pixels(width) = width {
        options.set_resize_width(width);
        options.set_resize_quality(ResizeQuality::High);
    }
    options
}
