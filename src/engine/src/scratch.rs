//! Training of a small CNN from scratch, beside the other commands.

use std::rc::Rc;

use headstart_nn::ScratchCnn;
use headstart_protocol::{Comparison, Event, ScratchResult, TrainingProgress};
use headstart_train::metrics::wilson_interval;
use headstart_train::scratch::{BestEpoch, ScratchSettings, ScratchTrainer, answers};

use crate::comparison::Material;
use crate::error::EngineError;
use crate::port::{Outbox, Port, Stops};
use crate::result::{count, epoch};
use crate::session::{Session, now};
use crate::turns::Slice;

/// Milliseconds between two words on how far a run is, at least.
const TELL_MS: f64 = 100.0;
/// Held-out photos that are answered at once.
const PORTION: usize = 16;

/// Begins a run, which tells the page how it goes and how it ends.
pub(crate) fn begin(comparison: Comparison, session: Rc<Session>, port: &Port) {
    let (outbox, stops) = (port.outbox().clone(), port.stops().clone());
    wasm_bindgen_futures::spawn_local(async move {
        let run = comparison.training.run;
        let event = match train(comparison, &session, &outbox, &stops).await {
            Ok(result) => Event::ScratchTrained(Box::new(result)),
            Err(error @ EngineError::DeviceLost(_)) => Event::Stopped(error.failure()),
            Err(error) => Event::ScratchFailed { run, failure: error.failure() },
        };
        stops.forget(run);
        outbox.post(&event);
    });
}

async fn train(
    comparison: Comparison,
    session: &Session,
    outbox: &Outbox,
    stops: &Stops,
) -> Result<ScratchResult, EngineError> {
    let start = now();
    let run = comparison.training.run;
    let mut slice = Slice::new(&session.turns);
    let material = session.material(comparison, &mut slice).await?;
    let device = session.models.base.device();
    let [training, held_out] = material.sides();
    let settings = ScratchSettings {
        seed: u64::from(material.settings.seed),
        ..ScratchSettings::small(material.classes.len(), training.len())
    };
    let epochs = settings.epochs;
    let mut trainer = ScratchTrainer::new(settings, &material.classes, training, held_out, device)?;
    let mut loader = trainer.loader();
    let batches = loader.batches();
    let tell = |trainer: &ScratchTrainer| {
        outbox.post(&Event::ScratchProgressed(TrainingProgress {
            run,
            done: count(trainer.next_batch().div_ceil(batches.max(1))),
            of: count(epochs),
            fitting: true,
            latest: trainer.history().last().map(epoch),
        }));
    };
    tell(&trainer);
    let mut told = now();
    while !trainer.is_over() && !stops.has(run) {
        let mut over = false;
        if trainer.is_validation_due() {
            over = trainer.validate((now() - start) / 1e3).await?.is_some();
        } else {
            trainer.step(loader.load(trainer.next_batch())).await?;
        }
        // Each epoch is told: the curves are drawn from these.
        if over || now() - told >= TELL_MS {
            tell(&trainer);
            told = now();
        }
        slice.breathe().await;
    }
    let stopped = !trainer.is_over();
    let best = trainer.best().ok_or(EngineError::StoppedEarly)?;
    let answers = answers_of(best, &trainer, &material, session, &mut slice).await?;
    let labels = material.examples.labels();
    let right = answers.iter().filter(|(example, answer)| labels[*example] == *answer).count();
    let architecture = trainer.architecture();
    Ok(ScratchResult {
        run,
        trained_on: count(material.training.len()),
        right: count(right),
        validated_on: count(answers.len()),
        interval: wilson_interval(right, answers.len()),
        answers: answers.into_iter().map(|(example, answer)| (count(example), count(answer))).collect(),
        history: trainer.history().iter().map(epoch).collect(),
        best_epoch: count(best.epoch),
        parameters: count(architecture.parameters()),
        side: count(architecture.side),
        stopped,
        seconds: (now() - start) / 1e3,
    })
}

/// Each held-out photo with the class that the best network takes it for.
async fn answers_of(
    best: &BestEpoch,
    trainer: &ScratchTrainer,
    material: &Material,
    session: &Session,
    slice: &mut Slice<'_>,
) -> Result<Vec<(usize, usize)>, EngineError> {
    let network = ScratchCnn::new(trainer.architecture(), &best.weights, session.models.base.device())?;
    let mut found = Vec::with_capacity(material.held_out.len());
    for portion in material.held_out.chunks(PORTION) {
        let classes = answers(&network, &material.photos, portion).await?;
        found.extend(portion.iter().copied().zip(classes));
        slice.breathe().await;
    }
    Ok(found)
}
