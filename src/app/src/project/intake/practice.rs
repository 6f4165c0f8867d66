//! The practice set, drawn on a canvas.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::Clamped;
use web_sys::{Blob, ImageData};

use super::Intake;
use super::texture::{EACH, SIDE, Texture};
use crate::error::PageError;
use crate::platform::canvas;
use crate::platform::dom::turn;
use crate::project::album::Fresh;

impl Intake {
    /// Draws the practice set and puts it into classes of its own.
    pub(crate) fn practise(self) {
        if self.busy.words.read_untracked().is_some() || self.library.is_reader() {
            return;
        }
        self.busy.begin("Drawing the practice photos".to_owned());
        spawn_local(async move {
            for kind in Texture::ALL {
                let mut drawn = Vec::new();
                for index in 0..EACH {
                    turn().await;
                    let Some(file) = draw(kind, index).await else { break };
                    let name = format!("{}-{:02}.png", kind.name().to_ascii_lowercase(), index + 1);
                    drawn.push(Fresh { name, file, burst: None, part: None });
                }
                if drawn.is_empty() {
                    self.notices.complain(PageError::NoCanvas);
                    break;
                }
                let class = self.album.class_named(kind.name());
                let class = class.unwrap_or_else(|| self.album.add_class(Some(kind.name())));
                self.tell_left(self.edits.put(&class, drawn));
            }
            self.busy.end();
        });
    }
}

async fn draw(kind: Texture, index: u32) -> Option<Blob> {
    let (canvas, context) = canvas::canvas()?;
    canvas.set_width(SIDE);
    canvas.set_height(SIDE);
    let pixels = kind.draw(index);
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), SIDE, SIDE).ok()?;
    context.put_image_data(&image, 0.0, 0.0).ok()?;
    canvas::encode(&canvas, "image/png").await
}
