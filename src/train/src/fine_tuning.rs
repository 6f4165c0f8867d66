//! Fine-tuning: the base's last blocks, trained together with a head that has been trained on the frozen base.
//!
//! What the layers before them make of a photo does not change, so that each photo passes through those once; a step begins
//! with their activations. The blocks learn slowly, and are drawn to where they began.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};
use headstart_nn::{DESCRIPTOR, LastBlocks, read};
use headstart_protocol::{Epoch, PhotoHash};
use headstart_weights::head::DenseWeights;
use headstart_weights::vgg16::Unfrozen;
use headstart_weights::{ConvWeights, FileHash};
use rand::Rng;

use crate::batch_order::NumberedBatches;
use crate::parameter::{Decay, Parameter};
use crate::run::{About, BestEpoch, Run, Totals};
use crate::{TrainError, generator};

mod settings;

pub use settings::FineTuningSettings;

/// Stream of [`generator`] for which view of a photo the first epoch takes.
const VIEWS: u64 = 6 << 32;
/// Photos that are validated at once.
const PORTION: usize = 32;

/// Photos with the classes that they belong to; what the frozen layers make of them is the caller's to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TunedPhotos {
    labels: Vec<usize>,
    digest: String,
}

impl TunedPhotos {
    /// Photos by their hashes, and for each the index of its class.
    #[must_use]
    pub fn new(photos: &[(PhotoHash, usize)]) -> Self {
        let mut hash = FileHash::default();
        for (photo, label) in photos {
            hash.push(photo);
            hash.push(&(*label as u64).to_le_bytes());
        }
        Self { labels: photos.iter().map(|(_, label)| *label).collect(), digest: hash.finish() }
    }
}

/// A photo of a batch, and which view of it: 0 for the photo as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// Its index among the training photos.
    pub photo: usize,
    /// As [`headstart_vision::view`] numbers it.
    pub view: u32,
}

/// What the frozen layers make of some photos, one after the other.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BlockInputs {
    /// Activations of [`Unfrozen::stage`], channels last: `[n, side, side, channels]`.
    pub activations: Vec<f32>,
    /// The first [`Unfrozen::front`] numbers of the descriptor: `[n, front]`.
    pub front: Vec<f32>,
}

/// Where a run begins.
#[derive(Debug, Clone, PartialEq)]
pub struct FrozenPart {
    /// The layers that are to be trained, as the base has them.
    pub convs: Vec<ConvWeights>,
    /// A linear head that was trained on the base as it is.
    pub head: DenseWeights,
}

/// A run: blocks and head in training, and the best ones so far.
pub struct FineTuning {
    run: Run<FineTuningSettings>,
    batches: NumberedBatches,
    labels: [Vec<usize>; 2],
    /// Without autodiff.
    device: Device,
    check: Option<Check>,
}

/// A validation that is going on.
struct Check {
    /// The averaged blocks and head.
    network: Network,
    /// The first photo that is not validated yet.
    next: usize,
    totals: Totals,
}

/// Blocks and a linear head on one device.
struct Network {
    blocks: LastBlocks,
    unfrozen: Unfrozen,
    side: usize,
    /// `[classes, 2048]` and `[classes]`.
    head: (Tensor<2>, Tensor<1>),
}

impl Network {
    /// Of tensors `[numbers]`: the blocks', then the head's weight and bias.
    fn new(settings: &FineTuningSettings, mut parameters: Vec<Tensor<1>>) -> Result<Self, TrainError> {
        let head = parameters.split_off(2 * settings.unfrozen.convs().len());
        let [weight, bias]: [Tensor<1>; 2] =
            head.try_into().map_err(|_| TrainError::Order("a head of other tensors".into()))?;
        Ok(Self {
            blocks: LastBlocks::from_parameters(settings.unfrozen, parameters)?,
            unfrozen: settings.unfrozen,
            side: settings.unfrozen.side(settings.size),
            head: (weight.reshape([-1, DESCRIPTOR as i32]), bias),
        })
    }

