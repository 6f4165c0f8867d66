//! The CNN that learns from nothing: the published cats-and-dogs network, and smaller ones of its kind.

mod heat_map;

use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Device, Tensor, TensorData};
use headstart_weights::scratch::{ScratchArchitecture, ScratchFile};
use headstart_weights::{ConvWeights, StoredTensor, golden_pattern};

use crate::NnError;
use crate::conv3x3::{Conv3x3, max_pool2x2, trainable};
use crate::pool::trainable_pool;

/// How far a network's probabilities may be from those that its file says it gives.
const ANSWER_BOUND: f32 = 1e-3;

/// A CNN as its [`ScratchArchitecture`] says, on one device.
///
/// Where its tensors are on a device with autodiff it runs the convolution and the pool through which gradients flow, and
/// dropout. Without autodiff it runs the base's convolution, whose filters are transformed once.
#[derive(Debug, Clone)]
pub struct ScratchCnn {
    architecture: ScratchArchitecture,
    /// One a tensor of the architecture, each `[numbers]`.
    parameters: Vec<Tensor<1>>,
    /// The blocks' convolutions, where gradients need not flow through them.
    frozen: Option<Vec<Conv3x3>>,
    dropout: Dropout,
}

impl ScratchCnn {
    /// A network of plain weights, in the order of [`ScratchArchitecture::tensors`].
    ///
    /// # Errors
    /// [`NnError::ScratchLayers`] where the weights are not those of the architecture, or that is none.
    pub fn new(architecture: &ScratchArchitecture, weights: &[Vec<f32>], device: &Device) -> Result<Self, NnError> {
        let parameter = |values: &Vec<f32>| Tensor::from_data(TensorData::new(values.clone(), [values.len()]), device);
        let mut network = Self::from_parameters(architecture, weights.iter().map(parameter).collect())?;
        if !device.is_autodiff() {
            let convs =
                architecture.tensors().into_iter().zip(weights).step_by(2).zip(weights.iter().skip(1).step_by(2));
            let frozen = convs.take(architecture.channels.len()).map(|(((name, shape), weight), bias)| {
                let (weight, bias) = (StoredTensor::Floats(weight.clone()), bias.clone());
                Conv3x3::new(&ConvWeights { name, out_channels: shape[0], in_channels: shape[1], weight, bias }, device)
            });
            network.frozen = Some(frozen.collect());
        }
        Ok(network)
    }

