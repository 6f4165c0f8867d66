//! What comparing a head with a CNN trained from scratch needs: on the visitor's photos, and on the photos of the shipped
//! models.

use serde::{Deserialize, Serialize};

use crate::{Epoch, Failure, Reliability, wilson_interval};

/// What learns; in JSON by its [`Self::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Learner {
    /// A head on the frozen base.
    Transfer,
    /// A CNN from random weights.
    Scratch,
}

impl Learner {
    /// Both, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Transfer, Self::Scratch];

    /// The name in `data-model` and in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Scratch => "scratch",
        }
    }
}

/// A finished training of a CNN from scratch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScratchResult {
    /// Photos that it was trained on.
    pub trained_on: u32,
    /// Photos answered rightly, of those held out.
    pub right: u32,
    /// Photos held out: those that the run set aside, or the first fold of its cross-validation.
    pub validated_on: u32,
    /// The 95 % interval of the accuracy (Wilson).
    pub interval: (f64, f64),
    /// Index of each held-out example in [`crate::TrainingRequest::examples`], and the index of the class it was answered with.
    pub answers: Vec<(u32, u32)>,
    /// Every epoch.
    pub history: Vec<Epoch>,
    /// The epoch whose network this is: the best on the held-out photos.
    pub best_epoch: u32,
    /// Parameters of the network, all of them trainable.
    pub parameters: u32,
    /// Side of the squares that it sees, in pixels.
    pub side: u32,
    /// Whether the visitor stopped it.
    pub stopped: bool,
    /// Seconds from the request to this result.
    pub seconds: f64,
}

impl ScratchResult {
    /// The share answered rightly.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        f64::from(self.right) / f64::from(self.validated_on.max(1))
    }
}

/// A point of a learning curve: the accuracy with so many training photos a class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// What learned; `model` in JSON.
    #[serde(rename = "model")]
    pub learner: Learner,
    /// Training photos of each class; `photos_a_class` in JSON.
    #[serde(rename = "photos_a_class")]
    pub photos: u32,
    /// How often that many were drawn.
    pub draws: u32,
    /// The mean over the draws of the accuracy on the held-out photos.
    pub mean: f64,
    /// Its standard deviation over the draws (of a sample); [`None`] for a single one.
    pub deviation: Option<f64>,
}

/// How far a learning curve is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveProgress {
    /// Draws done and draws at most.
    pub done: u32,
    /// See `done`.
    pub of: u32,
    /// Photos that every draw is scored on.
    pub held_out: u32,
    /// All points so far.
    pub points: Vec<CurvePoint>,
}

/// A learning curve that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveResult {
    /// Its points.
    pub points: Vec<CurvePoint>,
    /// Photos that every draw is scored on.
    pub held_out: u32,
    /// Whether the visitor stopped it.
    pub stopped: bool,
    /// Whether the time that it may take was over before all draws were done.
    pub out_of_time: bool,
    /// Why a learner has fewer points than it should, or none.
    pub failures: Vec<(Learner, Failure)>,
    /// Seconds from the request to its end.
    pub seconds: f64,
}

/// What is known of a shipped model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// Parameters, the base's included.
    pub parameters: u64,
    /// Trainable parameters: those that were trained on photos of its classes.
    pub trainable: u64,
    /// Bytes to download, the base's included.
    pub bytes: u64,
    /// Photos that it was trained on.
    pub trained_on: Option<u32>,
    /// Its training run, where the host has its history.
    pub run: Option<RunRecord>,
    /// How it did on test photos, where the host has that.
    pub test: Option<TestRecord>,
}

/// A training on record, as `headstart train --json` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The epoch that was kept, counted from 1.
    pub best_epoch: u32,
    /// Validation accuracy; [`None`] where a class has too few photos to hold any out.
    pub val_accuracy: Option<f64>,
    /// Every epoch.
    pub epochs: Vec<Epoch>,
}

impl RunRecord {
    /// Seconds that the training took.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.epochs.last().map_or(0.0, |last| last.seconds)
    }
}

/// A test on record: some figures of what `headstart evaluate --json` prints.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TestRecord {
    /// Test photos, which the model was not trained on; `images` in JSON.
    #[serde(rename = "images")]
    pub photos: u32,
    /// Test accuracy.
    pub accuracy: f64,
    /// How far the model's confidence could be believed; [`None`] in a report of an earlier release.
    #[serde(default)]
    pub reliability: Option<Reliability>,
}

impl TestRecord {
    /// The 95 % interval of the test accuracy.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        wilson_interval((self.accuracy * f64::from(self.photos)).round() as u32, self.photos)
    }
}

/// A learning curve on record, as `headstart learning-curve --json` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveRecord {
    /// Photos that every draw was scored on.
    pub held_out: u32,
    /// Its points.
    pub points: Vec<CurvePoint>,
    /// Seconds that it took.
    pub seconds: f64,
}

/// What ships for the comparison of the models.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shipped {
    /// The built-in head with its base, which stayed frozen.
    pub transfer: ModelFacts,
    /// The head whose last blocks of the base were trained with it, where the release has one.
    pub tuned: Option<ModelFacts>,
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

/// What is on record of frozen and fine-tuned base.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TuningRecords {
    /// See [`Shipped::transfer`].
    pub transfer: ModelFacts,
    /// See [`Shipped::tuned`].
    pub tuned: Option<ModelFacts>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_written_as_people_read_them() {
        let point = CurvePoint { learner: Learner::Scratch, photos: 5, draws: 3, mean: 0.75, deviation: Some(0.25) };
        let expected = serde_json::json!({
            "model": "scratch", "photos_a_class": 5, "draws": 3, "mean": 0.75, "deviation": 0.25
        });
        assert_eq!(serde_json::to_value(point).unwrap(), expected);
        assert!(Learner::ALL.into_iter().all(|learner| serde_json::to_value(learner).unwrap() == learner.name()));
    }

    #[test]
    fn a_test_is_read_out_of_a_longer_report() {
        let report = r#"{"images": 40, "accuracy": 0.975, "per_class": {}, "skipped": [], "ms_per_image": 9.5}"#;
        let record: TestRecord = serde_json::from_str(report).unwrap();
        assert_eq!(record, TestRecord { photos: 40, accuracy: 0.975, reliability: None });
        assert_eq!(record.interval(), wilson_interval(39, 40));
    }

    #[test]
    fn a_run_is_written_as_it_always_was_and_took_as_long_as_its_last_epoch() {
        let json = r#"{"best_epoch":1,"val_accuracy":0.5,"epochs":[{"epoch":1,"loss":0.25,"accuracy":0.75,"val_loss":null,"val_accuracy":0.5,"seconds":2.5}]}"#;
        let record: RunRecord = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), json);
        assert_eq!(record.seconds(), 2.5);
    }
}
