//! What says how good an epoch's head is.

use burn::tensor::{Device, Tensor};
use headstart_nn::{Head, read};

use crate::metrics::{answer, cross_entropy};
use crate::scaling::Scaling;
use crate::training_set::descriptors_on;
use crate::{Examples, TrainError};

/// Says how good an epoch's head is on photos that were not trained on.
pub(crate) enum Judge {
    /// Examples set aside.
    Validation(Box<Validation>),
    /// Each epoch's loss and accuracy as a cross-validation has found them, up to the epoch to stop at.
    Known(Vec<(f64, f64)>),
}

/// Examples set aside.
pub(crate) struct Validation {
    /// Scaled, `[n, width]`, on the device without autodiff.
    descriptors: Tensor<2>,
    labels: Vec<usize>,
    /// To each of them the answer of the head last judged.
    answers: Vec<usize>,
}

impl Validation {
    /// `examples` on `device`.
    pub(crate) fn new(examples: &Examples, scaling: &Scaling, device: &Device) -> Self {
        let descriptors = descriptors_on(examples, scaling, device);
        Self { descriptors, labels: examples.labels().to_vec(), answers: Vec::new() }
    }

    /// Mean cross-entropy with examples weighted by class, and the share of right answers.
    async fn judge(&mut self, head: &Head, weights: &[f32]) -> Result<(f64, f64), TrainError> {
        let logits = read(head.forward(self.descriptors.clone())).await?;
        let rows = || logits.chunks_exact(weights.len()).zip(&self.labels);
        let loss: f64 = rows().map(|(row, label)| f64::from(weights[*label]) * cross_entropy(row, *label)).sum();
        let whole: f64 = self.labels.iter().map(|label| f64::from(weights[*label])).sum();
        let answers: Vec<usize> = rows().map(|(row, _)| answer(row)).collect();
        let right = answers.iter().zip(&self.labels).filter(|(answer, label)| answer == label).count();
        self.answers = answers;
        Ok((loss / whole, right as f64 / self.labels.len() as f64))
    }
}

impl Judge {
    /// Loss and accuracy of `head`, without autodiff, after epoch `epoch` (counted from 1).
    pub(crate) async fn judge(&mut self, head: &Head, weights: &[f32], epoch: usize) -> Result<(f64, f64), TrainError> {
        match self {
            Self::Validation(validation) => validation.judge(head, weights).await,
            Self::Known(figures) => Ok(figures.get(epoch - 1).copied().unwrap_or((f64::NAN, 0.0))),
        }
    }

    /// To each validation example the answer of the head last judged; empty where the figures were known.
    pub(crate) fn answers(&self) -> &[usize] {
        match self {
            Self::Validation(validation) => &validation.answers,
            Self::Known(_) => &[],
        }
    }
}
