//! How good a head is where no photos are held out for good: every photo is held out once.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use headstart_nn::{HeadStack, read};
use headstart_protocol::count;
use headstart_weights::head::HeadArchitecture;

use crate::batch_order::BatchOrder;
use crate::metrics::{answer, cross_entropy};
use crate::optimizer::HeadOptimizer;
use crate::scaling::Scaling;
use crate::split::folds;
use crate::training_set::{class_weights, descriptors_on, indices_on};
use crate::{Examples, HeadSettings, HeadTrainer, TrainError, initial};

mod checkpoint;
mod outcome;

pub(crate) use checkpoint::{FoldsState, FoundState};
pub use outcome::CrossValidated;
use outcome::{Candidate, Outcome};

/// The most folds.
pub(crate) const MOST_FOLDS: usize = 5;

/// Trains on all folds but one, for each fold and each strength of the penalty that comes into question. All these heads
/// are trained side by side on the same batches, each blind to the photos of its fold: one wide product for all of them
/// costs little more than one for each.
pub struct CrossValidation {
    settings: HeadSettings,
    classes: Vec<String>,
    examples: Examples,
    device: Device,
    /// For each example the fold in which it is held out.
    fold_of: Vec<usize>,
    folds: Vec<Fold>,
    candidates: Vec<Candidate>,
    /// For each candidate a head for each fold.
    stack: HeadStack,
    optimizer: HeadOptimizer,
    /// Scaled, `[n, width]`, on the device.
    descriptors: Tensor<2>,
    /// Those of the photos alone, without autodiff.
    held_out: Tensor<2>,
    /// The examples that are photos: the others are views of them.
    photos: Vec<usize>,
    /// For each head one-hot rows, multiplied by the example's weight, zero where it is held out, `[n, heads, classes]`.
    targets: Tensor<3>,
    /// For each layer what each head's squared weights are multiplied by, `[heads]`.
    penalties: Vec<Tensor<1>>,
    batches: BatchOrder,
    /// Epochs done.
    epoch: usize,
    /// Whether this epoch has begun.
    under_way: bool,
}

/// All photos but those held out.
struct Fold {
    /// Photos trained on.
    trained_on: usize,
    /// How much a photo of each class counts.
    weights: Vec<f32>,
}

impl Fold {
    fn new(
        fold: usize,
        fold_of: &[usize],
        examples: &Examples,
        classes: &[String],
        balance: bool,
    ) -> Result<Self, TrainError> {
        let labels: Vec<usize> =
            examples.labels().iter().zip(fold_of).filter(|(_, of)| **of != fold).map(|(label, _)| *label).collect();
        Ok(Self { trained_on: labels.len(), weights: class_weights(&labels, classes, balance)? })
    }
}

impl CrossValidation {
    /// Up to five folds over all `examples`. `classes` are names, in the order of the labels.
    ///
    /// # Errors
    /// Those of [`HeadTrainer::new`], and [`TrainError::TooFewToValidate`] for a class of a single photo or group.
    pub fn new(
        settings: HeadSettings,
        classes: &[String],
        examples: Examples,
        device: &Device,
    ) -> Result<Self, TrainError> {
        settings.check()?;
        class_weights(examples.labels(), classes, settings.balance)?;
        let fold_of = folds(examples.labels(), examples.groups(), classes, MOST_FOLDS, settings.seed)?;
        let fold_count = fold_of.iter().max().map_or(0, |last| last + 1);
        let photos: Vec<usize> = examples.photos().collect();
        let candidate = |c| Candidate { c, outcome: Outcome::default() };
        let candidates: Vec<_> = strengths(&settings).into_iter().map(candidate).collect();
        let folds = (0..fold_count)
            .map(|fold| Fold::new(fold, &fold_of, &examples, classes, settings.balance))
            .collect::<Result<Vec<_>, _>>()?;
        // The mean of photos that a head may not see has no part in the minimum that it descends to: the bias takes it up.
        let scaling = Scaling::of(&examples);
        let layers = initial::layers(&settings.architecture, examples.width(), classes.len(), settings.seed);
        let device = device.clone().autodiff();
        let heads = candidates.len() * fold_count;
        let descriptors = descriptors_on(&examples, &scaling, &device);
        Ok(Self {
            stack: HeadStack::new(&layers, &settings.architecture, heads, &device)?,
            optimizer: HeadOptimizer::new(settings.optimizer),
            held_out: select(descriptors.clone().inner(), &photos),
            descriptors,
            targets: targets(&examples, &fold_of, &folds, candidates.len(), classes.len(), &device),
            penalties: (0..layers.len())
                .map(|layer| penalties_on(layer, &candidates, &folds, &scaling, &device))
                .collect(),
            photos,
            batches: BatchOrder::new(examples.len(), settings.batch),
            epoch: 0,
            under_way: false,
            fold_of,
            folds,
            candidates,
            classes: classes.to_vec(),
            device,
            settings,
            examples,
        })
    }

