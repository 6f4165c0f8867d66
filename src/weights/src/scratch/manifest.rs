//! What a CNN trained from scratch says about itself.

use serde::{Deserialize, Serialize};

use super::ScratchArchitecture;
use crate::{WeightsError, check_classes};

/// What [`ScratchManifest::kind`] must be.
pub const KIND: &str = "scratch-cnn";
/// The version of the format that this crate reads and writes.
pub const VERSION: u32 = 1;

/// What a CNN trained from scratch says about itself, in the float file and in the quantized one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScratchManifest {
    /// The version of this format ([`VERSION`]).
    pub version: u32,
    /// [`KIND`].
    pub kind: String,
    /// The names of the classes, in the order of the answers.
    pub classes: Vec<String>,
    /// Its layers, and the side of the square photos; their pixels are normalised as for the base.
    pub architecture: ScratchArchitecture,
    /// How many photos it was trained on.
    pub trained_on: usize,
    /// How many photos say how good it is.
    pub validated_on: usize,
    /// Its validation accuracy on those, in floats.
    pub val_accuracy: Option<f64>,
    /// The epochs that the run was to have.
    pub epochs: usize,
    /// The epoch that was kept, counted from 1.
    pub best_epoch: usize,
    /// The seed of the run that made it.
    pub seed: u64,
    /// The probability of each class for [`crate::golden_pattern`], to check a device against.
    pub golden: Vec<f32>,
    /// The SHA-256 of the float file that a quantized one was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub float_sha256: Option<String>,
}

impl ScratchManifest {
    /// Refuses a manifest of another kind or version, or whose parts do not fit together.
    pub(super) fn check(&self) -> Result<(), WeightsError> {
        let refuse = |what: &str| Err(WeightsError::Layout(what.to_owned()));
        if self.kind != KIND {
            return refuse(&format!("a `{}` where a `{KIND}` should be", self.kind));
        }
        if self.version != VERSION {
            return Err(WeightsError::Version { found: self.version, expected: VERSION });
        }
        self.architecture.check().or_else(refuse)?;
        if self.classes.len() != self.architecture.classes || self.golden.len() != self.classes.len() {
            return refuse("its classes are not as many as its answers");
        }
        check_classes(&self.classes).or_else(refuse)?;
        if self.val_accuracy.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return refuse("its validation accuracy is no share");
        }
        if self.golden.iter().all(|value| value.is_finite()) {
            Ok(())
        } else {
            refuse("its golden answer is not finite")
        }
    }
}
