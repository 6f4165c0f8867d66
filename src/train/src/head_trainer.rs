//! The training loop, in steps, so that whoever runs it can show progress, wait, or stop in between.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use headstart_nn::{Head, NnError, read};
use headstart_protocol::{Epoch, count};
use headstart_weights::head::DenseWeights;

use crate::batch_order::BatchOrder;
use crate::early_stopping::EarlyStopping;
use crate::optimizer::HeadOptimizer;
use crate::scaling::Scaling;
use crate::training_set::{TrainingSet, class_weights};
use crate::validator::{ValidationSet, Validator};
use crate::{Examples, HeadSettings, TrainError, initial};

mod checkpoint;

pub(crate) use checkpoint::FitState;

/// A head in training, the examples on the device, and the best head so far.
pub struct HeadTrainer {
    settings: HeadSettings,
    /// Epochs to run at most; the learning rate falls over those of the settings.
    epochs: usize,
    device: Device,
    head: Head,
    optimizer: HeadOptimizer,
    scaling: Scaling,
    /// How much an example of each class counts.
    weights: Vec<f32>,
    training: TrainingSet,
    batches: BatchOrder,
    /// Sums of losses and of correct answers over this epoch's steps so far, each `[1]`.
    totals: Option<(Tensor<1>, Tensor<1>)>,
    validator: Validator,
    stopping: EarlyStopping,
    best: Best,
    /// Epochs done.
    epoch: usize,
    diverged: bool,
}

/// The head stays on the device: nobody may ever ask for its numbers.
struct Best {
    epoch: usize,
    /// For scaled descriptors, without autodiff.
    head: Head,
    /// Of the validation examples, `[n, classes]`.
    logits: Vec<f32>,
}

impl HeadTrainer {
    /// A run on `training` that keeps the epoch with the lowest loss on `validation`. `classes` are names, in the order
    /// of the labels.
    ///
    /// # Errors
    /// [`TrainError::TooFewClasses`], [`TrainError::EmptyClass`], [`TrainError::Settings`], or [`TrainError::Examples`]
    /// where the two sets do not fit each other.
    pub fn new(
        settings: HeadSettings,
        classes: &[String],
        training: &Examples,
        validation: &Examples,
        device: &Device,
    ) -> Result<Self, TrainError> {
        class_weights(training.labels(), classes, settings.balance)?;
        if validation.is_empty() || validation.width() != training.width() {
            return Err(TrainError::Examples("the validation examples are missing, or of another width".into()));
        }
        if validation.labels().iter().any(|label| *label >= classes.len()) {
            return Err(TrainError::Examples("a validation example is of no class".into()));
        }
        let validator =
            |scaling: &Scaling| Validator::HeldOut(Box::new(ValidationSet::new(validation, scaling, device)));
        Self::validated_by(validator, settings, classes, training, device)
    }

