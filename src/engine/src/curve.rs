//! A learning curve, beside the other commands.

use std::rc::Rc;
use std::sync::Arc;

use headstart_protocol::{Comparison, CurveEnd, CurvePoint, CurveProgress, Event, Failure};
use headstart_train::scratch::ScratchSettings;
use headstart_train::{CurveSettings, Learner, LearningCurve, Pool};

use crate::comparison::Material;
use crate::error::EngineError;
use crate::port::{Outbox, Port, Stops};
use crate::result::count;
use crate::session::{Session, now};
use crate::teach::settings_of;
use crate::turns::Slice;

/// Draws of each number of photos, for a head and for the CNN.
const DRAWS: [usize; 2] = [5, 3];
/// Photos a class at most.
const MOST: usize = 200;
/// Milliseconds that it may take. The draws that are not done by then are left out.
const BUDGET_MS: f64 = 240_000.0;
/// Milliseconds between two words on how far it is, at least, where no point is new.
const TELL_MS: f64 = 500.0;

/// Begins a curve, which tells the page its points and how it ends.
pub(crate) fn begin(comparison: Comparison, session: Rc<Session>, port: &Port) {
    let (outbox, stops) = (port.outbox().clone(), port.stops().clone());
    wasm_bindgen_futures::spawn_local(async move {
        let run = comparison.training.run;
        let start = now();
        let event = match measure(comparison, &session, &outbox, &stops).await {
            Ok(mut end) => {
                end.seconds = (now() - start) / 1e3;
                Event::CurveEnded(end)
            }
            Err(error @ EngineError::DeviceLost(_)) => Event::Stopped(error.failure()),
            Err(error) => {
                let failures = headstart_protocol::Learner::ALL.map(|learner| (learner, error.failure())).to_vec();
                let seconds = (now() - start) / 1e3;
                Event::CurveEnded(CurveEnd { run, stopped: false, out_of_time: false, failures, seconds })
            }
        };
        stops.forget(run);
        outbox.post(&event);
    });
}

async fn measure(
    comparison: Comparison,
    session: &Session,
    outbox: &Outbox,
    stops: &Stops,
) -> Result<CurveEnd, EngineError> {
    let start = now();
    let run = comparison.training.run;
    let mut slice = Slice::new(&session.turns);
    let Material { classes, examples, photos, training, held_out, settings } =
        session.material(comparison, &mut slice).await?;
    let scored = count(held_out.len());
    let curve = CurveSettings {
        head: settings_of(&settings),
        scratch: ScratchSettings::small,
        draws: DRAWS,
        most: MOST,
        seed: u64::from(settings.seed),
    };
    let pool = Pool { classes, examples, photos: Some(Arc::new(photos)), training, held_out };
    let mut curve = LearningCurve::new(pool, curve, session.models.base.device())?;
    let mut failures: Vec<(headstart_protocol::Learner, Failure)> = Vec::new();
    let tell = |curve: &LearningCurve| {
        let (done, of) = curve.progress();
        let points = curve.points().iter().map(point).collect();
        let progress = CurveProgress { run, done: count(done), of: count(of), held_out: scored, points };
        outbox.post(&Event::CurveProgressed(progress));
    };
    tell(&curve);
    let mut told = now();
    let in_time = || now() - start < BUDGET_MS;
    while !curve.is_over() && !stops.has(run) && in_time() {
        let Some(at_work) = curve.learner() else { break };
        let news = match curve.advance().await.map_err(EngineError::from) {
            Ok(news) => news,
            Err(error @ EngineError::DeviceLost(_)) => return Err(error),
            // The other one's points are worth having all the same.
            Err(error) => {
                failures.push((learner(at_work), error.failure()));
                curve.give_up(at_work);
                true
            }
        };
        if news || now() - told >= TELL_MS {
            tell(&curve);
            told = now();
        }
        slice.breathe().await;
    }
    let (over, stopped) = (curve.is_over(), stops.has(run));
    Ok(CurveEnd { run, stopped: !over && stopped, out_of_time: !over && !stopped, failures, seconds: 0.0 })
}

fn point(point: &headstart_train::CurvePoint) -> CurvePoint {
    CurvePoint {
        learner: learner(point.learner),
        photos: count(point.photos),
        draws: count(point.accuracies.len()),
        mean: point.mean(),
        deviation: point.deviation(),
    }
}

/// As the page names it.
pub(crate) fn learner(learner: Learner) -> headstart_protocol::Learner {
    match learner {
        Learner::Transfer => headstart_protocol::Learner::Transfer,
        Learner::Scratch => headstart_protocol::Learner::Scratch,
    }
}
