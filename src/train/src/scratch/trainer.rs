//! The training loop, in steps, so that whoever runs it can show progress, wait, or stop in between.

use std::sync::Arc;

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use headstart_nn::{ScratchCnn, read};
use headstart_protocol::{Epoch, count};
use headstart_vision::normalise;
use headstart_weights::scratch::ScratchArchitecture;

use super::parameter::{Parameter, Update};
use super::{BatchLoader, LabelledPhotos, PhotoBatch, ScratchSettings, initial};
use crate::TrainError;
use crate::descent::seed_dropout;
use crate::metrics::{answer, cross_entropy};
use crate::parameters::{read_all, unreadable};

/// Photos that are validated at once.
const PORTION: usize = 16;

/// A run: a CNN in training, and the best one so far.
pub struct ScratchTrainer {
    pub(super) settings: ScratchSettings,
    pub(super) classes: Vec<String>,
    training: Arc<LabelledPhotos>,
    validation: Arc<LabelledPhotos>,
    /// SHA-256 of the training photos and of the validation photos.
    pub(super) digests: [String; 2],
    /// Without autodiff.
    device: Device,
    /// One a tensor of the architecture.
    pub(super) parameters: Vec<Parameter>,
    /// Steps done since the run began.
    pub(super) steps: usize,
    /// Over this epoch's steps so far.
    pub(super) totals: Totals,
    pub(super) check: Option<Check>,
    pub(super) history: Vec<Epoch>,
    pub(super) best: Option<BestEpoch>,
    failed: bool,
}

/// Sums over photos.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Totals {
    /// Of the cross-entropies, nats.
    pub(super) loss: f64,
    /// Photos classified correctly.
    pub(super) right: usize,
}

impl Totals {
    /// Adds photos with `labels` that were answered with rows of `logits`.
    fn add(&mut self, logits: &[f32], labels: &[usize]) {
        let classes = logits.len() / labels.len().max(1);
        for (row, label) in logits.chunks(classes.max(1)).zip(labels) {
            self.loss += cross_entropy(row, *label);
            self.right += usize::from(answer(row) == *label);
        }
    }

    /// Mean loss and accuracy over `n` photos.
    fn means(&self, n: usize) -> (f64, f64) {
        (self.loss / n as f64, self.right as f64 / n as f64)
    }
}

/// A validation that is going on.
pub(super) struct Check {
    /// Of the averaged weights.
    network: ScratchCnn,
    /// The first photo that is not validated yet.
    next: usize,
    totals: Totals,
}

/// The epoch to keep: the one with the highest validation accuracy, of equals the one with the lowest validation loss;
/// without validation photos the last one.
#[derive(Debug, Clone, PartialEq)]
pub struct BestEpoch {
    /// Counted from 1.
    pub epoch: u32,
    /// Validation accuracy.
    pub accuracy: Option<f64>,
    /// Validation loss: the mean cross-entropy, in nats.
    pub loss: Option<f64>,
    /// The averaged weights after it, in the order of
    /// [`headstart_weights::scratch::ScratchArchitecture::tensors`].
    pub weights: Vec<Vec<f32>>,
}

impl ScratchTrainer {
    /// A run from random weights on `training`, validated on `validation`, which may be empty. `classes` are names, in the
    /// order of the labels.
    ///
    /// # Errors
    /// [`TrainError::TooFewClasses`], [`TrainError::EmptyClass`], [`TrainError::Settings`], or [`TrainError::Photos`]
    /// where the photos do not fit the architecture.
    pub fn new(
        settings: ScratchSettings,
        classes: &[String],
        training: Arc<LabelledPhotos>,
        validation: Arc<LabelledPhotos>,
        device: &Device,
    ) -> Result<Self, TrainError> {
        if classes.len() < 2 {
            return Err(TrainError::TooFewClasses { found: classes.len() });
        }
        settings.check()?;
        if settings.architecture.classes != classes.len() {
            return Err(TrainError::Photos("the architecture is for another number of classes".into()));
        }
        if let Some(class) = (0..classes.len()).find(|class| !training.labels().contains(class)) {
            return Err(TrainError::EmptyClass { class: classes[class].clone() });
        }
        let side = settings.architecture.side;
        if training.side() != side || (!validation.is_empty() && validation.side() != side) {
            return Err(TrainError::Photos(format!("the architecture is for photos of {side}×{side} pixels")));
        }
        if training.labels().iter().chain(validation.labels()).any(|label| *label >= classes.len()) {
            return Err(TrainError::Photos("a label beyond the last class".into()));
        }
        let shapes = settings.architecture.tensors();
        let weights = initial::weights(&settings.architecture, settings.seed).into_iter().zip(shapes);
        let parameter = |(values, (_, shape)): (Vec<f32>, (String, Vec<usize>))| {
            let inputs: usize = shape[1..].iter().product();
            Parameter::new(values, shape.len() > 1, ScratchSettings::pace(inputs))
        };
        Ok(Self {
            parameters: weights.map(parameter).collect(),
            digests: [training.digest(), validation.digest()],
            settings,
            classes: classes.to_vec(),
            training,
            validation,
            device: device.clone(),
            steps: 0,
            totals: Totals::default(),
            check: None,
            history: Vec::new(),
            best: None,
            failed: false,
        })
    }

