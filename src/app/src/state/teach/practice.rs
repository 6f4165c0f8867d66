//! The practice set, drawn on a canvas.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::photos::Fresh;
use crate::dom::document;
use crate::error::PageError;
use crate::pause::turn;
use crate::state::Page;
use crate::teach::texture::{EACH, SIDE, Texture};

impl Page {
    /// Draws the practice set and puts it into classes of its own.
    pub(crate) fn practise(self) {
        if self.teach.busy.read_untracked().is_some() {
            return;
        }
        self.teach.busy.set(Some("Drawing the practice photos".to_owned()));
        spawn_local(async move {
            for kind in Texture::ALL {
                let mut drawn = Vec::new();
                for index in 0..EACH {
                    turn().await;
                    let Some(file) = draw(kind, index).await else { break };
                    let name = format!("{}-{:02}.png", kind.name().to_ascii_lowercase(), index + 1);
                    drawn.push(Fresh { name, file, burst: None });
                }
                if drawn.is_empty() {
                    self.complain(PageError::NoCanvas);
                    break;
                }
                let class = self.class_named(kind.name()).unwrap_or_else(|| self.add_class(Some(kind.name())));
                self.put(&class, drawn);
            }
            self.teach.busy.set(None);
        });
    }
}

async fn draw(kind: Texture, index: u32) -> Option<Blob> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(SIDE);
    canvas.set_height(SIDE);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let pixels = kind.draw(index);
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), SIDE, SIDE).ok()?;
    context.put_image_data(&image, 0.0, 0.0).ok()?;
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(error) = canvas.to_blob_with_type(&resolve, "image/png") {
            // Rejecting a promise does not fail.
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}
