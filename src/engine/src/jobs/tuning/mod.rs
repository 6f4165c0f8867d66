//! The training of the base's last block together with a head, beside later requests.
//!
//! Only photos that are held out say whether it helps, so that its head begins anew on the others: the visitor's may have been
//! trained on all of them.

mod answers;
mod pace;

use std::collections::HashSet;

use headstart_protocol::{
    Failure, HeadKind, PhotoHash, TrainingRequest, TrainingSettings, TuneHead, TuningComparison, TuningResult, count,
};
use headstart_train::{
    BlockInputs, Examples, FineTuning, FineTuningSettings, FrozenPart, HeadPlan, HeadSettings, HeadTraining,
    TrainedHead, TunedPhotos, ValidationSplit, put_blocks,
};

use self::answers::answers;
use self::pace::{Pace, Teller};
use super::material::{all_of, check_names, examples, held_out_of};
use crate::clock::now;
use crate::engine::{StartedEngine, Workplace};
use crate::error::EngineError;
use crate::photos::{Descriptors, TUNED};
use crate::port::RunLine;
use crate::turns::Slice;

/// Epochs at most. Trainings of the tests are short.
const EPOCHS: usize = if cfg!(test) { 2 } else { 10 };
/// Early stopping: epochs without a better one.
const PATIENCE: usize = 3;
/// Photos a step. Other requests wait for a step to end.
const BATCH: usize = 8;
/// The highest learning rate of the block: lower than for thousands of photos, since the steps are of few.
const LEARNING_RATE: f64 = 5e-5;
/// Numbers in memory for each parameter, at most: itself, where it began, AdamW's moments, average, best epoch, gradient, copies
/// under way, and its filters as the convolution takes them, forwards and backwards.
const NUMBERS: usize = 16;

/// Trains a head on the frozen base, then the last block with it, and says which does better on the held-out photos.
///
/// # Errors
/// [`Failure::PhotosMissing`] where something of a photo is not kept, [`EngineError::Train`] where no photo can be held out or the
/// run diverges, [`Failure::NoRoomToTune`], [`Failure::StoppedEarly`] before the first epoch is over, and whatever keeps the base's
/// file from being read.
pub(crate) async fn tune(
    TuneHead(request): TuneHead,
    engine: &StartedEngine,
    line: &RunLine<TuneHead>,
) -> Result<Box<TuningResult>, EngineError> {
    let start = now();
    let place = &engine.place;
    let mut slice = Slice::new(&place.turns);
    check_names(&request.classes)?;
    let examples = examples(&request, &place.photos, &mut slice).await?;
    let held_out = held_out_of(&request, &examples)?;
    let training: Vec<usize> = examples.photos().filter(|index| held_out.binary_search(index).is_err()).collect();
    let [training, held_out] = [training, held_out].map(|indices| Photos::new(&request, &examples, indices));
    [&training, &held_out].into_iter().try_for_each(|photos| photos.check(&request, place))?;
    check_room(NUMBERS * size_of::<f32>() * TUNED.parameters())?;

    let mut teller = Teller::new(line, EPOCHS);
    let frozen_head = frozen_head(&request, &examples, &held_out, place, line, &mut slice).await?;
    drop(examples);
    teller.progress.frozen_accuracy = frozen_head.confusion().accuracy();
    teller.tell(true);
    let convs = place.base.last(TUNED).await?;
    let start_from = FrozenPart { convs, head: frozen_head.layers[0].clone() };
    let settings = FineTuningSettings {
        epochs: EPOCHS,
        patience: PATIENCE,
        batch: BATCH,
        learning_rate: LEARNING_RATE,
        views: 0,
        seed: u64::from(request.settings.seed),
        ..FineTuningSettings::new(TUNED, request.size.pixels())
    };
    let [known, checked] = [&training, &held_out].map(Photos::tuned);
    let mut tuning = FineTuning::new(settings, &request.classes, known, checked, start_from, &place.device)?;
    let mut pace = Pace::default();
    while !tuning.is_over() && !line.is_stopped() {
        let since = now();
        let mut over = false;
        if let Some(due) = tuning.validation_due() {
            let photos = due.len();
            let inputs = held_out.inputs(due, &request, place);
            over = tuning.validate(inputs, (now() - start) / 1e3).await?.is_some();
            pace.validated(photos, now() - since);
        } else {
            let batch = tuning.draws(tuning.next_batch());
            let inputs = training.inputs(batch.iter().map(|draw| draw.photo), &request, place);
            tuning.step(inputs).await?;
            pace.stepped(batch.len(), now() - since);
        }
        let epochs_left = EPOCHS - tuning.history().len();
        teller.progress.done = count(tuning.history().len());
        teller.progress.latest = tuning.history().last().copied();
        let share_left = 1.0 - tuning.next_batch() as f64 / tuning.total() as f64;
        let train_left = share_left * (EPOCHS * training.indices.len()) as f64;
        teller.progress.seconds_left = pace.seconds(train_left, (epochs_left * held_out.indices.len()) as f64);
        teller.tell(over);
        slice.breathe().await;
    }
    let stopped = !tuning.is_over();
    let best = tuning.best().ok_or(Failure::StoppedEarly)?.clone();
    let history = tuning.history().to_vec();
    drop(tuning);

    let frozen = place.base.last(TUNED).await?;
    let mut file = frozen_head.head_file(request.size.pixels(), &place.base.sha256, &place.device).await?;
    put_blocks(&mut file, &best, TUNED, &frozen, &engine.models.base).await?;
    let answered = answers(&file, &frozen, &held_out, &request, place, &mut slice).await?;
    let (right, frozen_right) = (answered.right(), count(frozen_head.confusion().right()));
    let mut comparison = TuningComparison {
        validated_on: count(held_out.indices.len()),
        frozen_right,
        tuned_right: right,
        frozen_loss: frozen_loss(&frozen_head),
        tuned_loss: answered.loss(),
        seconds: (now() - start) / 1e3,
    };
    let tuned = match comparison.helped() {
        true => {
            file.manifest.val_accuracy = Some(comparison.tuned_accuracy());
            file.manifest.trained_on = training.indices.len();
            Some(answered.result(&mut file, &best, history, stopped, comparison, place).await?)
        }
        false => None,
    };
    comparison.seconds = (now() - start) / 1e3;
    Ok(Box::new(TuningResult { tuned, comparison, stopped }))
}

