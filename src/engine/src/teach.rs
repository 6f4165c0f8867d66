//! A training run, beside the other commands.

use std::collections::HashSet;
use std::rc::Rc;

use headstart_nn::DESCRIPTOR;
use headstart_protocol::{DESCRIPTOR_BYTES, HeadKind, OptimizerKind};
use headstart_protocol::{Event, Example, Training, TrainingProgress, TrainingResult, TrainingSettings, Validation};
use headstart_train::{Examples, Grouping, LeftOut, Optimizer, Plan, Run, Settings, Start};
use headstart_weights::head::HeadArchitecture;

use crate::error::EngineError;
use crate::port::{Outbox, Port, Stops};
use crate::result::{self, epoch};
use crate::session::{Session, now};
use crate::turns::Slice;

/// Milliseconds between two words on how far a run is, at least.
const TELL_MS: f64 = 30.0;
/// Milliseconds for the fit on all photos of a run that was stopped before it came to it.
const LAST_FIT_MS: f64 = 1000.0;

/// Begins a run, which tells the page how it goes and how it ends.
pub(crate) fn begin(training: Training, session: Rc<Session>, port: &Port) {
    let (outbox, stops) = (port.outbox().clone(), port.stops().clone());
    wasm_bindgen_futures::spawn_local(async move {
        let run = training.run;
        let event = match teach(training, &session, &outbox, &stops).await {
            Ok(result) => Event::Trained(Box::new(result)),
            Err(error @ EngineError::DeviceLost(_)) => Event::Stopped(error.failure()),
            Err(error) => Event::TrainingFailed { run, failure: error.failure() },
        };
        stops.forget(run);
        outbox.post(&event);
    });
}

async fn teach(
    training: Training,
    session: &Session,
    outbox: &Outbox,
    stops: &Stops,
) -> Result<TrainingResult, EngineError> {
    let start = now();
    let Training { run: id, size, classes, examples, settings, continue_from } = training;
    check_names(&classes)?;
    let continue_from = match continue_from {
        Some(bytes) => Some(head_to_go_on_from(session, &bytes, &classes, size.pixels())?),
        None => None,
    };
    let mut slice = Slice::new(&session.turns);
    let examples = group(examples, classes.len(), &mut slice).await?;
    let left_out = match settings.validation {
        Validation::Cross => LeftOut::InTurn,
        Validation::HoldOut(share) => LeftOut::Share(share),
    };
    let plan = Plan { settings: settings_of(&settings), classes, examples, left_out, continue_from };
    let mut run = Run::new(plan, session.models.base.device())?;

    let mut told = start;
    let mut deadline = None;
    while !run.is_over() {
        if deadline.is_none() && stops.has(id) {
            deadline = Some(if run.is_fitting() { now() } else { now() + LAST_FIT_MS });
            run.skip_folds()?;
        }
        // Without a single epoch there would be no head.
        if deadline.is_some_and(|deadline| now() >= deadline) && !run.history().is_empty() {
            break;
        }
        run.advance().await?;
        if now() - told >= TELL_MS {
            outbox.post(&Event::TrainingProgressed(progress(id, &run)));
            told = now();
        }
        slice.breathe().await;
    }
    let outcome = run.finish().await?;
    let file = outcome.head_file(size.pixels(), &session.models.base_sha256, session.models.base.device()).await?;
    let bytes = file.to_bytes().map_err(|error| EngineError::Weights { file: "The head".to_owned(), error })?;
    session.adopt(&file).await?;
    Ok(result::of(&outcome, id, bytes, deadline.is_some(), (now() - start) / 1e3))
}

fn progress(id: u32, run: &Run) -> TrainingProgress {
    let (done, of) = run.progress();
    TrainingProgress {
        run: id,
        done: result::count(done),
        of: result::count(of),
        fitting: run.is_fitting(),
        latest: run.history().last().map(epoch),
    }
}

/// A head file has no room for two classes of one name.
pub(crate) fn check_names(classes: &[String]) -> Result<(), EngineError> {
    let mut names = HashSet::new();
    let named = classes.iter().all(|name| !name.trim().is_empty() && names.insert(name.as_str()));
    if named { Ok(()) } else { Err(EngineError::ClassNames) }
}

/// The head in `bytes`, if it tells the same classes apart on photos of the same size.
fn head_to_go_on_from(session: &Session, bytes: &[u8], classes: &[String], size: usize) -> Result<Start, EngineError> {
    let file = session.read_head(bytes)?;
    if file.manifest.size != size {
        return Err(EngineError::HeadMismatch { asked: size });
    }
    if file.manifest.classes != classes {
        return Err(EngineError::Train(headstart_train::TrainError::OtherLayers));
    }
    Ok(Start { layers: file.layers, held_out_sha256: file.manifest.held_out_sha256 })
}

/// The protocol says what a descriptor takes, so that the page need not know the model.
const _: () = assert!(DESCRIPTOR_BYTES == size_of::<f32>() * DESCRIPTOR);

/// The examples with their views, those that a split must not tear apart in one group.
pub(crate) async fn group(
    examples: Vec<Example>,
    classes: usize,
    slice: &mut Slice<'_>,
) -> Result<Examples, EngineError> {
    let (mut rows, mut labels, mut bursts, mut views) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (index, example) in examples.into_iter().enumerate() {
        let (values, rest) = example.descriptors.as_chunks::<4>();
        let mut row: Vec<f32> = values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let whole = !row.is_empty() && row.len().is_multiple_of(DESCRIPTOR) && rest.is_empty();
        if !whole || !row.iter().all(|value| value.is_finite()) {
            return Err(EngineError::Descriptor(index + 1));
        }
        views.extend(row.split_off(DESCRIPTOR).chunks_exact(DESCRIPTOR).map(|view| (index, view.to_vec())));
        rows.push(row);
        labels.push(example.label as usize);
        bursts.push(example.burst);
        slice.breathe().await;
    }
    let examples = Examples::new(&rows, labels, classes)?;
    drop(rows);
    let mut grouping = Grouping::new(examples, &bursts)?;
    while !grouping.step() {
        slice.breathe().await;
    }
    Ok(grouping.finish()?.with_views(views)?)
}

/// The trainer's settings for the page's.
pub(crate) fn settings_of(asked: &TrainingSettings) -> Settings {
    let defaults = Settings::of(match asked.head {
        HeadKind::Linear => HeadArchitecture::Linear,
        kind @ (HeadKind::Hidden | HeadKind::Classic) => {
            HeadArchitecture::Mlp { hidden: kind.hidden().to_vec(), dropout: asked.dropout }
        }
    });
    Settings {
        optimizer: match asked.optimizer {
            OptimizerKind::Adam => Optimizer::Adam,
            OptimizerKind::RmsProp => Optimizer::RmsProp,
        },
        epochs: asked.epochs.map_or(defaults.epochs, |epochs| epochs as usize),
        batch: asked.batch.map_or(defaults.batch, |batch| batch as usize),
        learning_rate: asked.learning_rate.unwrap_or(defaults.learning_rate),
        c: asked.c.unwrap_or(defaults.c),
        patience: asked.patience as usize,
        balance: asked.balance,
        seed: u64::from(asked.seed),
        ..defaults
    }
}