    /// Epochs done and epochs in all.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.epoch, self.settings.epochs)
    }

    /// Whether there is nothing more to do but [`Self::refit`].
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.epoch >= self.settings.epochs
    }

    /// One step of all heads, as [`HeadTrainer::step`]; whether [`Self::epoch`] is due.
    pub fn step(&mut self) -> bool {
        if self.is_over() {
            return true;
        }
        if self.batches.is_dealt() {
            if self.under_way {
                return true;
            }
            self.batches.shuffle(self.settings.seed, self.epoch);
            self.under_way = true;
        }
        let (count, heads) = (self.batches.count(), self.heads());
        let step = self.epoch * count + self.batches.dealt();
        let Some(indices) = self.batches.deal() else { return true };
        // Each head's loss is a mean over the photos of this batch that it may see.
        let seen = |fold: usize| indices.iter().filter(|index| self.fold_of[**index] != fold).count().max(1) as f32;
        let shares: Vec<f32> = (0..self.folds.len()).map(|fold| 1.0 / seen(fold)).collect();
        let shares = TensorData::new(shares.repeat(self.candidates.len()), [1, heads, 1]);
        let shares = Tensor::<3>::from_data(shares, &self.device);
        let (descriptors, targets) = if count == 1 {
            (self.descriptors.clone(), self.targets.clone())
        } else {
            let indices = indices_on(indices, &self.device);
            (self.descriptors.clone().select(0, indices.clone()), self.targets.clone().select(0, indices))
        };
        let drawing = self.settings.seed_dropout(step, &self.device);
        let logits = self.stack.forward(descriptors);
        drop(drawing);
        let loss = (log_softmax(logits, 2) * (targets * shares)).sum().neg();
        let squares = self.stack.squared_weights().into_iter().zip(&self.penalties);
        let objective = squares.fold(loss, |sum, (squares, penalty)| sum + (squares * penalty.clone()).sum());
        let gradients = GradientsParams::from_grads(objective.backward(), &self.stack);
        self.stack = self.optimizer.step(self.settings.rate(step, count), self.stack.clone(), gradients);
        self.batches.is_dealt()
    }

    /// Ends this epoch of all heads: the steps that are left, then each fold's validation.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] where a loss is no number any more, and [`TrainError::Model`].
    pub async fn epoch(&mut self) -> Result<(), TrainError> {
        if self.is_over() {
            return Ok(());
        }
        while !self.step() {}
        self.under_way = false;
        let classes = self.classes.len();
        let logits = self.stack.valid().forward(self.held_out.clone());
        let logits = read(logits).await?;
        self.epoch += 1;
        let mut finite = true;
        let (width, settled) = (self.heads() * classes, self.settings.settled());
        for (index, candidate) in self.candidates.iter_mut().enumerate() {
            let (mut losses, mut right) = (0.0, 0);
            let mut own = Vec::with_capacity(self.photos.len() * classes);
            for (rows, example) in logits.chunks_exact(width).zip(&self.photos) {
                let (fold, label) = (self.fold_of[*example], self.examples.labels()[*example]);
                let row = &rows[(index * self.folds.len() + fold) * classes..][..classes];
                losses += f64::from(self.folds[fold].weights[label]) * cross_entropy(row, label);
                right += usize::from(answer(row) == label);
                own.extend_from_slice(row);
            }
            finite &= losses.is_finite();
            candidate.outcome.push(losses, right, own, settled);
        }
        if finite { Ok(()) } else { Err(TrainError::Diverged { epoch: count(self.epoch) }) }
    }

    /// The photos' labels.
    fn labels(&self) -> impl Iterator<Item = usize> {
        self.photos.iter().map(|index| self.examples.labels()[*index])
    }

    fn heads(&self) -> usize {
        self.candidates.len() * self.folds.len()
    }

    /// What was found, and a run with it on every example, whose validation loss and accuracy are the cross-validation's.
    ///
    /// # Errors
    /// [`TrainError::Unfinished`] before [`Self::is_over`], and those of [`HeadTrainer::new`].
    pub fn refit(self) -> Result<(CrossValidated, HeadTrainer), TrainError> {
        if !self.is_over() {
            return Err(TrainError::Unfinished);
        }
        let found = self.found(self.best_candidate());
        let trainer = found.refit(&self.settings, &self.classes, &self.examples, &self.device)?;
        Ok((found, trainer))
    }
}

