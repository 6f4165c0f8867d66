//! What is on a photo.

use headstart_nn::read;
use headstart_protocol::{Classify, OwnPrediction, Prediction};

use super::AnswerInTurn;
use crate::clock::now;
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::pixels::pixels;

impl AnswerInTurn for Classify {
    async fn answer(self, engine: &StartedEngine) -> Result<Prediction, EngineError> {
        let start = now();
        let image = pixels(self.photo).await?;
        let decoded = now();
        let models = &engine.models;
        let descriptor = engine.descriptor(&image, models.size);
        let probabilities = read(models.head.probabilities(descriptor.clone())).await?;
        let ms = now() - decoded;
        let own = engine.own.borrow().clone();
        let own = match own {
            Some(own) => {
                let shares = own.size == models.size;
                let (since, descriptor) =
                    if shares { (decoded, descriptor) } else { (now(), engine.descriptor(&image, own.size)) };
                let probabilities = read(own.head.probabilities(descriptor)).await?;
                Some(OwnPrediction { head: own.number, probabilities, ms: now() - since })
            }
            None => None,
        };
        let cnn = engine.cnn.borrow().clone().filter(|_| self.with_scratch);
        let scratch = match cnn {
            Some(cnn) => Some(cnn.answer(&image).await?),
            None => None,
        };
        Ok(Prediction { probabilities, ms, decode_ms: decoded - start, own, scratch })
    }
}
