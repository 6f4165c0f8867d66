//! What a run's epochs looked like.

use serde::{Deserialize, Serialize};

/// The figures of one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochFigures {
    /// Counted from 1.
    pub epoch: usize,
    /// Mean cross-entropy over the training examples as they were seen, in nats, the examples weighted as in training.
    pub loss: f64,
    /// Share of them answered rightly.
    pub accuracy: f64,
    /// The same loss over photos that were not trained on, after the epoch: the validation examples or, in a run on every
    /// photo, the cross-validation's. `None` where no photo was left out.
    pub val_loss: Option<f64>,
    /// The share of those answered rightly.
    pub val_accuracy: Option<f64>,
    /// Seconds since the run began; the caller's clock, 0 until the caller sets it.
    pub seconds: f64,
}
