//! A learning curve, beside later requests.

use std::sync::Arc;

use headstart_protocol::{CurveProgress, CurveResult, DrawCurve, Failure, Learner, Resumed, RunNews, count};
use headstart_train::scratch::ScratchSettings;
use headstart_train::{CurvePhotos, CurveSettings, HeadSettings, LearningCurve};
use serde::{Deserialize, Serialize};

use super::RunBeside;
use super::keeping::{Keeping, resume};
use super::material::Material;
use crate::clock::{Throttle, now};
use crate::engine::Workplace;
use crate::error::EngineError;
use crate::port::RunLine;
use crate::turns::Slice;

/// Draws of each number of photos, for a head and for the CNN.
const DRAWS: [usize; 2] = [5, 3];
/// Photos a class at most.
const MOST: usize = 200;
/// Milliseconds that it may take. The draws that are not done by then are left out.
const BUDGET_MS: f64 = 240_000.0;
/// Milliseconds between two words on how far it is, at least, where no point is new.
const TELL_MS: f64 = 500.0;

/// What a checkpoint keeps beside the draws.
#[derive(Default, Serialize, Deserialize)]
struct Notes {
    /// Since the curve began.
    seconds: f64,
    failures: Vec<(Learner, Failure)>,
}

impl RunBeside for DrawCurve {
    async fn work(mut self, place: &Workplace, line: &RunLine<Self>) -> Result<CurveResult, EngineError> {
        let mut start = now();
        let mut slice = Slice::new(&place.turns);
        let checkpoint = self.0.resume.take();
        let Material { classes, examples, photos, training, held_out, settings } =
            Material::new(self.0, place, &mut slice).await?;
        let scored = count(held_out.len());
        let curve = CurveSettings {
            head: HeadSettings::from(&settings),
            scratch: ScratchSettings::small,
            draws: DRAWS,
            most: MOST,
            seed: u64::from(settings.seed),
        };
        let photos = CurvePhotos { classes, examples, photos: Some(Arc::new(photos)), training, held_out };
        let mut curve = LearningCurve::new(photos, curve, &place.device)?;
        let resumed = |curve: &LearningCurve| {
            let (done, of) = curve.progress();
            Resumed { done: count(done), of: count(of), history: Vec::new() }
        };
        let restored = resume(checkpoint.as_ref(), &mut curve, LearningCurve::restore, resumed, line)?;
        let mut notes: Notes = restored.unwrap_or_default();
        // Its clock goes on, too.
        start -= 1e3 * notes.seconds;
        let tell = |curve: &LearningCurve| {
            let (done, of) = curve.progress();
            let points = curve.points();
            line.tell(RunNews::Far(CurveProgress { done: count(done), of: count(of), held_out: scored, points }));
        };
        tell(&curve);
        let mut due = Throttle::new(TELL_MS);
        let mut keeping = Keeping::new();
        let in_time = || now() - start < BUDGET_MS;
        while !curve.is_over() && !line.is_stopped() && in_time() {
            let Some(at_work) = curve.learner() else { break };
            let news = match curve.advance().await.map_err(EngineError::from) {
                Ok(news) => news,
                Err(error @ EngineError::DeviceLost(_)) => return Err(error),
                // The other one's points are worth having all the same.
                Err(error) => {
                    notes.failures.push((at_work, error.failure()));
                    curve.give_up(at_work);
                    true
                }
            };
            if due.is_due(news) {
                tell(&curve);
            }
            if news && !curve.is_over() && keeping.is_due(0) {
                let since = now();
                notes.seconds = (since - start) / 1e3;
                keeping.tell(line, curve.progress(), curve.checkpoint(&notes)?, since);
            }
            slice.breathe().await;
        }
        let (over, stopped) = (curve.is_over(), line.is_stopped());
        Ok(CurveResult {
            points: curve.points(),
            held_out: scored,
            stopped: !over && stopped,
            out_of_time: !over && !stopped,
            failures: notes.failures,
            seconds: (now() - start) / 1e3,
        })
    }
}
