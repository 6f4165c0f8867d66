//! Several heads of one architecture side by side on the same descriptors: what a cross-validation trains. One wide
//! product serves the first layers of all of them, where one after the other would each be too small to be worth a call.

use burn::module::{Module, Param};
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};
use headstart_weights::head::{DenseWeights, HeadArchitecture};

use crate::NnError;
use crate::head::checked_dropout;

/// Heads that begin alike and learn each for itself.
#[derive(Module, Debug)]
pub struct HeadStack {
    /// The first layers, `[inputs, heads · outputs]`.
    first: Linear,
    /// The others.
    rest: Vec<StackedLayer>,
    /// Before each layer but the first; does nothing outside training.
    dropout: Dropout,
    heads: usize,
}

/// One layer of each head.
#[derive(Module, Debug)]
struct StackedLayer {
    /// `[heads, inputs, outputs]`.
    weight: Param<Tensor<3>>,
    /// `[heads, 1, outputs]`.
    bias: Param<Tensor<3>>,
}

impl HeadStack {
    /// `heads` heads with the same `layers`, as [`crate::Head::new`] takes them.
    ///
    /// # Errors
    /// Those of [`crate::Head::new`], and [`NnError::HeadLayers`] for no head at all.
    pub fn new(
        layers: &[DenseWeights],
        architecture: &HeadArchitecture,
        heads: usize,
        device: &Device,
    ) -> Result<Self, NnError> {
        let dropout = checked_dropout(layers, architecture)?;
        let [first, rest @ ..] = layers else { return Err(NnError::HeadLayers) };
        if heads == 0 {
            return Err(NnError::HeadLayers);
        }
        let width = heads * first.outputs;
        let columns = TensorData::new(
            by_input(first).iter().flat_map(|row| row.repeat(heads)).collect::<Vec<f32>>(),
            [first.inputs, width],
        );
        let bias = TensorData::new(first.bias.repeat(heads), [width]);
        Ok(Self {
            first: Linear {
                weight: Param::from_tensor(Tensor::from_data(columns, device)),
                bias: Some(Param::from_tensor(Tensor::from_data(bias, device))),
            },
            rest: rest.iter().map(|layer| StackedLayer::new(layer, heads, device)).collect(),
            dropout: DropoutConfig::new(dropout).init(),
            heads,
        })
    }

    /// Logits of every head.
    ///
    /// # Shapes
    /// `[n, inputs]` to `[n, heads, classes]`.
    #[must_use]
    pub fn forward(&self, descriptors: Tensor<2>) -> Tensor<3> {
        let [n, _] = descriptors.dims();
        let values = self.first.forward(descriptors);
        let outputs = values.dims()[1] / self.heads;
        let mut values = values.reshape([n, self.heads, outputs]);
        for layer in &self.rest {
            let inputs = self.dropout.forward(relu(values)).swap_dims(0, 1);
            values = (inputs.matmul(layer.weight.val()) + layer.bias.val()).swap_dims(0, 1);
        }
        values
    }

    /// For each layer the sum of the squares of each head's weights, biases left out, `[heads]`.
    #[must_use]
    pub fn squared_weights(&self) -> Vec<Tensor<1>> {
        let first = self.first.weight.val().powi_scalar(2).sum_dim(0);
        let outputs = first.dims()[1] / self.heads;
        let first = first.reshape([self.heads, outputs]).sum_dim(1).squeeze_dim(1);
        let rest = self.rest.iter().map(|layer| {
            let [heads, inputs, outputs] = layer.weight.dims();
            layer.weight.val().powi_scalar(2).reshape([heads, inputs * outputs]).sum_dim(1).squeeze_dim(1)
        });
        std::iter::once(first).chain(rest).collect()
    }
}

impl StackedLayer {
    fn new(layer: &DenseWeights, heads: usize, device: &Device) -> Self {
        let weight = TensorData::new(by_input(layer).concat().repeat(heads), [heads, layer.inputs, layer.outputs]);
        let bias = TensorData::new(layer.bias.repeat(heads), [heads, 1, layer.outputs]);
        Self {
            weight: Param::from_tensor(Tensor::from_data(weight, device)),
            bias: Param::from_tensor(Tensor::from_data(bias, device)),
        }
    }
}

