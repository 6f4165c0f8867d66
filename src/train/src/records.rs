//! Figures on record: what the command line prints as JSON and the page shows of the shipped models.

use serde::{Deserialize, Serialize};

use crate::{CurvePoint, EpochFigures, Learner};

/// A training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingRecord {
    /// The epoch that was kept, counted from 1.
    pub best_epoch: usize,
    /// The accuracy on photos that were not trained on; `None` where a class has too few photos to leave any out.
    pub val_accuracy: Option<f64>,
    /// Every epoch.
    pub epochs: Vec<EpochFigures>,
}

/// A test on photos that no model was trained on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TestRecord {
    /// Photos.
    pub images: usize,
    /// The share answered rightly.
    pub accuracy: f64,
}

/// A learning curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveRecord {
    /// Photos that every draw was scored on.
    pub held_out: usize,
    /// Its points.
    pub points: Vec<PointRecord>,
    /// Seconds that it took.
    pub seconds: f64,
}

/// A point of a learning curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PointRecord {
    /// Who learned.
    pub model: Learner,
    /// Photos of each class.
    pub photos_a_class: usize,
    /// Draws.
    pub draws: usize,
    /// The mean accuracy over them.
    pub mean: f64,
    /// Their standard deviation; `None` for a single draw.
    pub deviation: Option<f64>,
}

impl From<&CurvePoint> for PointRecord {
    fn from(point: &CurvePoint) -> Self {
        Self {
            model: point.learner,
            photos_a_class: point.photos,
            draws: point.accuracies.len(),
            mean: point.mean(),
            deviation: point.deviation(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_written_as_people_read_them() {
        let point = CurvePoint { learner: Learner::Scratch, photos: 5, accuracies: vec![0.5, 1.0, 0.75] };
        let json = serde_json::to_value(PointRecord::from(&point)).unwrap();
        let expected = serde_json::json!({
            "model": "scratch", "photos_a_class": 5, "draws": 3, "mean": 0.75, "deviation": 0.25
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn a_test_is_read_out_of_a_longer_report() {
        let report = r#"{"images": 40, "accuracy": 0.975, "per_class": {}, "skipped": [], "ms_per_image": 9.5}"#;
        let record: TestRecord = serde_json::from_str(report).unwrap();
        assert_eq!(record, TestRecord { images: 40, accuracy: 0.975 });
    }
}