    /// Logits, `[n, classes]`.
    fn forward(&self, inputs: BlockInputs) -> Tensor<2> {
        let (weight, bias) = &self.head;
        let device = bias.device();
        let activations = LastBlocks::activations(self.unfrozen, inputs.activations, self.side, &device);
        let n = activations.dims()[0];
        let front = Tensor::from_data(TensorData::new(inputs.front, [n, self.unfrozen.front()]), &device);
        let descriptors = self.blocks.descriptors(activations, front);
        // The product of the transposes, so that the weight's gradient comes in the order of the weight.
        weight.clone().matmul(descriptors.transpose()).transpose() + bias.clone().unsqueeze()
    }
}

impl FineTuning {
    /// A run from `start` on `training`, validated on `validation`. `classes` are names, in the order of the labels.
    ///
    /// # Errors
    /// [`TrainError::TooFewClasses`], [`TrainError::EmptyClass`], [`TrainError::Settings`], [`TrainError::OtherLayers`] where
    /// the head is not one of these classes on the base's descriptors, [`TrainError::Model`] where the layers are not the
    /// base's.
    pub fn new(
        settings: FineTuningSettings,
        classes: &[String],
        training: TunedPhotos,
        validation: TunedPhotos,
        start: FrozenPart,
        device: &Device,
    ) -> Result<Self, TrainError> {
        if classes.len() < 2 {
            return Err(TrainError::TooFewClasses { found: classes.len() });
        }
        settings.check()?;
        if let Some(class) = (0..classes.len()).find(|class| !training.labels.contains(class)) {
            return Err(TrainError::EmptyClass { class: classes[class].clone() });
        }
        if training.labels.iter().chain(&validation.labels).any(|label| *label >= classes.len()) {
            return Err(TrainError::Photos("a label beyond the last class".into()));
        }
        let FrozenPart { convs, head } = start;
        if (head.outputs, head.inputs) != (classes.len(), DESCRIPTOR) {
            return Err(TrainError::OtherLayers);
        }
        let mut parameters = Vec::new();
        for (conv, shape) in convs.into_iter().zip(settings.unfrozen.convs()) {
            let weight = conv.weight.into_floats();
            let decays = Decay::Start(weight.clone());
            parameters.push((format!("{}.weight", shape.name), Parameter::new(weight, decays, 1.0)));
            parameters.push((format!("{}.bias", shape.name), Parameter::new(conv.bias, Decay::None, 1.0)));
        }
        let pace = settings.head_pace;
        parameters.push(("head.weight".into(), Parameter::new(head.weight, Decay::None, pace)));
        parameters.push(("head.bias".into(), Parameter::new(head.bias, Decay::None, pace)));
        // Refused here and not at the first step: layers that are not the base's.
        let tensor = |(_, one): &(String, Parameter)| {
            Tensor::from_data(TensorData::new(one.values.clone(), [one.values.len()]), device)
        };
        Network::new(&settings, parameters.iter().map(tensor).collect())?;
        let batches = NumberedBatches::new(training.labels.len(), settings.batch, settings.seed);
        let about = About {
            settings,
            classes: classes.to_vec(),
            photos: [training.labels.len(), validation.labels.len()],
            digests: [training.digest, validation.digest],
        };
        let labels = [training.labels, validation.labels];
        Ok(Self { run: Run::new(about, parameters), batches, labels, device: device.clone(), check: None })
    }

    fn settings(&self) -> &FineTuningSettings {
        &self.run.about.settings
    }

    /// The number of the batch that the next step takes.
    #[must_use]
    pub fn next_batch(&self) -> usize {
        self.run.steps
    }

    /// Batches of the whole run, at most.
    #[must_use]
    pub fn total(&self) -> usize {
        self.run.batches() * self.settings().epochs
    }

    /// The photos of batch `number`, counted from the run's first one.
    pub fn draws(&mut self, number: usize) -> Vec<Draw> {
        let (seed, views, photos) = (self.settings().seed, self.settings().views, self.labels[0].len());
        let (epoch, indices) = self.batches.get(number);
        let draw = |photo: &usize| {
            let stream = VIEWS + (epoch * photos + photo) as u64;
            Draw { photo: *photo, view: generator(seed, stream).random_range(0..=views) }
        };
        indices.iter().map(draw).collect()
    }

