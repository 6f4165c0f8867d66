//! Canvases as picture files.

use js_sys::Promise;
use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::dom::{document, object};

/// A canvas outside the document with its 2D context, from which pixels are read often; `None` where the browser has
/// none.
pub(crate) fn canvas() -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    let options = object(&[("willReadFrequently", true.into())]);
    let context = canvas.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()?;
    Some((canvas, context))
}

/// Shows `pixels`, 8-bit RGBA and `width` wide, on a canvas that takes their size; what can draw over them, where the browser can.
pub(crate) fn show(
    canvas: &HtmlCanvasElement,
    width: u32,
    height: u32,
    pixels: &[u8],
) -> Option<CanvasRenderingContext2d> {
    canvas.set_width(width);
    canvas.set_height(height);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(pixels), width, height).ok()?;
    context.put_image_data(&image, 0.0, 0.0).ok()?;
    Some(context)
}

/// What is drawn on it as a file of the type `mime`.
pub(crate) async fn encode(canvas: &HtmlCanvasElement, mime: &str) -> Option<Blob> {
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(error) = canvas.to_blob_with_type(&resolve, mime) {
            // Rejecting a promise does not fail.
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}
