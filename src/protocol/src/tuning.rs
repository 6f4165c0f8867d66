//! Training the base's last block together with a head.

use serde::{Deserialize, Serialize};

use crate::{Epoch, InputSize, TrainingResult};

/// Bytes of activations that the worker keeps at most ([`crate::KeepActivations`]).
pub const MOST_ACTIVATION_BYTES: usize = 250_000_000;

impl InputSize {
    /// Bytes that the worker keeps of a photo: the activations of the last frozen layer, in half precision.
    #[must_use]
    pub fn activation_bytes(self) -> usize {
        2 * 512 * (self.pixels() / 16).pow(2)
    }

    /// Photos whose activations it keeps at most.
    #[must_use]
    pub fn most_tuned(self) -> usize {
        MOST_ACTIVATION_BYTES / self.activation_bytes()
    }
}

/// How far a [`crate::TuneHead`] is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TuningProgress {
    /// Epochs done and epochs at most.
    pub done: u32,
    /// See `done`.
    pub of: u32,
    /// Seconds that it goes on for, at most; [`None`] until the first steps have been timed.
    pub seconds_left: Option<f64>,
    /// The accuracy on the held-out photos of a head on the frozen base, once there is one.
    pub frozen_accuracy: Option<f64>,
    /// The last epoch.
    pub latest: Option<Epoch>,
}

/// What training the last block came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TuningResult {
    /// The head with its block, measured on the held-out photos; [`None`] where it does no better on them than a head on the
    /// frozen base, trained on the same photos.
    pub tuned: Option<TrainingResult>,
    /// How the two compare.
    pub comparison: TuningComparison,
    /// Whether the visitor stopped it.
    pub stopped: bool,
}

/// Two heads on the same held-out photos, which neither was trained on. Losses are mean cross-entropies in nats.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TuningComparison {
    /// Photos held out.
    pub validated_on: u32,
    /// Those that the head on the frozen base answered rightly.
    pub frozen_right: u32,
    /// Those that the head with the trained block answered rightly.
    pub tuned_right: u32,
    /// The loss of the first.
    pub frozen_loss: f64,
    /// The loss of the second.
    pub tuned_loss: f64,
    /// Seconds from the request to its end.
    pub seconds: f64,
}

impl TuningComparison {
    /// Whether the trained block is worth having: more photos answered rightly or, of as many, surer answers.
    #[must_use]
    pub fn helped(&self) -> bool {
        self.tuned_right > self.frozen_right
            || (self.tuned_right == self.frozen_right && self.tuned_loss < self.frozen_loss)
    }

    /// The accuracy of the head on the frozen base.
    #[must_use]
    pub fn frozen_accuracy(&self) -> f64 {
        f64::from(self.frozen_right) / f64::from(self.validated_on.max(1))
    }

    /// The accuracy of the head with the trained block.
    #[must_use]
    pub fn tuned_accuracy(&self) -> f64 {
        f64::from(self.tuned_right) / f64::from(self.validated_on.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_thousand_photos_find_room() {
        assert_eq!(InputSize::ALL.map(InputSize::activation_bytes), [82_944, 200_704]);
        assert_eq!(InputSize::ALL.map(InputSize::most_tuned), [3014, 1245]);
    }

    #[test]
    fn of_equal_accuracies_the_lower_loss_is_better() {
        let of = |frozen_right, tuned_right, tuned_loss| TuningComparison {
            validated_on: 20,
            frozen_right,
            tuned_right,
            frozen_loss: 0.2,
            tuned_loss,
            seconds: 1.0,
        };
        assert!(of(18, 19, 0.9).helped());
        assert!(of(19, 19, 0.1).helped());
        assert!(!of(19, 19, 0.2).helped() && !of(19, 18, 0.1).helped() && !of(19, 19, f64::NAN).helped());
        assert_eq!((of(18, 19, 0.9).frozen_accuracy(), of(18, 19, 0.9).tuned_accuracy()), (0.9, 0.95));
    }
}
