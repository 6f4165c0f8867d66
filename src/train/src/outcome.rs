//! What a run has come to, and the head file that is made of it.

use burn::tensor::{Device, Tensor, TensorData};
use headstart_nn::{DESCRIPTOR_RECIPE, Head, read};
use headstart_weights::head::{DenseWeights, GoldenHead, HeadFile, HeadManifest, VERSION};

use crate::metrics::Confusion;
use crate::{EpochFigures, Settings, TrainError};

/// How a run's figures came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// By cross-validation over so many folds; the head was trained on every photo.
    CrossValidated {
        /// Folds.
        folds: usize,
    },
    /// On photos that were set aside.
    HeldOut,
    /// There is none that would be honest.
    Missing,
}

/// The answer to a photo that was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Its index among the run's examples, or among those that were given to check against.
    pub example: usize,
    /// Its class.
    pub label: usize,
    /// The class that the head took it for.
    pub answer: usize,
}

/// A finished run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The head's layers, for descriptors as they come.
    pub layers: Vec<DenseWeights>,
    /// The settings that made it: the penalty is the one that the cross-validation has chosen.
    pub settings: Settings,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Photos that it was trained on.
    pub trained_on: usize,
    /// How the answers came about.
    pub figure: Figure,
    /// One to each photo that was left out; none where the figure is missing.
    pub answers: Vec<Answer>,
    /// Every epoch of the fit that made the head.
    pub history: Vec<EpochFigures>,
    /// The epoch whose head this is, counted from 1.
    pub best_epoch: usize,
    /// The SHA-256 of the descriptors that it never saw, nor did the head that it goes on from.
    pub(crate) held_out_sha256: Option<String>,
    /// A descriptor that it was trained on.
    pub(crate) golden_input: Vec<f32>,
}

impl Outcome {
    /// The answers counted by class.
    #[must_use]
    pub fn confusion(&self) -> Confusion {
        let (labels, answers): (Vec<_>, Vec<_>) = self.answers.iter().map(|one| (one.label, one.answer)).unzip();
        Confusion::new(self.classes.len(), &labels, &answers)
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
            folds: match self.figure {
                Figure::CrossValidated { folds } => Some(folds),
                Figure::HeldOut | Figure::Missing => None,
            },
            held_out_sha256: self.held_out_sha256.clone(),
            seed: self.settings.seed,
            golden: GoldenHead { input, probabilities },
        };
        Ok(HeadFile { manifest, layers: self.layers.clone() })
    }
}