    /// A run on `training` without validation: the last epoch is the best.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn without_validation(
        settings: HeadSettings,
        classes: &[String],
        training: &Examples,
        device: &Device,
    ) -> Result<Self, TrainError> {
        Self::validated_by(|_| Validator::Nothing, settings, classes, training, device)
    }

    /// A run on `training` for as many epochs as `known` has losses and accuracies of; patience plays no part.
    pub(crate) fn known(
        known: Vec<(f64, f64)>,
        settings: HeadSettings,
        classes: &[String],
        training: &Examples,
        device: &Device,
    ) -> Result<Self, TrainError> {
        let epochs = known.len();
        let settings = HeadSettings { patience: usize::MAX, ..settings };
        let trainer = Self::validated_by(|_| Validator::Known(known), settings, classes, training, device)?;
        Ok(Self { epochs, ..trainer })
    }

    fn validated_by(
        validator: impl FnOnce(&Scaling) -> Validator,
        settings: HeadSettings,
        classes: &[String],
        training: &Examples,
        device: &Device,
    ) -> Result<Self, TrainError> {
        settings.check()?;
        let weights = class_weights(training.labels(), classes, settings.balance)?;
        let scaling = Scaling::of(training);
        let layers = initial::layers(&settings.architecture, training.width(), classes.len(), settings.seed);
        let device = device.clone().autodiff();
        let head = Head::new(&layers, &settings.architecture, &device)?;
        Ok(Self {
            optimizer: HeadOptimizer::new(settings.optimizer),
            validator: validator(&scaling),
            training: TrainingSet::new(training, &scaling, &weights, &device),
            batches: BatchOrder::new(training.len(), settings.batch),
            totals: None,
            stopping: EarlyStopping::new(settings.patience, settings.settled()),
            best: Best { epoch: 0, head: head.valid(), logits: Vec::new() },
            head,
            epoch: 0,
            epochs: settings.epochs,
            diverged: false,
            settings,
            device,
            scaling,
            weights,
        })
    }

    /// The same run, going on from `layers`, which are for descriptors as they come, instead of starting anew.
    ///
    /// # Errors
    /// [`TrainError::OtherLayers`] where they are not those of a head of this run.
    pub fn continue_from(mut self, layers: &[DenseWeights]) -> Result<Self, TrainError> {
        let outputs = self.settings.architecture.outputs(self.weights.len());
        let inputs = [self.scaling.width()].into_iter().chain(outputs.iter().copied());
        let extents = inputs.zip(outputs.iter().copied());
        if !layers.iter().map(|layer| (layer.inputs, layer.outputs)).eq(extents) {
            return Err(TrainError::OtherLayers);
        }
        let layers = self.scaling.unfold(layers.to_vec());
        self.head = Head::new(&layers, &self.settings.architecture, &self.device).map_err(|error| match error {
            NnError::HeadLayers => TrainError::OtherLayers,
            error => error.into(),
        })?;
        self.best.head = self.head.valid();
        Ok(self)
    }

    /// Whether the last epoch is over and the next one has not begun.
    pub(crate) fn is_between_epochs(&self) -> bool {
        self.batches.is_dealt() && self.totals.is_none()
    }

    /// Whether there is nothing more to do: all epochs run, patience over, or the loss no number any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.epoch >= self.epochs || self.stopping.is_over() || self.diverged
    }

    /// One step on the next batch of this epoch; whether it was the last one, so that [`Self::epoch`] is due. Who never
    /// calls this has an epoch take all its steps at once.
    pub fn step(&mut self) -> bool {
        if self.batches.is_dealt() {
            if self.totals.is_some() {
                return true;
            }
            self.batches.shuffle(self.settings.seed, self.epoch);
        }
        let (done, count) = (self.batches.dealt(), self.batches.count());
        let step = self.epoch * count + done;
        let drawing = self.settings.seed_dropout(step, &self.device);
        let Some(indices) = self.batches.deal() else { return true };
        let n = indices.len();
        // All at once need not be put in order.
        let (loss, right) =
            if count == 1 { self.training.score(&self.head) } else { self.training.select(indices).score(&self.head) };
        drop(drawing);
        let sums = (loss.clone().detach(), right.detach());
        self.totals = Some(match self.totals.take() {
            None => sums,
            Some((losses, rights)) => (losses + sums.0, rights + sums.1),
        });
        let objective = self.penalised(loss / n as f64);
        let gradients = GradientsParams::from_grads(objective.backward(), &self.head);
        let rate = self.settings.rate(step, count);
        self.head = self.optimizer.step(rate, self.head.clone(), gradients);
        self.batches.is_dealt()
    }

    /// Ends this epoch: the steps that are left, then the validation.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] where the loss is no number any more; [`Self::best`] is still good then.
    pub async fn epoch(&mut self) -> Result<Epoch, TrainError> {
        while !self.step() {}
        self.epoch += 1;
        let head = self.head.valid();
        // All that is needed of the device comes back at once: each way there and back takes its time on a GPU. The
        // squares tell weights that are no numbers after the last step, which no loss has seen.
        let squares = head.squared_weights();
        let layers = squares.len();
        let mut wanted = squares;
        wanted.extend(self.totals.take().into_iter().flat_map(|(losses, rights)| [losses.inner(), rights.inner()]));
        let sums = wanted.len();
        wanted.extend(self.validator.logits(&head));
        let values = read(Tensor::cat(wanted, 0)).await?;
        let (sums, logits) = values.split_at(sums);
        let (squares, totals) = sums.split_at(layers);
        let n = self.training.len() as f64;
        let (loss, accuracy) = match totals {
            [losses, rights] => (f64::from(*losses) / n, f64::from(*rights) / n),
            _ => (f64::NAN, 0.0),
        };
        let (val_loss, val_accuracy) = self.validator.validate(logits, &self.weights, self.epoch).unzip();
        let finite = loss.is_finite() && val_loss.is_none_or(f64::is_finite);
        self.diverged = !(finite && squares.iter().all(|sum| sum.is_finite()));
        if self.diverged {
            return Err(TrainError::Diverged { epoch: count(self.epoch) });
        }
        if val_loss.is_none_or(|loss| self.stopping.is_best(self.epoch, loss)) {
            self.best = Best { epoch: self.epoch, head, logits: self.validator.last_logits().to_vec() };
        }
        Ok(Epoch { epoch: count(self.epoch), loss, accuracy, val_loss, val_accuracy, seconds: 0.0 })
    }

    /// The layers with the lowest validation loss so far, for descriptors as they come; the initial ones before the
    /// first epoch.
    ///
    /// # Errors
    /// [`TrainError::Model`] where the device gives nothing back.
    pub async fn best(&self) -> Result<Vec<DenseWeights>, TrainError> {
        Ok(self.scaling.fold(self.best.head.weights().await?))
    }

    /// The epoch of [`Self::best`], counted from 1; 0 where none is done.
    #[must_use]
    pub fn best_epoch(&self) -> u32 {
        count(self.best.epoch)
    }

    /// What [`Self::best`] makes of the validation examples, `[n, classes]`; empty before the first epoch and in a run on every
    /// example.
    #[must_use]
    pub fn best_logits(&self) -> &[f32] {
        &self.best.logits
    }

    /// `loss` and the penalty `|w|² / (2 · c · n)` over the weights that the finished head will have.
    fn penalised(&self, loss: Tensor<1>) -> Tensor<1> {
        let factor = |layer| if layer == 0 { self.scaling.squared_factor() } else { 1.0 };
        let penalty = |layer| HeadSettings::penalty(self.settings.c, self.training.len(), factor(layer));
        let squares = self.head.squared_weights().into_iter().enumerate();
        squares.fold(loss, |sum, (layer, squares)| sum + squares * penalty(layer))
    }
}

#[cfg(test)]
mod tests;