/// Some photos of a request.
struct Photos {
    /// Their indices in the request.
    indices: Vec<usize>,
    hashes: Vec<PhotoHash>,
    labels: Vec<usize>,
}

impl Photos {
    fn new(request: &TrainingRequest, examples: &Examples, indices: Vec<usize>) -> Self {
        let hashes = indices.iter().map(|index| request.examples[*index].hash).collect();
        let labels = indices.iter().map(|index| examples.labels()[*index]).collect();
        Self { indices, hashes, labels }
    }

    /// Refuses photos whose activations are not kept.
    ///
    /// # Errors
    /// [`Failure::PhotosMissing`].
    fn check(&self, request: &TrainingRequest, place: &Workplace) -> Result<(), EngineError> {
        let kept = |hash: &PhotoHash| place.photos.has_activations(*hash, request.size).then_some(());
        all_of(self.hashes.iter().map(kept)).map(|_| ())
    }

    fn tuned(&self) -> TunedPhotos {
        TunedPhotos::new(&self.hashes.iter().copied().zip(self.labels.iter().copied()).collect::<Vec<_>>())
    }

    /// What the frozen layers make of some of them.
    fn inputs(
        &self,
        photos: impl IntoIterator<Item = usize>,
        request: &TrainingRequest,
        place: &Workplace,
    ) -> BlockInputs {
        let mut inputs = BlockInputs::default();
        for hash in photos.into_iter().map(|photo| self.hashes[photo]) {
            place.photos.append_activations(hash, request.size, &mut inputs.activations);
            let front = |kept: &Descriptors| inputs.front.extend_from_slice(&kept[..TUNED.front()]);
            place.photos.descriptors(hash, request.size, 0).as_ref().map(front);
        }
        inputs
    }
}

/// Refuses to begin what would end the worker.
///
/// # Errors
/// [`Failure::NoRoomToTune`].
pub(crate) fn check_room(bytes: usize) -> Result<(), EngineError> {
    let megabytes = count(bytes / 1_000_000);
    let refused = |_| Failure::NoRoomToTune { megabytes };
    Ok(Vec::<u8>::new().try_reserve_exact(bytes).map_err(refused)?)
}

/// A linear head on the base as it is, that has not seen the held-out photos.
async fn frozen_head(
    request: &TrainingRequest,
    examples: &Examples,
    held_out: &Photos,
    place: &Workplace,
    line: &RunLine<TuneHead>,
    slice: &mut Slice<'_>,
) -> Result<TrainedHead, EngineError> {
    // Augmented views are in the groups of their photos.
    let groups: HashSet<u64> = held_out.indices.iter().map(|index| examples.groups()[*index]).collect();
    let is_given = request.given_split().is_some();
    let is_seen = |index: &usize| {
        held_out.indices.binary_search(index).is_err() && (is_given || !groups.contains(&examples.groups()[*index]))
    };
    let seen: Vec<usize> = (0..examples.len()).filter(is_seen).collect();
    let TrainingSettings { head, seed, .. } = request.settings;
    let settings = match head {
        HeadKind::Linear => request.settings,
        HeadKind::Hidden | HeadKind::Classic => TrainingSettings { seed, ..TrainingSettings::default() },
    };
    let plan = HeadPlan {
        settings: HeadSettings::from(&settings),
        classes: request.classes.clone(),
        examples: examples.select(&seen),
        validation: ValidationSplit::Given(examples.select(&held_out.indices)),
        continue_from: None,
    };
    let mut run = HeadTraining::new(plan, &place.device)?;
    while !run.is_over() {
        if line.is_stopped() {
            return Err(Failure::StoppedEarly.into());
        }
        run.advance(0.0).await?;
        slice.breathe().await;
    }
    Ok(run.finish().await?)
}

/// The mean cross-entropy of that head on the held-out photos.
fn frozen_loss(head: &TrainedHead) -> f64 {
    let best = head.history.iter().find(|epoch| epoch.epoch == head.best_epoch);
    best.and_then(|epoch| epoch.val_loss).unwrap_or(f64::INFINITY)
}