    /// A network of tensors `[numbers]` in the order of [`ScratchArchitecture::tensors`]. To train it, give tensors with
    /// autodiff that require gradients.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn from_parameters(architecture: &ScratchArchitecture, parameters: Vec<Tensor<1>>) -> Result<Self, NnError> {
        architecture.check().map_err(|what| NnError::ScratchLayers(what.to_owned()))?;
        let lengths = architecture.tensors().into_iter().map(|(_, shape)| shape.iter().product::<usize>());
        if !parameters.iter().map(|tensor| tensor.dims()[0]).eq(lengths) {
            return Err(NnError::ScratchLayers("its tensors are not those of its architecture".to_owned()));
        }
        let dropout = DropoutConfig::new(architecture.dropout).init();
        Ok(Self { architecture: architecture.clone(), parameters, frozen: None, dropout })
    }

    /// The network in `file`, once it has answered its own test question on `device` as the file says.
    ///
    /// # Errors
    /// As [`Self::new`]; [`NnError::ScratchAnswer`] for another answer, [`NnError::Readback`].
    pub async fn open(file: &ScratchFile, device: &Device) -> Result<Self, NnError> {
        let network = Self::new(&file.manifest.architecture, &file.tensors, device)?;
        let answer = network.golden().await?;
        let differences = answer.iter().zip(&file.manifest.golden).map(|(found, expected)| (found - expected).abs());
        // Not a number counts as wrong, too.
        let error = differences.fold(0.0, |worst: f32, next| if next > worst || next.is_nan() { next } else { worst });
        let complete = answer.len() == file.manifest.golden.len();
        if complete && error <= ANSWER_BOUND {
            Ok(network)
        } else {
            Err(NnError::ScratchAnswer { error, bound: ANSWER_BOUND })
        }
    }

    /// The probability of each class for [`golden_pattern`]: what a file of this network says of it.
    ///
    /// # Errors
    /// [`NnError::Readback`] where the device gives nothing back.
    pub async fn golden(&self) -> Result<Vec<f32>, NnError> {
        crate::read(self.probabilities(self.photos(golden_pattern(self.architecture.side)))).await
    }

    /// Its architecture.
    #[must_use]
    pub fn architecture(&self) -> &ScratchArchitecture {
        &self.architecture
    }

    /// The parameters as plain floats, in the order of [`ScratchArchitecture::tensors`].
    ///
    /// # Errors
    /// [`NnError::Readback`] where the device gives nothing back.
    pub async fn weights(&self) -> Result<Vec<Vec<f32>>, NnError> {
        let mut weights = Vec::with_capacity(self.parameters.len());
        for parameter in &self.parameters {
            weights.push(crate::read(parameter.clone()).await?);
        }
        Ok(weights)
    }

    /// Photos as `vision::normalise` gives them, one after the other, on the network's device: `[n, 3, side, side]`.
    #[must_use]
    pub fn photos(&self, normalised: Vec<f32>) -> Tensor<4> {
        let side = self.architecture.side;
        let n = normalised.len() / (3 * side * side);
        Tensor::from_data(TensorData::new(normalised, [n, 3, side, side]), &self.parameters[0].device())
    }

    /// Logits. Of two classes the first one's is 0, so that their softmax is the sigmoid of the only output.
    ///
    /// # Shapes
    /// `[n, 3, side, side]` to `[n, classes]`.
    #[must_use]
    pub fn forward(&self, photos: Tensor<4>) -> Tensor<2> {
        self.classify(self.blocks(photos))
    }

    /// What comes out of the last block: `[n, 3, side, side]` to `[n, c, h, w]`.
    fn blocks(&self, photos: Tensor<4>) -> Tensor<4> {
        let mut activations = photos;
        for block in 0..self.architecture.channels.len() {
            activations = match &self.frozen {
                Some(frozen) => max_pool2x2(inner(frozen[block].forward(activations))),
                None => trainable_pool(self.convolve(block, activations)),
            };
        }
        activations
    }

    /// The logits of what comes out of the last block: `[n, c, h, w]` to `[n, classes]`.
    fn classify(&self, activations: Tensor<4>) -> Tensor<2> {
        let blocks = self.architecture.channels.len();
        let flattened = self.dropout.forward(activations.flatten(1, 3));
        let hidden = self.dropout.forward(relu(self.dense(2 * blocks, flattened)));
        let outputs = self.dense(2 * blocks + 2, hidden);
        if self.architecture.outputs() == 1 { Tensor::cat(vec![outputs.zeros_like(), outputs], 1) } else { outputs }
    }

    /// Probabilities, each row summing to 1.
    ///
    /// # Shapes
    /// `[n, 3, side, side]` to `[n, classes]`.
    #[must_use]
    pub fn probabilities(&self, photos: Tensor<4>) -> Tensor<2> {
        softmax(self.forward(photos), 1)
    }

    /// The convolution of `block` without padding, and ReLU: `[n, c, h, w]` to `[n, k, h - 2, w - 2]`.
    fn convolve(&self, block: usize, input: Tensor<4>) -> Tensor<4> {
        let (weight, bias) = (self.parameters[2 * block].clone(), self.parameters[2 * block + 1].clone());
        let filters = weight.reshape([bias.dims()[0], input.dims()[1], 3, 3]);
        trainable::conv3x3_relu(input, filters, bias, 0)
    }

    /// The dense layer whose weight is tensor `index`: `[n, inputs]` to `[n, outputs]`. The product is that of the
    /// transposes, so that the weight's gradient comes in the order of the weight.
    fn dense(&self, index: usize, input: Tensor<2>) -> Tensor<2> {
        let (weight, bias) = (self.parameters[index].clone(), self.parameters[index + 1].clone());
        let weight = weight.reshape([bias.dims()[0], input.dims()[1]]);
        weight.matmul(input.transpose()).transpose() + bias.unsqueeze()
    }
}