/// The strengths of the penalty that come into question, the settings' own first.
fn strengths(settings: &HeadSettings) -> Vec<f64> {
    match settings.architecture {
        HeadArchitecture::Linear => [1.0, 0.1, 10.0].map(|factor| settings.c * factor).into(),
        // Dropout and the number of epochs keep hidden layers in check, and each candidate takes long.
        HeadArchitecture::Mlp { .. } => vec![settings.c],
    }
}

/// The rows at `indices`.
fn select(rows: Tensor<2>, indices: &[usize]) -> Tensor<2> {
    if indices.len() == rows.dims()[0] {
        return rows;
    }
    let indices = indices_on(indices, &rows.device());
    rows.select(0, indices)
}

/// For each example and head its one-hot row, as [`CrossValidation::targets`] has it.
fn targets(
    examples: &Examples,
    fold_of: &[usize],
    folds: &[Fold],
    candidates: usize,
    classes: usize,
    device: &Device,
) -> Tensor<3> {
    let heads = candidates * folds.len();
    let mut targets = vec![0.0f32; examples.len() * heads * classes];
    for ((rows, label), held_out) in targets.chunks_exact_mut(heads * classes).zip(examples.labels()).zip(fold_of) {
        for (head, row) in rows.chunks_exact_mut(classes).enumerate() {
            let fold = head % folds.len();
            if fold != *held_out {
                row[*label] = folds[fold].weights[*label];
            }
        }
    }
    Tensor::from_data(TensorData::new(targets, [examples.len(), heads, classes]), device)
}

/// What each head's squared weights of `layer` are multiplied by, `[heads]`.
fn penalties_on(
    layer: usize,
    candidates: &[Candidate],
    folds: &[Fold],
    scaling: &Scaling,
    device: &Device,
) -> Tensor<1> {
    let factor = if layer == 0 { scaling.squared_factor() } else { 1.0 };
    let heads = candidates.iter().flat_map(|candidate| folds.iter().map(move |fold| (candidate.c, fold.trained_on)));
    let penalties: Vec<f32> = heads.map(|(c, n)| HeadSettings::penalty(c, n, factor) as f32).collect();
    let count = penalties.len();
    Tensor::from_data(TensorData::new(penalties, [count]), device)
}

#[cfg(test)]
mod tests;
