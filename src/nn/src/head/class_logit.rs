//! A class's logit as a weighted sum of a descriptor.

use burn::nn::DropoutConfig;
use burn::tensor::Tensor;

use super::Head;
use crate::heat_map::contrast;
use crate::{NnError, read};

/// The logit of one class, counted from the mean of the other logits, as a sum over the numbers of a descriptor.
#[derive(Debug)]
pub(crate) struct ClassLogit {
    /// What the head gives.
    pub(crate) value: f32,
    /// What each number of the descriptor is multiplied by, `[inputs]`.
    pub(crate) weights: Vec<f32>,
    /// What is added.
    pub(crate) bias: f32,
}

impl Head {
    /// Whether it has one layer, so that its heat maps are exact.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.layers.len() == 1
    }

    /// The logit of `class` for `descriptor`, `[1, inputs]`. Of a linear head weights and bias are its own. With hidden
    /// layers the weights are the logit's gradient, by burn's autodiff, and the bias is what is left: the first order of
    /// its Taylor series around this descriptor.
    ///
    /// # Errors
    /// [`NnError::NoClass`], [`NnError::Readback`].
    pub(crate) async fn class_logit(&self, descriptor: Tensor<2>, class: usize) -> Result<ClassLogit, NnError> {
        let classes = self.layers.last().map_or(0, |layer| layer.weight.dims()[1]);
        let contrast = contrast(class, classes, &descriptor.device())?;
        if let [layer] = &self.layers[..] {
            let value = number(self.forward(descriptor).matmul(contrast.clone())).await?;
            let weights = read(layer.weight.val().matmul(contrast.clone())).await?;
            let bias = match &layer.bias {
                Some(bias) => number(bias.val().unsqueeze::<2>().matmul(contrast)).await?,
                None => 0.0,
            };
            return Ok(ClassLogit { value, weights, bias });
        }
        // Where gradients flow dropout would take part.
        let still = Self { layers: self.layers.clone(), dropout: DropoutConfig::new(0.0).init() };
        let input = descriptor.clone().autodiff().require_grad();
        let logit = still.forward(input.clone()).matmul(contrast);
        let gradients = logit.backward();
        let gradient = input.grad(&gradients).unwrap_or_else(|| descriptor.zeros_like());
        let (value, weights) = (number(logit.inner()).await?, read(gradient).await?);
        let numbers = read(descriptor).await?;
        let sum: f64 =
            weights.iter().zip(&numbers).map(|(weight, number)| f64::from(*weight) * f64::from(*number)).sum();
        Ok(ClassLogit { value, weights, bias: (f64::from(value) - sum) as f32 })
    }
}

/// The only number of `tensor`.
async fn number(tensor: Tensor<2>) -> Result<f32, NnError> {
    read(tensor).await?.first().copied().ok_or(NnError::HeadLayers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};
    use futures::executor::block_on;
    use headstart_weights::head::{DenseWeights, HeadArchitecture};

    fn layer(inputs: usize, outputs: usize, seed: usize) -> DenseWeights {
        let weight = (0..inputs * outputs).map(|at| ((at * 7 + seed) as f32 * 0.9).sin()).collect();
        let bias = (0..outputs).map(|at| ((at + seed) as f32).cos()).collect();
        DenseWeights { outputs, inputs, weight, bias }
    }

    fn logit(head: &Head, input: &[f32], class: usize) -> Result<ClassLogit, NnError> {
        let input = Tensor::from_data(TensorData::new(input.to_vec(), [1, input.len()]), &Device::flex());
        block_on(head.class_logit(input, class))
    }

    const INPUT: [f32; 4] = [0.3, -0.8, 0.5, 0.1];

    #[test]
    fn of_a_linear_head_it_is_what_tells_the_class_from_the_mean_of_the_others() {
        let layer = layer(4, 3, 1);
        let head = Head::new(std::slice::from_ref(&layer), &HeadArchitecture::Linear, &Device::flex()).unwrap();
        let found = logit(&head, &INPUT, 1).unwrap();
        let row = |class: usize| &layer.weight[class * 4..][..4];
        for (at, weight) in found.weights.iter().enumerate() {
            let expected = row(1)[at] - (row(0)[at] + row(2)[at]) / 2.0;
            assert!((weight - expected).abs() < 1e-6, "{weight} for {expected}");
        }
        assert!((found.bias - (layer.bias[1] - (layer.bias[0] + layer.bias[2]) / 2.0)).abs() < 1e-6);
        let sum: f32 = found.weights.iter().zip(INPUT).map(|(weight, number)| weight * number).sum();
        assert!((sum + found.bias - found.value).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn of_two_classes_it_is_the_difference_whose_sigmoid_is_the_probability() {
        let head = Head::new(&[layer(4, 2, 5)], &HeadArchitecture::Linear, &Device::flex()).unwrap();
        let input = Tensor::<2>::from_data([INPUT], &Device::flex());
        let probabilities = block_on(read(head.probabilities(input))).unwrap();
        for (class, probability) in probabilities.into_iter().enumerate() {
            let found = logit(&head, &INPUT, class).unwrap();
            assert!((1.0 / (1.0 + (-found.value).exp()) - probability).abs() < 1e-6, "{found:?}");
        }
    }

    /// Dropout, were it to take part, would make every other number zero.
    #[test]
    fn with_hidden_layers_the_weights_are_the_gradient() {
        let architecture = HeadArchitecture::Mlp { hidden: vec![6], dropout: 0.5 };
        let head = Head::new(&[layer(4, 6, 2), layer(6, 3, 3)], &architecture, &Device::flex()).unwrap();
        for class in 0..3 {
            let found = logit(&head, &INPUT, class).unwrap();
            for (at, weight) in found.weights.iter().enumerate() {
                let moved = |by: f32| {
                    let mut input = INPUT;
                    input[at] += by;
                    logit(&head, &input, class).unwrap().value
                };
                let expected = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                assert!((weight - expected).abs() < 1e-3, "{weight} for {expected}");
            }
            let sum: f32 = found.weights.iter().zip(INPUT).map(|(weight, number)| weight * number).sum();
            assert!((sum + found.bias - found.value).abs() < 1e-5, "{found:?}");
        }
    }

    #[test]
    fn a_class_that_the_head_does_not_have_is_refused() {
        let head = Head::new(&[layer(4, 2, 5)], &HeadArchitecture::Linear, &Device::flex()).unwrap();
        assert_eq!(logit(&head, &INPUT, 2).unwrap_err(), NnError::NoClass { class: 2, classes: 2 });
    }
}