    /// Whether there is nothing more to do: all epochs run and validated, no better one in sight, or an error.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.run.is_over()
    }

    /// The validation photos that are due: some of them after the last step of an epoch; `None` where a step is due.
    #[must_use]
    pub fn validation_due(&self) -> Option<Range<usize>> {
        let next = self.check.as_ref().map_or(0, |check| check.next);
        self.run.is_validation_due().then(|| next..(next + PORTION).min(self.labels[1].len()))
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

    /// One step on the batch that is due: `inputs` of [`Self::draws`] of [`Self::next_batch`].
    ///
    /// # Errors
    /// [`TrainError::Order`] where a validation is due, [`TrainError::Photos`] for inputs of another length,
    /// [`TrainError::Diverged`] where the loss is no number any more, [`TrainError::Model`] where the device gives nothing
    /// back. After the last two the run is over.
    pub async fn step(&mut self, inputs: BlockInputs) -> Result<(), TrainError> {
        let number = self.run.steps;
        self.run.check_turn(number)?;
        let labels: Vec<usize> = self.draws(number).iter().map(|draw| self.labels[0][draw.photo]).collect();
        self.check_inputs(&inputs, labels.len())?;
        let settings = self.settings().clone();
        let forward = |parameters, _: &Device| Ok(Network::new(&settings, parameters)?.forward(inputs));
        self.run.step(&labels, &self.device, forward).await
    }

    /// Validates the averages on the photos that [`Self::validation_due`] names; the epoch's figures once all are through.
    /// `seconds`, since the run began by the caller's clock, go into the figures.
    ///
    /// # Errors
    /// [`TrainError::Order`] where steps of the epoch are left; others as [`Self::step`].
    pub async fn validate(&mut self, inputs: BlockInputs, seconds: f64) -> Result<Option<Epoch>, TrainError> {
        let Some(photos) = self.validation_due() else {
            return Err(TrainError::Order("a validation came before the epoch's last step".into()));
        };
        self.check_inputs(&inputs, photos.len())?;
        let result = self.examine(photos, inputs, seconds).await;
        self.run.failed = result.is_err();
        result
    }

    async fn examine(
        &mut self,
        photos: Range<usize>,
        inputs: BlockInputs,
        seconds: f64,
    ) -> Result<Option<Epoch>, TrainError> {
        let mut check = match self.check.take() {
            Some(check) => check,
            None => {
                let tensor = |values: Vec<f32>| {
                    let len = values.len();
                    Tensor::from_data(TensorData::new(values, [len]), &self.device)
                };
                let averages = self.run.averages().into_iter().map(tensor).collect();
                Check { network: Network::new(self.settings(), averages)?, next: 0, totals: Totals::default() }
            }
        };
        if !photos.is_empty() {
            let logits = read(check.network.forward(inputs)).await?;
            check.totals.add(&logits, &self.labels[1][photos.clone()]);
            check.next = photos.end;
        }
        if photos.end < self.labels[1].len() {
            self.check = Some(check);
            return Ok(None);
        }
        self.run.conclude(check.totals, seconds).map(Some)
    }

    /// Refuses inputs that are not of `n` photos.
    fn check_inputs(&self, inputs: &BlockInputs, n: usize) -> Result<(), TrainError> {
        let FineTuningSettings { unfrozen, size, .. } = self.settings();
        let lengths = [unfrozen.channels() * unfrozen.side(*size).pow(2), unfrozen.front()].map(|one| n * one);
        if lengths == [inputs.activations.len(), inputs.front.len()] {
            return Ok(());
        }
        Err(TrainError::Photos("activations of another length than the batch's".into()))
    }

    /// The run between two steps, as bytes. A validation that is going on is begun again after them.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] after a step that failed.
    pub fn checkpoint(&self) -> Result<Vec<u8>, TrainError> {
        self.run.checkpoint()
    }

    /// Goes on from `checkpoint` instead of from where the run is. It must be one of a run with the same settings, classes
    /// and photos; where it is not, the run stays as it is.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] for another run's or damaged bytes.
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<(), TrainError> {
        self.run.restore(checkpoint)?;
        self.check = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