/// Without the border of one, where the padded convolution differs from the one without padding.
fn inner(activations: Tensor<4>) -> Tensor<4> {
    let [n, c, h, w] = activations.dims();
    activations.slice([0..n, 0..c, 1..h - 1, 1..w - 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::activation::log_softmax;
    use futures::executor::block_on;
    use headstart_weights::scratch::{KIND, ScratchManifest, VERSION};

    fn tiny(classes: usize) -> ScratchArchitecture {
        ScratchArchitecture { side: 14, channels: vec![3, 4], hidden: 5, classes, dropout: 0.0 }
    }

    /// Numbers in ±scale from a seed.
    fn numbers(count: usize, seed: u64, scale: f32) -> Vec<f32> {
        let mut state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (0..count)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                ((state >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * scale
            })
            .collect()
    }

    fn weights(architecture: &ScratchArchitecture) -> Vec<Vec<f32>> {
        let tensors = architecture.tensors().into_iter().enumerate();
        tensors
            .map(|(index, (_, shape))| {
                let inputs: usize = shape[1..].iter().product();
                numbers(shape.iter().product(), index as u64, 2.4 / (inputs as f32).sqrt().max(4.0))
            })
            .collect()
    }

    fn photos(network: &ScratchCnn, n: usize) -> Tensor<4> {
        let side = network.architecture().side;
        network.photos(numbers(n * 3 * side * side, 99, 1.5))
    }

    fn network(architecture: &ScratchArchitecture, device: &Device) -> ScratchCnn {
        ScratchCnn::new(architecture, &weights(architecture), device).unwrap()
    }

    /// The definition, in f64, one photo.
    fn by_definition(architecture: &ScratchArchitecture, weights: &[Vec<f32>], photo: &[f32]) -> Vec<f64> {
        let (mut side, mut depth) = (architecture.side, 3);
        let mut values: Vec<f64> = photo.iter().map(|value| f64::from(*value)).collect();
        for (block, &channels) in architecture.channels.iter().enumerate() {
            let (filters, bias) = (&weights[2 * block], &weights[2 * block + 1]);
            let at = |k: usize, y: usize, x: usize| {
                let mut sum = f64::from(bias[k]);
                for (c, tap) in (0..depth).flat_map(|c| (0..9).map(move |tap| (c, tap))) {
                    let seen = values[(c * side + y + tap / 3) * side + x + tap % 3];
                    sum += seen * f64::from(filters[(k * depth + c) * 9 + tap]);
                }
                sum.max(0.0)
            };
            let half = (side - 2) / 2;
            let mut pooled = Vec::new();
            for (k, y, x) in (0..channels * half * half).map(|i| (i / (half * half), i / half % half, i % half)) {
                pooled.push((0..4).map(|i| at(k, 2 * y + i / 2, 2 * x + i % 2)).fold(0.0, f64::max));
            }
            (values, side, depth) = (pooled, half, channels);
        }
        for layer in 0..2 {
            let (weight, bias) = (&weights[weights.len() - 4 + 2 * layer], &weights[weights.len() - 3 + 2 * layer]);
            let rows = weight.chunks(values.len()).zip(bias);
            let sums = rows.map(|(row, bias)| {
                let sum: f64 = row.iter().zip(&values).map(|(w, v)| f64::from(*w) * v).sum();
                let sum = sum + f64::from(*bias);
                if layer == 0 { sum.max(0.0) } else { sum }
            });
            values = sums.collect();
        }
        values
    }

    #[test]
    fn both_ways_of_running_it_agree_with_the_definition() {
        let architecture = ScratchArchitecture { side: 23, ..tiny(3) };
        for device in [Device::flex(), Device::flex().autodiff()] {
            let network = network(&architecture, &device);
            let input = photos(&network, 3);
            let values = block_on(crate::read(input.clone())).unwrap();
            let logits = block_on(crate::read(network.forward(input))).unwrap();
            let expected = values
                .chunks(3 * 23 * 23)
                .flat_map(|photo| by_definition(&architecture, &weights(&architecture), photo));
            for (got, want) in logits.iter().zip(expected) {
                assert!((f64::from(*got) - want).abs() < 1e-5, "{got} for {want}");
            }
        }
    }

    #[test]
    fn two_classes_share_one_sigmoid() {
        let network = network(&tiny(2), &Device::flex());
        let input = photos(&network, 2);
        let logits = block_on(crate::read(network.forward(input.clone()))).unwrap();
        let probabilities = block_on(crate::read(network.probabilities(input))).unwrap();
        for (logits, probabilities) in logits.chunks(2).zip(probabilities.chunks(2)) {
            let sigmoid = 1.0 / (1.0 + (-logits[1]).exp());
            assert_eq!(logits[0], 0.0);
            assert!((probabilities[1] - sigmoid).abs() < 1e-6 && (probabilities[0] + sigmoid - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn the_published_network_has_the_published_parameters() {
        let architecture = ScratchArchitecture::published(150, 2);
        let zeros: Vec<Vec<f32>> =
            architecture.tensors().iter().map(|(_, shape)| vec![0.0; shape.iter().product()]).collect();
        let network = ScratchCnn::new(&architecture, &zeros, &Device::flex()).unwrap();
        let count: usize = network.parameters.iter().map(|tensor| tensor.dims()[0]).sum();
        assert_eq!(count, 19_024_513);
        let answer = block_on(crate::read(network.probabilities(photos(&network, 1)))).unwrap();
        assert_eq!(answer, [0.5, 0.5]);
    }

    #[test]
    fn weights_come_back_as_they_went_in_and_others_are_refused() {
        let architecture = tiny(2);
        let network = network(&architecture, &Device::flex());
        assert_eq!(block_on(network.weights()).unwrap(), weights(&architecture));
        let refused = |architecture: &ScratchArchitecture, weights: &[Vec<f32>]| {
            matches!(ScratchCnn::new(architecture, weights, &Device::flex()), Err(NnError::ScratchLayers(_)))
        };
        assert!(refused(&tiny(3), &weights(&architecture)));
        assert!(refused(&architecture, &weights(&architecture)[1..]));
        assert!(refused(&ScratchArchitecture { dropout: 1.0, ..tiny(2) }, &weights(&architecture)));
    }

    #[test]
    fn dropout_is_for_training_only() {
        let architecture = ScratchArchitecture { dropout: 0.5, ..tiny(3) };
        let logits = |network: &ScratchCnn| block_on(crate::read(network.forward(photos(network, 2)))).unwrap();
        let resting = network(&architecture, &Device::flex());
        assert_eq!(logits(&resting), logits(&resting));
        let training = network(&architecture, &Device::flex().autodiff());
        assert_ne!(logits(&training), logits(&training));
    }

    #[test]
    fn a_network_must_answer_its_own_question() {
        let architecture = tiny(2);
        let golden = block_on(network(&architecture, &Device::flex()).golden()).unwrap();
        let manifest = ScratchManifest {
            version: VERSION,
            kind: KIND.into(),
            classes: vec!["cat".into(), "dog".into()],
            trained_on: 2,
            validated_on: 0,
            val_accuracy: None,
            epochs: 1,
            best_epoch: 1,
            seed: 1,
            golden,
            float_sha256: None,
            architecture: architecture.clone(),
        };
        let file = ScratchFile { manifest, tensors: weights(&architecture) };
        let open = |file: &ScratchFile| block_on(ScratchCnn::open(file, &Device::flex())).map(|_| ());
        assert_eq!(open(&file), Ok(()));
        for value in [file.tensors[7][0] + 0.1, f32::NAN] {
            let mut changed = file.clone();
            changed.tensors[7][0] = value;
            assert!(matches!(open(&changed), Err(NnError::ScratchAnswer { .. })));
        }
        let mut short = file.clone();
        short.manifest.golden.truncate(1);
        assert!(matches!(open(&short), Err(NnError::ScratchAnswer { .. })));
    }

    /// burn's gradients of the cross-entropy against central differences, for every number of the network.
    #[test]
    fn gradients_agree_with_finite_differences() {
        for classes in [2, 3] {
            let architecture = tiny(classes);
            let device = Device::flex().autodiff();
            let loss = |weights: &[Vec<f32>]| {
                let leaf = |values: &Vec<f32>| {
                    Tensor::from_data(TensorData::new(values.clone(), [values.len()]), &device).require_grad()
                };
                let parameters: Vec<Tensor<1>> = weights.iter().map(leaf).collect();
                let network = ScratchCnn::from_parameters(&architecture, parameters.clone()).unwrap();
                let mut targets = vec![0.0f32; 2 * classes];
                (targets[0], targets[classes + 1]) = (1.0, 1.0);
                let targets = Tensor::<2>::from_data(TensorData::new(targets, [2, classes]), &device);
                let loss = (log_softmax(network.forward(photos(&network, 2)), 1) * targets).sum().neg();
                (parameters, loss)
            };
            let value = |weights: &[Vec<f32>]| f64::from(block_on(crate::read(loss(weights).1.detach())).unwrap()[0]);
            let weights = weights(&architecture);
            let (parameters, scalar) = loss(&weights);
            let gradients = scalar.backward();
            for (index, parameter) in parameters.iter().enumerate() {
                let gradient = block_on(crate::read(parameter.grad(&gradients).unwrap())).unwrap();
                assert!(gradient.iter().any(|value| value.abs() > 1e-3), "tensor {index} learns nothing");
                for (at, got) in gradient.iter().enumerate() {
                    // Small enough to stay on one side of each maximum and ReLU.
                    let step = 1e-3;
                    let moved = |by: f32| {
                        let mut weights = weights.clone();
                        weights[index][at] += by;
                        value(&weights)
                    };
                    let expected = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
                    assert!((f64::from(*got) - expected).abs() < 3e-3, "tensor {index}, {at}: {got} for {expected}");
                }
            }
        }
    }
}
