//! What the engine says of a photo that is made harder.

use headstart_protocol::{ByteBuf, Distorted, Distortion, WireError};
use leptos::prelude::*;
use web_sys::File;

use super::Answer;
use crate::engine::{Engine, Source};
use crate::error::PageError;

/// Has the engine make photos harder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Distorter {
    engine: StoredValue<Engine, LocalStorage>,
}

/// A photo made harder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HarderPhoto {
    /// Its width in pixels.
    pub(crate) width: u32,
    /// Its height in pixels.
    pub(crate) height: u32,
    /// 8-bit RGBA.
    pub(crate) pixels: ByteBuf,
    /// What the models say of it.
    pub(crate) answer: Answer,
    /// Whether nothing was done to it.
    pub(crate) is_as_it_was: bool,
}

impl Distorter {
    /// Has `engine` do it.
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine: StoredValue::new_local(engine) }
    }

    /// The photo in `file` after `distortion`, and what is said of it then.
    ///
    /// # Errors
    /// As for [`Engine::classify`].
    pub(crate) async fn distort(self, file: &File, distortion: Distortion) -> Result<HarderPhoto, PageError> {
        let is_as_it_was = distortion == Distortion::default();
        let source = Source::File(file.clone().into());
        let (distorted, classified) = self.engine.get_value().distort(source, distortion).await?;
        let Distorted { width, height, pixels, .. } = distorted;
        // An answer that fits, and all pixels, were promised.
        let answer =
            Answer::new(classified).filter(|_| pixels.len() as u64 == 4 * u64::from(width) * u64::from(height));
        let answer = answer.ok_or(PageError::Message(WireError::Malformed))?;
        Ok(HarderPhoto { width, height, pixels, answer, is_as_it_was })
    }
}