/// The weight as burn keeps it: for each input the weights of all outputs.
fn by_input(layer: &DenseWeights) -> Vec<Vec<f32>> {
    (0..layer.inputs)
        .map(|input| (0..layer.outputs).map(|output| layer.weight[output * layer.inputs + input]).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Head, read};
    use burn::optim::{AdamConfig, GradientsParams};
    use futures::executor::block_on;

    fn layers(extents: &[(usize, usize)]) -> Vec<DenseWeights> {
        let layer = |(index, (inputs, outputs)): (usize, &(usize, usize))| DenseWeights {
            outputs: *outputs,
            inputs: *inputs,
            weight: (0..inputs * outputs).map(|at| ((at + 7 * index) as f32 * 1.7).sin()).collect(),
            bias: (0..*outputs).map(|at| 0.1 * at as f32 - 0.05).collect(),
        };
        extents.iter().enumerate().map(layer).collect()
    }

    fn kinds() -> [(Vec<DenseWeights>, HeadArchitecture); 2] {
        let mlp = HeadArchitecture::Mlp { hidden: vec![5, 6], dropout: 0.0 };
        [(layers(&[(4, 3)]), HeadArchitecture::Linear), (layers(&[(4, 5), (5, 6), (6, 3)]), mlp)]
    }

    const INPUT: [[f32; 4]; 2] = [[0.3, -0.8, 0.5, 0.1], [-0.6, 0.2, 0.9, -0.4]];

    #[test]
    fn each_head_of_a_stack_answers_and_weighs_as_it_would_alone() {
        let device = Device::flex();
        for (layers, architecture) in kinds() {
            let alone = Head::new(&layers, &architecture, &device).unwrap();
            let expected = block_on(read(alone.forward(Tensor::<2>::from_data(INPUT, &device)))).unwrap();
            let stack = HeadStack::new(&layers, &architecture, 3, &device).unwrap();
            let logits = stack.forward(Tensor::<2>::from_data(INPUT, &device));
            assert_eq!(logits.dims(), [2, 3, 3]);
            let found = block_on(read(logits)).unwrap();
            for (photo, rows) in found.chunks_exact(9).enumerate() {
                for row in rows.chunks_exact(3) {
                    let pairs = row.iter().zip(&expected[photo * 3..]);
                    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-5), "{found:?}, not {expected:?}");
                }
            }
            for (stacked, alone) in stack.squared_weights().into_iter().zip(alone.squared_weights()) {
                let alone = block_on(read(alone)).unwrap()[0];
                let stacked = block_on(read(stacked)).unwrap();
                assert!(stacked.len() == 3 && stacked.iter().all(|sum| (sum - alone).abs() < 1e-4), "{stacked:?}");
            }
        }
    }

    #[test]
    fn each_head_of_a_stack_learns_as_it_would_alone() {
        let device = Device::flex().autodiff();
        for (layers, architecture) in kinds() {
            let input = || Tensor::<2>::from_data(INPUT, &device);
            let mut alone = Head::new(&layers, &architecture, &device).unwrap();
            let mut stack = HeadStack::new(&layers, &architecture, 2, &device).unwrap();
            let (mut optimizer, mut stacked) = (AdamConfig::new().init(), AdamConfig::new().init());
            // The second head has no part in the sum.
            let weights = Tensor::<3>::from_data([[[1.0], [0.0]]], &device);
            for _ in 0..3 {
                let loss = alone.forward(input()).powi_scalar(2).sum();
                let gradients = GradientsParams::from_grads(loss.backward(), &alone);
                alone = optimizer.step(0.01, alone, gradients);
                let loss = (stack.forward(input()).powi_scalar(2) * weights.clone()).sum();
                let gradients = GradientsParams::from_grads(loss.backward(), &stack);
                stack = stacked.step(0.01, stack, gradients);
            }
            let expected = block_on(read(alone.forward(input()).detach())).unwrap();
            let found = block_on(read(stack.forward(input()).detach())).unwrap();
            let untouched = Head::new(&layers, &architecture, &device).unwrap();
            let untouched = block_on(read(untouched.forward(input()).detach())).unwrap();
            for photo in 0..2 {
                for class in 0..3 {
                    let (first, second) = (found[photo * 6 + class], found[photo * 6 + 3 + class]);
                    assert!((first - expected[photo * 3 + class]).abs() < 1e-4, "{found:?}, not {expected:?}");
                    assert!((second - untouched[photo * 3 + class]).abs() < 1e-5, "{found:?}, not {untouched:?}");
                }
            }
        }
    }

    #[test]
    fn a_stack_of_nothing_is_refused() {
        let (layers, architecture) = &kinds()[0];
        assert_eq!(HeadStack::new(layers, architecture, 0, &Device::flex()).err(), Some(NnError::HeadLayers));
        assert_eq!(HeadStack::new(&[], architecture, 2, &Device::flex()).err(), Some(NnError::HeadLayers));
    }
}
