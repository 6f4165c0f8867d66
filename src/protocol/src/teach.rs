//! What teaching a head needs: described photos, a training run, its progress and its result.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::{Calibration, InputSize, PhotoLook};

/// SHA-256 of a photo's file, what cached descriptors are kept under.
pub type PhotoHash = [u8; 32];

/// Bytes of a descriptor.
pub const DESCRIPTOR_BYTES: usize = 4 * 2048;

/// Changes whenever the same photo, base and size give other descriptors than in the release before (preprocessing, layers,
/// pooling, augmentation), so that descriptors that were kept are not mixed with new ones.
pub const DESCRIPTOR_RECIPE: u32 = 1;

/// What the base says of one photo of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// SHA-256 of the file.
    pub hash: PhotoHash,
    /// The descriptors of the photo and of its augmented views, one after the other: what heads are trained on. Each
    /// takes [`DESCRIPTOR_BYTES`], 32-bit floats, little endian.
    #[serde(with = "serde_bytes")]
    pub descriptors: Vec<u8>,
    /// The photo small, a JPEG of [`THUMBNAIL`] pixels at most a side.
    #[serde(with = "serde_bytes")]
    pub thumbnail: Vec<u8>,
    /// What is measured of its pixels.
    pub look: PhotoLook,
}

/// The longer side of a thumbnail in pixels, at most.
pub const THUMBNAIL: u32 = 160;

/// A photo of a training run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingExample {
    /// SHA-256 of its file, under which the worker keeps its descriptors ([`crate::Describe`], [`crate::KeepDescriptors`])
    /// and, for a CNN, its small square ([`crate::KeepSquare`]).
    pub hash: PhotoHash,
    /// Index of its class in [`TrainingRequest::classes`].
    pub label: u32,
    /// Photos of one burst bear the same number and are never torn apart by a split.
    pub burst: Option<u64>,
    /// Whether it validates and is never trained on, because its folder said so. Where one does, the split is given: none is
    /// drawn, and [`TrainingSettings::validation`] has no say.
    pub held_out: bool,
}

/// A training run as the page asks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingRequest {
    /// The size at which the photos were described.
    pub size: InputSize,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// The photos.
    pub examples: Vec<TrainingExample>,
    /// How to train.
    pub settings: TrainingSettings,
    /// A head file to go on from instead of starting anew: its layers must fit the classes and the settings.
    pub continue_from: Option<ByteBuf>,
    /// A run of the same kind that was interrupted, as [`RunNews::Checkpoint`] told it: this one goes on from there. It ends
    /// with the same bits as if it had never been interrupted, but for its seconds.
    pub resume: Option<ByteBuf>,
}

impl TrainingRequest {
    /// The indices of the photos that validate, where the split is given.
    #[must_use]
    pub fn given_split(&self) -> Option<Vec<usize>> {
        let held_out: Vec<usize> = (0..self.examples.len()).filter(|index| self.examples[*index].held_out).collect();
        (!held_out.is_empty()).then_some(held_out)
    }
}

/// What a run on the project's photos says on the way, `P` being how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RunNews<P> {
    /// How far it is.
    Far(P),
    /// The first word of a run with [`TrainingRequest::resume`]: from where it goes on, or [`None`] where that is a run
    /// on other photos or settings, or damaged, so that this one begins anew.
    Resumed(Option<Resumed>),
    /// All that it needs to go on from here.
    Checkpoint(RunCheckpoint),
}

/// From where a run goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resumed {
    /// Epochs (of a learning curve: draws) done, as its progress counts them.
    pub done: u32,
    /// Those at most.
    pub of: u32,
    /// The epochs of the fit that makes the result; none of a learning curve.
    pub history: Vec<Epoch>,
}

/// A run as it was at the end of an epoch or of a draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCheckpoint {
    /// Epochs (of a learning curve: draws) done, as its progress counts them.
    pub done: u32,
    /// Those at most.
    pub of: u32,
    /// For [`TrainingRequest::resume`]. Only the worker reads them; they carry a version and a SHA-256 of their own.
    pub bytes: ByteBuf,
}

/// The layers of a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HeadKind {
    /// One dense layer: logistic regression.
    Linear,
    /// One hidden layer of 128.
    Hidden,
    /// The classic two hidden layers of 512.
    Classic,
}

impl HeadKind {
    /// All kinds, the default first.
    pub const ALL: [Self; 3] = [Self::Linear, Self::Hidden, Self::Classic];

    /// Outputs of each hidden layer.
    #[must_use]
    pub fn hidden(self) -> &'static [usize] {
        match self {
            Self::Linear => &[],
            Self::Hidden => &[128],
            Self::Classic => &[512, 512],
        }
    }
}

/// Which rule turns gradients into steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OptimizerKind {
    /// Adam.
    Adam,
    /// RMSprop.
    RmsProp,
}

/// How the validation figure comes about.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Validation {
    /// Every photo is held out once; the head is then trained on all of them.
    Cross,
    /// This share of each class is held out and never trained on.
    HoldOut(f64),
}

