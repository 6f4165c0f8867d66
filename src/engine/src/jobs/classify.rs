//! What is on a photo.

use headstart_protocol::{Classify, OwnPrediction, Prediction};

use super::AnswerInTurn;
use crate::clock::now;
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::models::Said;
use crate::pixels::pixels;

impl AnswerInTurn for Classify {
    async fn answer(self, engine: &StartedEngine) -> Result<Prediction, EngineError> {
        let start = now();
        let image = pixels(self.photo).await?;
        let decoded = now();
        let models = &engine.models;
        let mut photo = engine.begin(&image, models.size);
        let Said { probabilities, familiarity } = models.head.answer(&mut photo).await?;
        let ms = now() - decoded;
        let own = engine.own.borrow().clone();
        let own = match own {
            Some(own) => {
                let shares = own.size == models.size;
                let since = if shares { decoded } else { now() };
                if !shares {
                    photo = engine.begin(&image, own.size);
                }
                let Said { probabilities, familiarity } = own.head.answer(&mut photo).await?;
                Some(OwnPrediction { head: own.number, probabilities, familiarity, ms: now() - since })
            }
            None => None,
        };
        let cnn = engine.cnn.borrow().clone().filter(|_| self.with_scratch);
        let scratch = match cnn {
            Some(cnn) => Some(cnn.answer(&image).await?),
            None => None,
        };
        Ok(Prediction { probabilities, familiarity, ms, decode_ms: decoded - start, own, scratch })
    }
}
