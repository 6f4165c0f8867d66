//! What says how good an epoch's head is.

use burn::tensor::{Device, Tensor};
use headstart_nn::Head;

use crate::Examples;
use crate::metrics::{answer, cross_entropy};
use crate::scaling::Scaling;
use crate::training_set::descriptors_on;

/// Says how good an epoch's head is on photos that were not trained on.
pub(crate) enum Judge {
    /// Examples set aside.
    Validation(Box<Validation>),
    /// Each epoch's loss and accuracy as a cross-validation has found them, up to the epoch to stop at.
    Known(Vec<(f64, f64)>),
    /// No photo was left out.
    Nobody,
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
    fn judge(&mut self, logits: &[f32], weights: &[f32]) -> (f64, f64) {
        let rows = || logits.chunks_exact(weights.len()).zip(&self.labels);
        let loss: f64 = rows().map(|(row, label)| f64::from(weights[*label]) * cross_entropy(row, *label)).sum();
        let whole: f64 = self.labels.iter().map(|label| f64::from(weights[*label])).sum();
        let answers: Vec<usize> = rows().map(|(row, _)| answer(row)).collect();
        let right = answers.iter().zip(&self.labels).filter(|(answer, label)| answer == label).count();
        self.answers = answers;
        (loss / whole, right as f64 / self.labels.len() as f64)
    }
}

impl Judge {
    /// What [`Self::judge`] needs to know of `head`, without autodiff, one after the other: its logits for the examples
    /// set aside, if there are any.
    pub(crate) fn logits(&self, head: &Head) -> Option<Tensor<1>> {
        match self {
            Self::Validation(validation) => Some(head.forward(validation.descriptors.clone()).flatten(0, 1)),
            Self::Known(_) | Self::Nobody => None,
        }
    }

    /// Loss and accuracy of the head with these `logits` after epoch `epoch`, counted from 1, where examples of each
    /// class count as `weights` says.
    pub(crate) fn judge(&mut self, logits: &[f32], weights: &[f32], epoch: usize) -> Option<(f64, f64)> {
        match self {
            Self::Validation(validation) => Some(validation.judge(logits, weights)),
            Self::Known(figures) => figures.get(epoch - 1).copied(),
            Self::Nobody => None,
        }
    }

    /// To each validation example the answer of the head last judged; empty where there are none.
    pub(crate) fn answers(&self) -> &[usize] {
        match self {
            Self::Validation(validation) => &validation.answers,
            Self::Known(_) | Self::Nobody => &[],
        }
    }
}
