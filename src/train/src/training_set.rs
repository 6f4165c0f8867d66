//! The examples that are trained on, as tensors.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use headstart_nn::Head;

use crate::scaling::Scaling;
use crate::{Examples, TrainError};

/// Scaled descriptors with labels on a device.
pub(crate) struct TrainingSet {
    /// `[n, width]`.
    descriptors: Tensor<2>,
    /// `[n]`.
    labels: Tensor<1, Int>,
    /// One-hot rows, each multiplied by its example's weight, `[n, classes]`.
    targets: Tensor<2>,
}

impl TrainingSet {
    /// `examples` on `device`, each counting as much as `weights` says for its class.
    pub(crate) fn new(examples: &Examples, scaling: &Scaling, weights: &[f32], device: &Device) -> Self {
        let (n, classes) = (examples.len(), weights.len());
        let mut targets = vec![0.0f32; n * classes];
        for (row, label) in examples.labels().iter().enumerate() {
            targets[row * classes + label] = weights[*label];
        }
        Self {
            descriptors: descriptors_on(examples, scaling, device),
            labels: indices_on(examples.labels(), device),
            targets: Tensor::from_data(TensorData::new(targets, [n, classes]), device),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.labels.dims()[0]
    }

    /// The examples at `indices`, in that order.
    pub(crate) fn select(&self, indices: &[usize]) -> Self {
        let indices = indices_on(indices, &self.labels.device());
        Self {
            descriptors: self.descriptors.clone().select(0, indices.clone()),
            labels: self.labels.clone().select(0, indices.clone()),
            targets: self.targets.clone().select(0, indices),
        }
    }

    /// Sum of the weighted cross-entropies, and how many are classified correctly; each `[1]`.
    pub(crate) fn score(&self, head: &Head) -> (Tensor<1>, Tensor<1>) {
        let logits = head.forward(self.descriptors.clone());
        let loss = (log_softmax(logits.clone(), 1) * self.targets.clone()).sum().neg();
        let answers: Tensor<1, Int> = logits.detach().argmax(1).squeeze_dim(1);
        let right = answers.equal(self.labels.clone()).float().sum();
        (loss, right)
    }
}

/// Scaled descriptors, `[n, width]`.
pub(crate) fn descriptors_on(examples: &Examples, scaling: &Scaling, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(scaling.apply(examples), [examples.len(), examples.width()]), device)
}

/// Row numbers, `[n]`.
pub(crate) fn indices_on(indices: &[usize], device: &Device) -> Tensor<1, Int> {
    let values: Vec<i32> = indices.iter().map(|index| *index as i32).collect();
    Tensor::from_data(TensorData::new(values, [indices.len()]), device)
}

/// How much an example of each class counts: all the same or, to `balance`, inversely to how many its class has, 1 on
/// the average.
///
/// # Errors
/// [`TrainError::TooFewClasses`], [`TrainError::EmptyClass`].
pub(crate) fn class_weights(labels: &[usize], classes: &[String], balance: bool) -> Result<Vec<f32>, TrainError> {
    if classes.len() < 2 {
        return Err(TrainError::TooFewClasses { found: classes.len() });
    }
    let mut counts = vec![0usize; classes.len()];
    for label in labels {
        let count = counts.get_mut(*label).ok_or_else(|| TrainError::Examples("an example is of no class".into()))?;
        *count += 1;
    }
    if let Some(empty) = counts.iter().position(|count| *count == 0) {
        return Err(TrainError::EmptyClass { class: classes[empty].clone() });
    }
    let n = labels.len() as f32;
    Ok(counts.iter().map(|count| if balance { n / (classes.len() * count) as f32 } else { 1.0 }).collect())
}
