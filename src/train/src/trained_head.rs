//! What a head's training has come to, and the head file that is made of it.

use burn::tensor::{Device, Tensor, TensorData};
use headstart_nn::{DESCRIPTOR_RECIPE, Head, read};
use headstart_protocol::{Calibration, Epoch, LeftOutAnswer, ValidatedBy, count};
use headstart_weights::head::{DenseWeights, GoldenHead, HeadFile, HeadManifest, VERSION};

use crate::metrics::ConfusionMatrix;
use crate::{HeadSettings, TrainError};

/// The answer to a held-out photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldOutAnswer {
    /// Its index among the examples, or among those that were given to validate on.
    pub example: usize,
    /// Its class.
    pub label: usize,
    /// The class that the head took it for.
    pub answer: usize,
    /// The probability of that class, under the head's temperature.
    pub confidence: f32,
    /// The probability of the photo's class, likewise.
    pub of_label: f32,
}

impl HeldOutAnswer {
    /// What the doctor is told of it.
    #[must_use]
    pub fn left_out(&self) -> LeftOutAnswer {
        LeftOutAnswer { class: count(self.answer), confidence: self.confidence, of_label: self.of_label }
    }
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
    /// What its logits are to be divided by, so that its probabilities can be believed; [`None`] where too few photos were
    /// held out to say.
    pub temperature: Option<f64>,
    /// How far its answers can be believed under that; [`None`] without it.
    pub calibration: Option<Calibration>,
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

    /// The head as a file, its last layer divided by its temperature: trained on descriptors of photos of `size` pixels a side from
    /// the base whose file has the SHA-256 `base_sha256`. Its golden answer is computed on `device`.
    ///
    /// # Errors
    /// [`TrainError::Model`] where the device gives nothing back.
    pub async fn head_file(&self, size: usize, base_sha256: &str, device: &Device) -> Result<HeadFile, TrainError> {
        let architecture = self.settings.architecture.clone();
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
            temperature: None,
            bank: None,
            seed: self.settings.seed,
            golden: GoldenHead { input: self.golden_input.clone(), probabilities: Vec::new() },
        };
        let mut file = HeadFile { manifest, layers: self.layers.clone(), convs: Vec::new(), bank: None };
        put_temperature(&mut file, self.temperature, device).await?;
        Ok(file)
    }
}

/// Divides the logits of the head in `file` by `temperature`, if there is one, and has the file say what it then answers to the
/// question that it holds.
///
/// # Errors
/// [`TrainError::Model`] where the device gives nothing back.
pub async fn put_temperature(file: &mut HeadFile, temperature: Option<f64>, device: &Device) -> Result<(), TrainError> {
    if let Some(temperature) = temperature {
        file.divide_logits(temperature);
    }
    let head = Head::new(&file.layers, &file.manifest.architecture, device)?;
    let golden = &mut file.manifest.golden;
    let question = TensorData::new(golden.input.clone(), [1, golden.input.len()]);
    golden.probabilities = read(head.probabilities(Tensor::from_data(question, device))).await?;
    Ok(())
}