    /// What makes this run's batches.
    #[must_use]
    pub fn loader(&self) -> BatchLoader {
        BatchLoader::new(self.training.clone(), &self.settings)
    }

    /// The number of the batch that the next step takes.
    #[must_use]
    pub fn next_batch(&self) -> usize {
        self.steps
    }

    /// Whether there is nothing more to do: all epochs run and validated, or an error.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.failed || self.history.len() >= self.settings.epochs
    }

    /// Whether all steps of an epoch are done, so that [`Self::validate`] is due.
    #[must_use]
    pub fn is_validation_due(&self) -> bool {
        !self.is_over() && self.steps == (self.history.len() + 1) * self.batches()
    }

    /// What is trained.
    #[must_use]
    pub fn architecture(&self) -> &ScratchArchitecture {
        &self.settings.architecture
    }

    /// The epochs so far.
    #[must_use]
    pub fn history(&self) -> &[Epoch] {
        &self.history
    }

    /// The best epoch so far; `None` before the first one is over.
    #[must_use]
    pub fn best(&self) -> Option<&BestEpoch> {
        self.best.as_ref()
    }

    /// Batches of an epoch.
    fn batches(&self) -> usize {
        self.training.len().div_ceil(self.settings.batch)
    }

    /// One step on the batch that is due; whether it was the epoch's last.
    ///
    /// # Errors
    /// [`TrainError::Order`] for another batch than [`Self::next_batch`], [`TrainError::Diverged`] where the loss is no
    /// number any more, [`TrainError::Model`] where the device gives nothing back. After the last two the run is over.
    pub async fn step(&mut self, batch: PhotoBatch) -> Result<bool, TrainError> {
        if self.is_over() || self.is_validation_due() || batch.number != self.steps {
            return Err(TrainError::Order(format!("batch {} came out of turn", batch.number)));
        }
        let result = self.learn(batch).await;
        self.failed = result.is_err();
        result.map(|()| self.is_validation_due())
    }

    async fn learn(&mut self, batch: PhotoBatch) -> Result<(), TrainError> {
        let n = batch.labels.len();
        let device = self.device.clone().autodiff();
        // The values go to the device and come back: on the CPU that copies nothing.
        let values = self.parameters.iter_mut().map(|parameter| std::mem::take(&mut parameter.values));
        let leaf = |values: Vec<f32>| {
            let len = values.len();
            Tensor::<1>::from_data(TensorData::new(values, [len]), &device).require_grad()
        };
        let leaves: Vec<Tensor<1>> = values.map(leaf).collect();
        let network = ScratchCnn::from_parameters(&self.settings.architecture, leaves.clone())?;
        let photos = network.photos(batch.pixels);
        let drawing = seed_dropout(self.settings.seed, self.steps, &device);
        let logits = network.forward(photos);
        drop(drawing);
        let objective = (log_softmax(logits.clone(), 1) * self.targets(&batch.labels, &device)).sum().neg() / n as f64;
        let mut gradients = objective.backward();
        drop((network, objective));

        // All that is needed of the device comes back at once: each way there and back takes its time on a GPU.
        let mut wanted = vec![logits.inner().flatten(0, 1)];
        for leaf in &leaves {
            let gradient = leaf.grad_remove(&mut gradients);
            wanted.push(gradient.ok_or_else(|| unreadable("a tensor has no gradient"))?);
        }
        wanted.extend(leaves.into_iter().map(Tensor::inner));
        let mut found = read_all(wanted).await?.into_iter();

        let before = self.totals.loss;
        self.totals.add(&found.next().unwrap_or_default(), &batch.labels);
        let steps = self.batches() * self.settings.epochs;
        let update = Update {
            number: self.steps + 1,
            rate: self.settings.rate(self.steps, steps),
            weight_decay: self.settings.weight_decay,
            kept_of_average: self.settings.kept_of_average(self.steps),
        };
        let gradients: Vec<Vec<f32>> = found.by_ref().take(self.parameters.len()).collect();
        for ((parameter, gradient), values) in self.parameters.iter_mut().zip(gradients).zip(found) {
            parameter.values = values;
            parameter.update(&gradient, update);
        }
        self.steps += 1;
        if (self.totals.loss - before).is_finite() {
            Ok(())
        } else {
            Err(TrainError::Diverged { epoch: count(self.history.len() + 1) })
        }
    }

    /// What the classes' probabilities should be for `labels`: smoothed one-hot rows, `[n, classes]`.
    fn targets(&self, labels: &[usize], device: &Device) -> Tensor<2> {
        let (n, classes) = (labels.len(), self.classes.len());
        let shared = self.settings.label_smoothing / classes as f64;
        let mut targets = vec![shared as f32; n * classes];
        for (row, label) in labels.iter().enumerate() {
            targets[row * classes + label] = (1.0 - self.settings.label_smoothing + shared) as f32;
        }
        Tensor::from_data(TensorData::new(targets, [n, classes]), device)
    }

    /// Validates the averaged weights on some photos, as they are; the epoch's figures once all are through. `seconds`,
    /// since the run began by the caller's clock, go into the figures.
    ///
    /// # Errors
    /// [`TrainError::Order`] where steps of the epoch are left, [`TrainError::Diverged`] where the loss is no number,
    /// [`TrainError::Model`] where the device gives nothing back. After the last two the run is over.
    pub async fn validate(&mut self, seconds: f64) -> Result<Option<Epoch>, TrainError> {
        if !self.is_validation_due() {
            return Err(TrainError::Order("a validation came before the epoch's last step".into()));
        }
        let result = self.examine(seconds).await;
        self.failed = result.is_err();
        result
    }

    async fn examine(&mut self, seconds: f64) -> Result<Option<Epoch>, TrainError> {
        let mut check = match self.check.take() {
            Some(check) => check,
            None => {
                let average: Vec<Vec<f32>> = self.parameters.iter().map(|one| one.average.clone()).collect();
                let network = ScratchCnn::new(&self.settings.architecture, &average, &self.device)?;
                Check { network, next: 0, totals: Totals::default() }
            }
        };
        let end = (check.next + PORTION).min(self.validation.len());
        if check.next < end {
            let pixels = (check.next..end).flat_map(|index| normalise(self.validation.image(index))).collect();
            let logits = read(check.network.forward(check.network.photos(pixels))).await?;
            check.totals.add(&logits, &self.validation.labels()[check.next..end]);
            check.next = end;
        }
        if end < self.validation.len() {
            self.check = Some(check);
            return Ok(None);
        }
        self.conclude(check.totals, seconds).map(Some)
    }

    /// Ends the epoch whose validation came to `checked`.
    fn conclude(&mut self, checked: Totals, seconds: f64) -> Result<Epoch, TrainError> {
        let epoch = count(self.history.len() + 1);
        let (loss, accuracy) = std::mem::take(&mut self.totals).means(self.training.len());
        let checked = (!self.validation.is_empty()).then(|| checked.means(self.validation.len()));
        let (val_loss, val_accuracy) = checked.unzip();
        if val_loss.is_some_and(|loss| !loss.is_finite()) {
            return Err(TrainError::Diverged { epoch });
        }
        let is_better =
            |best: &BestEpoch| val_accuracy > best.accuracy || (val_accuracy == best.accuracy && val_loss <= best.loss);
        if self.best.as_ref().is_none_or(is_better) {
            let weights = self.parameters.iter().map(|parameter| parameter.average.clone()).collect();
            self.best = Some(BestEpoch { epoch, accuracy: val_accuracy, loss: val_loss, weights });
        }
        let figures = Epoch { epoch, loss, accuracy, val_loss, val_accuracy, seconds };
        self.history.push(figures);
        Ok(figures)
    }
}

/// The class that `network` takes each of the photos at `indices` for.
///
/// # Errors
/// [`TrainError::Model`] where the device gives nothing back.
pub async fn answers(
    network: &ScratchCnn,
    photos: &LabelledPhotos,
    indices: &[usize],
) -> Result<Vec<usize>, TrainError> {
    if indices.is_empty() {
        return Ok(Vec::new());
    }
    let pixels = indices.iter().flat_map(|index| normalise(photos.image(*index))).collect();
    let logits = read(network.forward(network.photos(pixels))).await?;
    Ok(logits.chunks_exact(network.architecture().classes).map(answer).collect())
}

#[cfg(test)]
mod tests;
