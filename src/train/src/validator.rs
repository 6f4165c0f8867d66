//! What says how good an epoch's head is.

use burn::tensor::{Device, Tensor};
use headstart_nn::Head;

use crate::Examples;
use crate::metrics::{answer, cross_entropy};
use crate::scaling::Scaling;
use crate::training_set::descriptors_on;

/// Says how good an epoch's head is on photos that were not trained on.
pub(crate) enum Validator {
    /// Held-out examples.
    HeldOut(Box<ValidationSet>),
    /// Each epoch's loss and accuracy as a cross-validation has found them, up to the epoch to stop at.
    Known(Vec<(f64, f64)>),
    /// No photo was held out.
    Nothing,
}

/// Held-out examples.
pub(crate) struct ValidationSet {
    /// Scaled, `[n, width]`, on the device without autodiff.
    descriptors: Tensor<2>,
    labels: Vec<usize>,
    /// Of the head last validated, `[n, classes]`.
    logits: Vec<f32>,
}

impl ValidationSet {
    /// `examples` on `device`.
    pub(crate) fn new(examples: &Examples, scaling: &Scaling, device: &Device) -> Self {
        let descriptors = descriptors_on(examples, scaling, device);
        Self { descriptors, labels: examples.labels().to_vec(), logits: Vec::new() }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    /// Mean cross-entropy with examples weighted by class, and the accuracy.
    fn validate(&mut self, logits: &[f32], weights: &[f32]) -> (f64, f64) {
        let rows = || logits.chunks_exact(weights.len()).zip(&self.labels);
        let loss: f64 = rows().map(|(row, label)| f64::from(weights[*label]) * cross_entropy(row, *label)).sum();
        let whole: f64 = self.labels.iter().map(|label| f64::from(weights[*label])).sum();
        let right = rows().filter(|(row, label)| answer(row) == **label).count();
        self.logits = logits.to_vec();
        (loss / whole, right as f64 / self.labels.len() as f64)
    }
}

impl Validator {
    /// What [`Self::validate`] needs to know of `head`, without autodiff, one after the other: its logits for the
    /// held-out examples, if there are any.
    pub(crate) fn logits(&self, head: &Head) -> Option<Tensor<1>> {
        match self {
            Self::HeldOut(validation) => Some(head.forward(validation.descriptors.clone()).flatten(0, 1)),
            Self::Known(_) | Self::Nothing => None,
        }
    }

    /// Loss and accuracy of the head with these `logits` after epoch `epoch`, counted from 1, where examples of each
    /// class count as `weights` says.
    pub(crate) fn validate(&mut self, logits: &[f32], weights: &[f32], epoch: usize) -> Option<(f64, f64)> {
        match self {
            Self::HeldOut(validation) => Some(validation.validate(logits, weights)),
            Self::Known(figures) => figures.get(epoch - 1).copied(),
            Self::Nothing => None,
        }
    }

    /// What the head last validated made of the validation examples, `[n, classes]`; empty where there are none.
    pub(crate) fn last_logits(&self) -> &[f32] {
        match self {
            Self::HeldOut(validation) => &validation.logits,
            Self::Known(_) | Self::Nothing => &[],
        }
    }
}
