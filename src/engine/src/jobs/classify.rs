//! What is on a photo.

use headstart_protocol::{Classify, Explain, OwnPrediction, Prediction};
use headstart_train::metrics::answer;

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
        let mut photo = engine.begin(&image, models.size);
        let (probabilities, seen) = models.head.answer(&mut photo).await?;
        let ms = now() - decoded;
        let mut heat = None;
        let own = engine.own.borrow().clone();
        let own = match own {
            Some(own) => {
                let shares = own.size == models.size;
                let since = if shares { decoded } else { now() };
                if !shares {
                    photo = engine.begin(&image, own.size);
                }
                let (probabilities, seen) = own.head.answer(&mut photo).await?;
                let ms = now() - since;
                if let Some(explain) = self.explain {
                    let class = explained(explain, &probabilities);
                    heat = Some(own.head.explain(Some(own.number), &seen, class).await?);
                }
                Some(OwnPrediction { head: own.number, probabilities, ms })
            }
            None => {
                if let Some(explain) = self.explain {
                    heat = Some(models.head.explain(None, &seen, explained(explain, &probabilities)).await?);
                }
                None
            }
        };
        let cnn = engine.cnn.borrow().clone().filter(|_| self.with_scratch);
        let scratch = match cnn {
            Some(cnn) => Some(cnn.answer(&image).await?),
            None => None,
        };
        Ok(Prediction { probabilities, ms, decode_ms: decoded - start, own, scratch, heat })
    }
}

/// The class that is to be explained.
fn explained(explain: Explain, probabilities: &[f32]) -> usize {
    let asked = explain.class.map(|class| class as usize);
    asked.filter(|class| *class < probabilities.len()).unwrap_or_else(|| answer(probabilities))
}
