//! What comparing a head with a CNN trained from scratch needs: on the visitor's photos, and on the photos of the shipped
//! models.

use serde::{Deserialize, Serialize};

use crate::{Epoch, Failure, PhotoHash, Training};

/// What learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Learner {
    /// A head on the frozen base.
    Transfer,
    /// A CNN from random weights.
    Scratch,
}

impl Learner {
    /// Both, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Transfer, Self::Scratch];

    /// The name in `data-model`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Scratch => "scratch",
        }
    }
}

/// The photos of a training run once more, for the CNN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The run as it was asked for, but for [`Training::run`]: the split follows from it.
    pub training: Training,
    /// For each of [`Training::examples`] the SHA-256 of its file, which the worker was given with
    /// [`crate::Command::Keep`].
    pub photos: Vec<PhotoHash>,
}

/// A finished training of a CNN from scratch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScratchResult {
    /// The run.
    pub run: u32,
    /// Photos that it was trained on.
    pub trained_on: u32,
    /// Photos answered rightly, of those held out.
    pub right: u32,
    /// Photos held out: those that the run set aside, or the first fold of its cross-validation.
    pub validated_on: u32,
    /// The 95 % interval of the accuracy (Wilson).
    pub interval: (f64, f64),
    /// Index of each held-out example in [`Training::examples`], and the index of the class it was answered with.
    pub answers: Vec<(u32, u32)>,
    /// Every epoch.
    pub history: Vec<Epoch>,
    /// The epoch whose network this is: the best on the held-out photos.
    pub best_epoch: u32,
    /// Numbers of the network, all of them trained.
    pub parameters: u32,
    /// Side of the squares that it sees, in pixels.
    pub side: u32,
    /// Whether the visitor stopped it.
    pub stopped: bool,
    /// Seconds from the command to this result.
    pub seconds: f64,
}

impl ScratchResult {
    /// The share answered rightly.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        f64::from(self.right) / f64::from(self.validated_on.max(1))
    }
}

/// How good a learner is with so many photos a class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Who.
    pub learner: Learner,
    /// Photos of each class that it was trained on.
    pub photos: u32,
    /// How often that many were drawn.
    pub draws: u32,
    /// The mean over the draws of the share of held-out photos answered rightly.
    pub mean: f64,
    /// Its standard deviation over the draws; [`None`] for a single one.
    pub deviation: Option<f64>,
}

/// How far a learning curve is, or what it came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveProgress {
    /// The run.
    pub run: u32,
    /// Draws done and draws at most.
    pub done: u32,
    /// See `done`.
    pub of: u32,
    /// Photos that every draw is scored on.
    pub held_out: u32,
    /// All points so far.
    pub points: Vec<CurvePoint>,
}

/// How a learning curve ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveEnd {
    /// The run.
    pub run: u32,
    /// Whether the visitor stopped it.
    pub stopped: bool,
    /// Whether the time that it may take was over before all draws were done.
    pub out_of_time: bool,
    /// Why a learner has fewer points than it should, or none.
    pub failures: Vec<(Learner, Failure)>,
    /// Seconds from the command to its end.
    pub seconds: f64,
}

/// What is known of one of the two shipped models.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// Numbers in it, the base's included.
    pub parameters: u64,
    /// Those that were trained on photos of its classes.
    pub trained: u64,
    /// Bytes to download, the base's included.
    pub bytes: u64,
    /// Photos that it was trained on.
    pub trained_on: Option<u32>,
    /// Its training run, where the host has its history.
    pub run: Option<RunRecord>,
    /// How it did on test photos, where the host has that.
    pub test: Option<TestRecord>,
}

/// A training run on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Every epoch.
    pub epochs: Vec<Epoch>,
    /// The one that was kept.
    pub best_epoch: u32,
    /// Seconds that it took.
    pub seconds: f64,
}

/// A test on record.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TestRecord {
    /// Photos.
    pub photos: u32,
    /// The share answered rightly.
    pub accuracy: f64,
    /// Its 95 % interval (Wilson).
    pub interval: (f64, f64),
}

/// What ships for the comparison of the two models.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shipped {
    /// The built-in head with its base.
    pub transfer: ModelFacts,
    /// The CNN trained from scratch, where the host has it.
    pub scratch: Option<ModelFacts>,
    /// The names of the CNN's classes, in the order of its probabilities; empty where it is not open.
    pub scratch_classes: Vec<String>,
    /// The learning curve of both, where the host has it.
    pub curve: Vec<CurvePoint>,
    /// Photos that the curve is scored on.
    pub curve_held_out: u32,
    /// What of it ships and could not be had.
    pub failures: Vec<Failure>,
}

/// What a layer responds to on a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerMaps {
    /// The layer, as in `conv1_2`.
    pub stage: String,
    /// Channels that it has.
    pub channels: u32,
    /// Side of a map in pixels.
    pub side: u32,
    /// Some of its channels: those that respond most strongly.
    pub maps: Vec<FeatureMap>,
}

/// Where on a photo a channel responds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureMap {
    /// The channel, counted from 0.
    pub channel: u32,
    /// `side * side` bytes, row by row: 0 for no response, 255 for its strongest one.
    #[serde(with = "serde_bytes")]
    pub pixels: Vec<u8>,
}