/// How to train. [`None`] stands for what the trainer holds best for the head's kind. What a saved project does not say is
/// as by default.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainingSettings {
    /// The head's layers.
    pub head: HeadKind,
    /// The rule of each step.
    pub optimizer: OptimizerKind,
    /// Passes over the photos, at most.
    pub epochs: Option<u32>,
    /// Photos a step, at most.
    pub batch: Option<u32>,
    /// The learning rate of the first epoch.
    pub learning_rate: Option<f64>,
    /// The share of hidden values dropped in training.
    pub dropout: f64,
    /// Inverse strength of the L2 penalty, as scikit-learn's `C`.
    pub c: Option<f64>,
    /// Epochs without a lower validation loss after which the run ends; with held-out photos only.
    pub patience: u32,
    /// Whether photos of rarer classes count more, so that every class counts the same.
    pub balance: bool,
    /// How the validation figure comes about.
    pub validation: Validation,
    /// Augmented views a photo that are trained on beside it.
    pub views: u32,
    /// Seed of the split, the initial weights, the order of photos and dropout.
    pub seed: u32,
}

impl Default for TrainingSettings {
    fn default() -> Self {
        Self {
            head: HeadKind::Linear,
            optimizer: OptimizerKind::Adam,
            epochs: None,
            batch: None,
            learning_rate: None,
            dropout: 0.3,
            c: None,
            patience: 20,
            balance: true,
            validation: Validation::Cross,
            views: 0,
            seed: 1,
        }
    }
}

/// The figures of one epoch. Its names are those of the records that ship and of what `headstart train --json` prints.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Counted from 1.
    pub epoch: u32,
    /// Training loss: mean cross-entropy over the training photos as they were seen, in nats, weighted as in training.
    pub loss: f64,
    /// Training accuracy.
    pub accuracy: f64,
    /// Validation loss after the epoch: the same over the held-out photos or, where the head is trained on every photo,
    /// over those of the cross-validation's folds. [`None`] where no photo was held out.
    pub val_loss: Option<f64>,
    /// Validation accuracy over the same photos.
    pub val_accuracy: Option<f64>,
    /// Seconds from the beginning of the training to the end of the epoch, by the clock of whoever trains; 0 without one.
    pub seconds: f64,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrainingProgress {
    /// Epochs done and epochs at most, over all that the run does: folds, penalties, the last fit.
    pub done: u32,
    /// See `done`.
    pub of: u32,
    /// Whether the folds are behind it, or there are none: only then has `latest` a meaning for the curves.
    pub fitting: bool,
    /// The last epoch of the fit that makes the head.
    pub latest: Option<Epoch>,
}

/// How a validation accuracy came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValidatedBy {
    /// Cross-validation over so many folds; the head was trained on every photo.
    CrossValidation {
        /// Folds.
        folds: u32,
    },
    /// Held-out photos, which the head was not trained on.
    HeldOut,
    /// Nothing, so that there is no validation accuracy: too few photos to hold any out, a training that was stopped
    /// before the folds were through, or one that goes on from a head that may have been trained on the held-out photos.
    Nothing,
}

/// Precision and recall of one class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClassFigures {
    /// Precision: of the photos answered with this class, the share that are of it; [`None`] where none was.
    pub precision: Option<f64>,
    /// Recall: of the photos of this class, the share answered with it; [`None`] where none was held out.
    pub recall: Option<f64>,
    /// Held-out photos of this class.
    pub photos: u32,
}

/// A finished run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingResult {
    /// The head as a file.
    #[serde(with = "serde_bytes")]
    pub head: Vec<u8>,
    /// What the head says about itself.
    pub summary: HeadSummary,
    /// How the figures below came about.
    pub validated_by: ValidatedBy,
    /// Held-out photos answered rightly.
    pub right: u32,
    /// Held-out photos.
    pub validated_on: u32,
    /// The 95 % interval of the accuracy (Wilson).
    pub interval: (f64, f64),
    /// Index of each left-out example in [`TrainingRequest::examples`], and the index of the class it was answered with.
    pub answers: Vec<(u32, u32)>,
    /// For each of `answers` the probability of the class that it was answered with, and that of its label; empty for a result of
    /// an earlier release.
    #[serde(default)]
    pub confidences: Vec<(f32, f32)>,
    /// One a class.
    pub classes: Vec<ClassFigures>,
    /// How far the head's confidence can be believed, by the same photos; [`None`] where they are too few to say, and for a
    /// result of an earlier release.
    #[serde(default)]
    pub calibration: Option<Box<Calibration>>,
    /// Every epoch of the fit that made the head.
    pub history: Vec<Epoch>,
    /// The epoch whose head this is.
    pub best_epoch: u32,
    /// Whether the visitor stopped it.
    pub stopped: bool,
    /// Seconds from the request to this result.
    pub seconds: f64,
}

impl TrainingResult {
    /// The share answered rightly; [`None`] where no photo was held out.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        (self.validated_on > 0).then(|| f64::from(self.right) / f64::from(self.validated_on))
    }
}

/// What a head says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadSummary {
    /// Names of its classes, in the order of its probabilities.
    pub classes: Vec<String>,
    /// The size that it sees.
    pub size: InputSize,
    /// Photos it was trained on.
    pub trained_on: u32,
    /// Photos behind its validation accuracy.
    pub validated_on: u32,
    /// Its validation accuracy, where there is one.
    pub val_accuracy: Option<f64>,
    /// What its logits were divided by, so that its confidence can be believed; [`None`] where too few photos were held out to
    /// say, and for a head of an earlier release.
    #[serde(default)]
    pub temperature: Option<f64>,
    /// Whether it can say that a photo is like nothing that it was taught; a head of an earlier release cannot, nor one with blocks of
    /// its own.
    #[serde(default)]
    pub has_bank: bool,
}
