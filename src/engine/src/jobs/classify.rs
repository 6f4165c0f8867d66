//! What is on a photo.

use headstart_protocol::{Classify, Explain, ExplainedModel, OwnPrediction, Prediction};
use headstart_train::metrics::answer;
use headstart_vision::RgbImage;

use super::AnswerInTurn;
use crate::clock::now;
use crate::engine::{StartedEngine, Underway};
use crate::error::EngineError;
use crate::models::Said;
use crate::pixels::pixels;

impl AnswerInTurn for Classify {
    async fn answer(self, engine: &StartedEngine) -> Result<Prediction, EngineError> {
        let start = now();
        let image = pixels(self.photo).await?;
        let decoded = now();
        let cnn = engine.cnn.borrow().clone();
        let explains_cnn = cnn.is_some() && self.explain.is_some_and(|explain| explain.cnn);
        let mut prediction = by_heads(engine, &image, self.explain.filter(|_| !explains_cnn), self.together).await?;
        if let Some(cnn) = cnn.filter(|_| self.with_scratch || explains_cnn) {
            let scratch = cnn.answer(&image).await?;
            if let Some(explain) = self.explain.filter(|_| explains_cnn) {
                let class = explained(explain, &scratch.probabilities);
                prediction.heat = Some(cnn.explain(&image, class).await?);
            }
            prediction.scratch = Some(scratch);
        }
        Ok(Prediction { decode_ms: decoded - start, ..prediction })
    }
}

/// What the base, the visitor's own head and the shipped one say of `image`, and why if that is wanted; where `together` with
/// what partners compute. It was not decoded here, and the CNN is not asked.
///
/// # Errors
/// Those of the device.
pub(super) async fn by_heads(
    engine: &StartedEngine,
    image: &RgbImage,
    explain: Option<Explain>,
    together: bool,
) -> Result<Prediction, EngineError> {
    let start = now();
    let models = &engine.models;
    let Underway { mut pass, workers, early_ms } = engine.begin_together(image, models.size, together).await;
    let Said { probabilities, familiarity, seen } = models.head.answer(&mut pass).await?;
    let ms = early_ms + now() - start;
    engine.partners.note(workers, ms);
    let mut heat = None;
    let own = engine.own.borrow().clone();
    let own = match own {
        Some(own) => {
            let shares = own.size == models.size;
            let since = if shares { start - early_ms } else { now() };
            if !shares {
                pass = engine.begin_together(image, own.size, together).await.pass;
            }
            let Said { probabilities, familiarity, seen } = own.head.answer(&mut pass).await?;
            let ms = now() - since;
            if let Some(explain) = explain {
                let class = explained(explain, &probabilities);
                heat = Some(own.head.explain(ExplainedModel::Own(own.number), &seen, class).await?);
            }
            Some(OwnPrediction { head: own.number, probabilities, familiarity, ms })
        }
        None => {
            if let Some(explain) = explain {
                heat = Some(
                    models.head.explain(ExplainedModel::Shipped, &seen, explained(explain, &probabilities)).await?,
                );
            }
            None
        }
    };
    Ok(Prediction { probabilities, familiarity, ms, workers, decode_ms: 0.0, own, scratch: None, heat })
}

/// The class that is to be explained.
fn explained(explain: Explain, probabilities: &[f32]) -> usize {
    let asked = explain.class.map(|class| class as usize);
    asked.filter(|class| *class < probabilities.len()).unwrap_or_else(|| answer(probabilities))
}
