//! What a head's training has come to, and the head file that is made of it.

use burn::tensor::{Device, Tensor, TensorData};
use headstart_nn::{DESCRIPTOR_RECIPE, Head, read};
use headstart_protocol::{Epoch, ValidatedBy};
use headstart_weights::head::{DenseWeights, GoldenHead, HeadFile, HeadManifest, VERSION};

use crate::metrics::ConfusionMatrix;
use crate::{HeadSettings, TrainError};

/// The answer to a held-out photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldOutAnswer {
    /// Its index among the examples, or among those that were given to validate on.
    pub example: usize,
    /// Its class.
    pub label: usize,
    /// The class that the head took it for.
    pub answer: usize,
}

/// A finished training.
#[derive(Debug, Clone)]
pub struct TrainedHead {
    /// The head's layers, for descriptors as they come.
    pub layers: Vec<DenseWeights>,
    /// The settings that made it: the penalty is the one that the cross-validation has chosen.
    pub settings: HeadSettings,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Photos that it was trained on.
    pub trained_on: usize,
    /// How the answers came about.
    pub validated_by: ValidatedBy,
    /// One to each held-out photo; none where nothing was held out.
    pub answers: Vec<HeldOutAnswer>,
    /// Every epoch of the fit that made the head.
    pub history: Vec<Epoch>,
    /// The epoch whose head this is, counted from 1.
    pub best_epoch: u32,
    /// The SHA-256 of the descriptors that it never saw, nor did the head that it goes on from.
    pub(crate) held_out_sha256: Option<String>,
    /// A descriptor that it was trained on.
    pub(crate) golden_input: Vec<f32>,
}

impl TrainedHead {
    /// The answers counted by class.
    #[must_use]
    pub fn confusion(&self) -> ConfusionMatrix {
        let (labels, answers): (Vec<_>, Vec<_>) = self.answers.iter().map(|one| (one.label, one.answer)).unzip();
        ConfusionMatrix::new(self.classes.len(), &labels, &answers)
    }

    /// The head as a file: trained on descriptors of photos of `size` pixels a side from the base whose file has the
    /// SHA-256 `base_sha256`. Its golden answer is computed on `device`.
    ///
    /// # Errors
    /// [`TrainError::Model`] where the device gives nothing back.
    pub async fn head_file(&self, size: usize, base_sha256: &str, device: &Device) -> Result<HeadFile, TrainError> {
        let architecture = self.settings.architecture.clone();
        let head = Head::new(&self.layers, &architecture, device)?;
        let input = self.golden_input.clone();
        let descriptor = TensorData::new(input.clone(), [1, input.len()]);
        let probabilities = read(head.probabilities(Tensor::from_data(descriptor, device))).await?;
        let manifest = HeadManifest {
            version: VERSION,
            classes: self.classes.clone(),
            size,
            features: DESCRIPTOR_RECIPE.to_owned(),
            base_sha256: base_sha256.to_owned(),
            architecture,
            trained_on: self.trained_on,
            validated_on: self.answers.len(),
            val_accuracy: self.confusion().accuracy(),
            folds: match self.validated_by {
                ValidatedBy::CrossValidation { folds } => Some(folds as usize),
                ValidatedBy::HeldOut | ValidatedBy::Nothing => None,
            },
            held_out_sha256: self.held_out_sha256.clone(),
            unfrozen: None,
            seed: self.settings.seed,
            golden: GoldenHead { input, probabilities },
        };
        Ok(HeadFile { manifest, layers: self.layers.clone(), convs: Vec::new() })
    }
}
