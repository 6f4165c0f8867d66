//! The training loop, in steps, so that whoever runs it can show progress, wait, or stop in between.

use std::sync::Arc;

use burn::tensor::Device;
use headstart_nn::{ScratchCnn, read};
use headstart_protocol::Epoch;
use headstart_vision::normalise;
use headstart_weights::scratch::ScratchArchitecture;

use super::{BatchLoader, LabelledPhotos, PhotoBatch, ScratchSettings, initial};
use crate::TrainError;
use crate::descent::seed_dropout;
use crate::metrics::answer;
use crate::parameter::{Decay, Parameter};
use crate::run::{About, BestEpoch, Run, Totals};

/// Photos that are validated at once.
const PORTION: usize = 16;

/// A run: a CNN in training, and the best one so far.
pub struct ScratchTrainer {
    /// Its tensors are those of [`ScratchArchitecture::tensors`].
    pub(super) run: Run<ScratchSettings>,
    training: Arc<LabelledPhotos>,
    validation: Arc<LabelledPhotos>,
    /// Without autodiff.
    device: Device,
    pub(super) check: Option<Check>,
}

/// A validation that is going on.
pub(super) struct Check {
    /// Of the averaged weights.
    network: ScratchCnn,
    /// The first photo that is not validated yet.
    next: usize,
    totals: Totals,
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
        let parameter = |(values, (name, shape)): (Vec<f32>, (String, Vec<usize>))| {
            let inputs: usize = shape[1..].iter().product();
            let decays = if shape.len() > 1 { Decay::Zero } else { Decay::None };
            (name, Parameter::new(values, decays, ScratchSettings::pace(inputs)))
        };
        let parameters = weights.map(parameter).collect();
        let about = About {
            settings,
            classes: classes.to_vec(),
            digests: [training.digest(), validation.digest()],
            photos: [training.len(), validation.len()],
        };
        let run = Run::new(about, parameters);
        Ok(Self { run, training, validation, device: device.clone(), check: None })
    }

    /// The run in `checkpoint`, which must have begun with the same settings, classes and photos.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] for another run's or damaged bytes; those of [`Self::new`].
    pub fn resume(
        checkpoint: &[u8],
        settings: ScratchSettings,
        classes: &[String],
        training: Arc<LabelledPhotos>,
        validation: Arc<LabelledPhotos>,
        device: &Device,
    ) -> Result<Self, TrainError> {
        let mut trainer = Self::new(settings, classes, training, validation, device)?;
        trainer.restore(checkpoint)?;
        Ok(trainer)
    }

    /// The run between two steps, as bytes. A validation that is going on is begun again after them.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] after a step that failed.
    pub fn checkpoint(&self) -> Result<Vec<u8>, TrainError> {
        self.run.checkpoint()
    }

    /// Goes on from `checkpoint` instead of from where the run is. It must be one of a run with the same settings, classes and
    /// photos; where it is not, the run stays as it is.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] for another run's or damaged bytes.
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<(), TrainError> {
        self.run.restore(checkpoint)?;
        self.check = None;
        Ok(())
    }

    /// What makes this run's batches.
    #[must_use]
    pub fn loader(&self) -> BatchLoader {
        BatchLoader::new(self.training.clone(), self.settings())
    }

    fn settings(&self) -> &ScratchSettings {
        &self.run.about.settings
    }

    /// The number of the batch that the next step takes.
    #[must_use]
    pub fn next_batch(&self) -> usize {
        self.run.steps
    }

    /// Whether there is nothing more to do: all epochs run and validated, or an error.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.run.is_over()
    }

    /// Whether all steps of an epoch are done, so that [`Self::validate`] is due.
    #[must_use]
    pub fn is_validation_due(&self) -> bool {
        self.run.is_validation_due()
    }

    /// What is trained.
    #[must_use]
    pub fn architecture(&self) -> &ScratchArchitecture {
        &self.settings().architecture
    }

    /// The epochs so far.
    #[must_use]
    pub fn history(&self) -> &[Epoch] {
        &self.run.history
    }

    /// The best epoch so far; `None` before the first one is over.
    #[must_use]
    pub fn best(&self) -> Option<&BestEpoch> {
        self.run.best.as_ref()
    }

    /// One step on the batch that is due; whether it was the epoch's last.
    ///
    /// # Errors
    /// [`TrainError::Order`] for another batch than [`Self::next_batch`], [`TrainError::Diverged`] where the loss is no
    /// number any more, [`TrainError::Model`] where the device gives nothing back. After the last two the run is over.
    pub async fn step(&mut self, batch: PhotoBatch) -> Result<bool, TrainError> {
        self.run.check_turn(batch.number)?;
        let ScratchSettings { architecture, seed, .. } = self.settings().clone();
        let forward = |parameters, device: &Device| {
            let network = ScratchCnn::from_parameters(&architecture, parameters)?;
            let photos = network.photos(batch.pixels);
            let _drawing = seed_dropout(seed, batch.number, device);
            Ok(network.forward(photos))
        };
        self.run.step(&batch.labels, &self.device, forward).await?;
        Ok(self.is_validation_due())
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
        self.run.failed = result.is_err();
        result
    }

    async fn examine(&mut self, seconds: f64) -> Result<Option<Epoch>, TrainError> {
        let mut check = match self.check.take() {
            Some(check) => check,
            None => {
                let network = ScratchCnn::new(self.architecture(), &self.run.averages(), &self.device)?;
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
        self.run.conclude(check.totals, seconds).map(Some)
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
