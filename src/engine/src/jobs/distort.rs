//! A photo made harder, and what is said of it then.

use std::rc::Rc;

use headstart_protocol::{ByteBuf, Distort, Distorted, Distortion, HiddenSquare, Prediction};
use headstart_vision::{self as vision, shrunk};

use super::AnswerInTurn;
use super::classify::by_heads;
use crate::clock::now;
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::pixels::{self, pixels};

/// The longer side of what is shown, at most: twice what the base sees, so that little is lost.
const LONGEST: u32 = 448;

impl AnswerInTurn for Distort {
    /// The photo is decoded once, and again where it is as it was: its answer is then that of the whole photo, as elsewhere.
    async fn answer(self, engine: &StartedEngine) -> Result<Box<Distorted>, EngineError> {
        let start = now();
        let distortion = self.distortion.within_ranges();
        let is_as_it_was = distortion == Distortion::default();
        let hash = pixels::hash(&self.photo);
        let shown = engine.shown.borrow().clone();
        let known = shown.filter(|(of, _)| *of == hash && !is_as_it_was);
        let (small, whole) = match known {
            Some((_, small)) => (small, None),
            None => {
                let image = pixels(self.photo).await?;
                let small = Rc::new(shrunk(&image, LONGEST).into_owned());
                *engine.shown.borrow_mut() = Some((hash, small.clone()));
                (small, Some(image))
            }
        };
        let decode_ms = now() - start;
        let seen = of_vision(distortion).apply(&small);
        let asked = whole.as_ref().filter(|_| is_as_it_was).unwrap_or(&seen);
        let prediction = by_heads(engine, asked, None, self.together).await?;
        let pixels: Vec<u8> = seen.pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2], u8::MAX]).collect();
        let (width, height) = seen.dimensions();
        let prediction = Prediction { decode_ms, ..prediction };
        Ok(Box::new(Distorted { width, height, pixels: ByteBuf::from(pixels), prediction }))
    }
}

/// The same for the crate that does it.
fn of_vision(distortion: Distortion) -> vision::Distortion {
    let Distortion { turn, crop, light, blur, noise, hidden } = distortion;
    let square = |HiddenSquare { x, y, side }| vision::Hidden { x, y, side };
    vision::Distortion { turn, crop, light, blur, noise, hidden: hidden.into_iter().map(square).collect() }
}
