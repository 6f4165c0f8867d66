//! Canvases as picture files.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement};

use super::dom::{document, object};

/// A canvas outside the document with its 2D context, from which pixels are read often; `None` where the browser has
/// none.
pub(crate) fn canvas() -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    let options = object(&[("willReadFrequently", true.into())]);
    let context = canvas.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()?;
    Some((canvas, context))
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
