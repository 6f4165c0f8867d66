//! What runs came to, with the project as it was then.

use std::sync::Arc;

use headstart_protocol::{CurveResult, InputSize, Part, ScratchResult, TrainingResult, TuningComparison, ValidatedBy};
use serde::{Deserialize, Serialize};

/// A run that ended with a head, with the project as it was then. It is saved with the project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Taught {
    /// Number and name of each class, in the head's order.
    pub(crate) classes: Vec<(u32, String)>,
    /// Number of each photo, and the index of the class it had.
    pub(crate) photos: Vec<(u32, u32)>,
    /// Those that folders held out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) split: Option<GivenSplit>,
    /// The size at which they were described.
    pub(crate) size: InputSize,
    /// How it compares, where the base's last block was trained with the head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tuned: Option<Tuned>,
    /// The result; its head is kept apart ([`crate::project::head`]).
    pub(crate) result: TrainingResult,
}

/// A head on the frozen base beside the one whose last block was trained with it, on the same photos.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tuned {
    /// On photos that neither has seen.
    pub(crate) comparison: TuningComparison,
    /// The cross-validated accuracy of the head before, where it had learned the same photos.
    pub(crate) cross_validated: Option<f64>,
}

/// The photos of a run that folders hold out: they validate, and are never trained on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GivenSplit {
    /// The part of the data set that they are.
    pub(crate) part: Part,
    /// Their numbers, in their order.
    pub(crate) photos: Vec<u32>,
}

impl GivenSplit {
    /// Whether it holds that photo out.
    pub(super) fn holds_out(&self, photo: u32) -> bool {
        self.photos.binary_search(&photo).is_ok()
    }
}

impl Taught {
    /// Each held-out photo: its number, the index of its class, the index of the answer.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (u32, usize, usize)> {
        self.result.answers.iter().filter_map(|(example, answer)| {
            let (photo, label) = self.photos.get(*example as usize)?;
            Some((*photo, *label as usize, *answer as usize))
        })
    }

    /// The cross-validated accuracy of a head on the frozen base, where there is one: its own, or that of the head before.
    pub(super) fn cross_validated(&self) -> Option<f64> {
        match (self.tuned, self.result.validated_by) {
            (Some(tuned), _) => tuned.cross_validated,
            (None, ValidatedBy::CrossValidation { .. }) => self.result.accuracy(),
            (None, ValidatedBy::HeldOut | ValidatedBy::Nothing) => None,
        }
    }

    /// How many of the photos in `answers` (index of the photo, index of the answer) heads that had not seen them answered
    /// rightly; `None` where one of them was not held out.
    pub(super) fn right_of(&self, answers: &[(u32, u32)]) -> Option<u32> {
        let right = |(example, _): &(u32, u32)| {
            let answer = self.result.answers.iter().find(|(other, _)| other == example)?.1;
            Some(u32::from(self.photos.get(*example as usize)?.1 == answer))
        };
        if self.result.answers.is_empty() { None } else { answers.iter().map(right).sum() }
    }
}

/// A CNN trained from scratch, beside the head on the same photos. It is saved with the project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CnnTaught {
    /// What its run came to.
    pub(crate) result: ScratchResult,
    /// How many of the same held-out photos heads that had not seen them answered rightly; `None` where no head was
    /// checked.
    pub(crate) transfer_right: Option<u32>,
    /// Folds of the head's cross-validation, of which the CNN's held-out photos are the first; `None` where the head's
    /// photos were held out once and for all.
    pub(crate) folds: Option<u32>,
}

/// What the last run of each kind came to.
#[derive(Default)]
pub(crate) struct Results {
    /// A head's.
    pub(crate) run: Option<Arc<Taught>>,
    /// That of the CNN beside it.
    pub(crate) cnn: Option<Arc<CnnTaught>>,
    /// A learning curve's.
    pub(crate) curve: Option<Arc<CurveResult>>,
}

impl CnnTaught {
    /// The head's accuracy on the CNN's held-out photos.
    pub(crate) fn transfer_accuracy(&self) -> Option<f64> {
        Some(f64::from(self.transfer_right?) / f64::from(self.result.validated_on.max(1)))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use headstart_protocol::{ClassFigures, HeadSummary};

    use super::*;

    /// Two classes of two photos each, cross-validated; the second photo of the first class was answered wrongly.
    pub(crate) fn taught() -> Taught {
        let figures = ClassFigures { precision: Some(1.0), recall: Some(0.5), photos: 2 };
        let classes = ["cat", "dog"].map(str::to_owned).to_vec();
        Taught {
            classes: (1..).zip(classes.clone()).collect(),
            photos: vec![(3, 0), (4, 0), (5, 1), (6, 1)],
            split: None,
            size: InputSize::S150,
            tuned: None,
            result: TrainingResult {
                head: Vec::new(),
                summary: HeadSummary {
                    classes,
                    size: InputSize::S150,
                    trained_on: 4,
                    validated_on: 4,
                    val_accuracy: Some(0.75),
                    temperature: None,
                    has_bank: true,
                },
                validated_by: ValidatedBy::CrossValidation { folds: 2 },
                right: 3,
                validated_on: 4,
                interval: (0.301, 0.954),
                answers: vec![(0, 0), (1, 1), (2, 1), (3, 1)],
                confidences: vec![(0.9, 0.9), (0.8, 0.2), (0.7, 0.7), (0.6, 0.6)],
                classes: vec![figures, figures],
                calibration: None,
                history: Vec::new(),
                best_epoch: 7,
                stopped: false,
                seconds: 1.25,
            },
        }
    }

    #[test]
    fn answers_name_photos() {
        let answers: Vec<_> = taught().answers().collect();
        assert_eq!(answers, [(3, 0, 0), (4, 0, 1), (5, 1, 1), (6, 1, 1)]);
    }

    #[test]
    fn runs_that_were_saved_before_splits_were_known_open() {
        let mut taught = taught();
        let json = serde_json::to_string(&taught).unwrap();
        assert!(!json.contains("split"), "{json}");
        assert_eq!(serde_json::from_str::<Taught>(&json).unwrap(), taught);
        taught.split = Some(GivenSplit { part: Part::Test, photos: vec![4, 6] });
        let json = serde_json::to_string(&taught).unwrap();
        assert_eq!(serde_json::from_str::<Taught>(&json).unwrap(), taught);
    }

    #[test]
    fn runs_that_were_saved_before_confidences_were_told_open() {
        let mut taught = taught();
        let mut json = serde_json::to_value(&taught).unwrap();
        json["result"].as_object_mut().unwrap().remove("confidences");
        taught.result.confidences.clear();
        assert_eq!(serde_json::from_value::<Taught>(json).unwrap(), taught);
    }

    #[test]
    fn two_models_are_compared_on_photos_that_neither_saw() {
        let mut taught = taught();
        assert_eq!(taught.right_of(&[(1, 0), (2, 0)]), Some(1), "whatever the other one answered");
        assert_eq!(taught.right_of(&[(1, 0), (9, 0)]), None);
        taught.result.answers.clear();
        assert_eq!(taught.right_of(&[]), None);
    }
}
