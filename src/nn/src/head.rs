//! Heads: the small classifiers that are trained on the base's descriptors.

mod class_logit;

use burn::module::{Module, Param};
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Device, Tensor, TensorData};
use headstart_weights::head::{DenseWeights, HeadArchitecture, HeadFile};

use crate::{DESCRIPTOR, DESCRIPTOR_RECIPE, NnError};

/// How far a head's probabilities may be from those that its file says it gives.
const ANSWER_BOUND: f32 = 1e-3;

/// A head: dense layers, ReLU and dropout between them.
#[derive(Module, Debug)]
pub struct Head {
    layers: Vec<Linear>,
    /// Before each layer but the first; does nothing outside training.
    dropout: Dropout,
}

impl Head {
    /// A head whose layers hold `layers`, the first of which reads the descriptor.
    ///
    /// # Errors
    /// [`NnError::HeadLayers`] where a layer's numbers do not fit its extents, layers do not fit each other, or the
    /// dropout is no share below 1.
    pub fn new(layers: &[DenseWeights], architecture: &HeadArchitecture, device: &Device) -> Result<Self, NnError> {
        let probability = checked_dropout(layers, architecture)?;
        let layers = layers.iter().map(|layer| linear(layer, device)).collect();
        Ok(Self { layers, dropout: DropoutConfig::new(probability).init() })
    }

    /// The head in `file`, once it has answered its own test question on `device` as the file says.
    ///
    /// # Errors
    /// As [`Self::new`]; [`NnError::HeadFeatures`] where it was trained on something else than
    /// [`crate::Features::descriptor`], [`NnError::HeadAnswer`] for another answer, [`NnError::Readback`].
    pub async fn open(file: &HeadFile, device: &Device) -> Result<Self, NnError> {
        let manifest = &file.manifest;
        if manifest.features != DESCRIPTOR_RECIPE {
            return Err(NnError::HeadFeatures { features: manifest.features.clone() });
        }
        let golden = &manifest.golden;
        let reads_descriptors = file.layers.first().is_some_and(|layer| layer.inputs == DESCRIPTOR);
        if !reads_descriptors || golden.input.len() != DESCRIPTOR {
            return Err(NnError::HeadLayers);
        }
        let head = Self::new(&file.layers, &manifest.architecture, device)?;
        let question = Tensor::from_data(TensorData::new(golden.input.clone(), [1, DESCRIPTOR]), device);
        let answer = crate::read(head.probabilities(question)).await?;
        if answer.len() != golden.probabilities.len() {
            return Err(NnError::HeadLayers);
        }
        let differences = answer.iter().zip(&golden.probabilities).map(|(found, expected)| (found - expected).abs());
        // Not a number counts as wrong, too.
        let error = differences.fold(0.0, |worst: f32, next| if next > worst || next.is_nan() { next } else { worst });
        if error <= ANSWER_BOUND { Ok(head) } else { Err(NnError::HeadAnswer { error, bound: ANSWER_BOUND }) }
    }

    /// The layers' parameters as plain floats, for a file.
    ///
    /// # Errors
    /// [`NnError::Readback`] where the device gives nothing back.
    pub async fn weights(&self) -> Result<Vec<DenseWeights>, NnError> {
        let mut layers = Vec::new();
        for layer in &self.layers {
            let weight = layer.weight.val();
            let [inputs, outputs] = weight.dims();
            let bias = match &layer.bias {
                Some(bias) => crate::read(bias.val()).await?,
                None => vec![0.0; outputs],
            };
            layers.push(DenseWeights { outputs, inputs, weight: crate::read(weight.transpose()).await?, bias });
        }
        Ok(layers)
    }

    /// For each layer the sum of the squares of its weights, biases left out, `[1]`: what an L2 penalty multiplies.
    #[must_use]
    pub fn squared_weights(&self) -> Vec<Tensor<1>> {
        self.layers.iter().map(|layer| layer.weight.val().powi_scalar(2).sum()).collect()
    }

    /// Logits.
    ///
    /// # Shapes
    /// `[n, inputs]` to `[n, classes]`.
    #[must_use]
    pub fn forward(&self, descriptors: Tensor<2>) -> Tensor<2> {
        let mut values = descriptors;
        for (index, layer) in self.layers.iter().enumerate() {
            if index > 0 {
                values = self.dropout.forward(relu(values));
            }
            values = layer.forward(values);
        }
        values
    }

    /// Probabilities, each row summing to 1.
    ///
    /// # Shapes
    /// `[n, inputs]` to `[n, classes]`.
    #[must_use]
    pub fn probabilities(&self, descriptors: Tensor<2>) -> Tensor<2> {
        softmax(self.forward(descriptors), 1)
    }
}

/// The dropout of a head with these layers, once they are seen to fit each other.
pub(crate) fn checked_dropout(layers: &[DenseWeights], architecture: &HeadArchitecture) -> Result<f64, NnError> {
    let chained = layers.windows(2).all(|pair| pair[0].outputs == pair[1].inputs);
    let filled =
        layers.iter().all(|l| l.weight.len() == l.inputs * l.outputs && l.bias.len() == l.outputs && l.outputs > 0);
    let probability = match architecture {
        HeadArchitecture::Linear => 0.0,
        HeadArchitecture::Mlp { dropout, .. } => *dropout,
    };
    let fits = !layers.is_empty() && chained && filled && (0.0..1.0).contains(&probability);
    if fits { Ok(probability) } else { Err(NnError::HeadLayers) }
}

/// burn keeps a layer's weight as `[inputs, outputs]`, files as `[outputs, inputs]`.
fn linear(layer: &DenseWeights, device: &Device) -> Linear {
    let weight = TensorData::new(layer.weight.clone(), [layer.outputs, layer.inputs]);
    let weight = Tensor::<2>::from_data(weight, device).transpose();
    let bias = Tensor::<1>::from_data(TensorData::new(layer.bias.clone(), [layer.outputs]), device);
    Linear { weight: Param::from_tensor(weight), bias: Some(Param::from_tensor(bias)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use headstart_weights::head::{GoldenHead, HeadManifest, VERSION};

    fn two_layers() -> Vec<DenseWeights> {
        vec![
            DenseWeights { outputs: 2, inputs: 3, weight: vec![1.0, 2.0, 3.0, -1.0, 0.5, 0.0], bias: vec![0.5, -0.25] },
            DenseWeights { outputs: 2, inputs: 2, weight: vec![2.0, 1.0, 0.0, -1.0], bias: vec![0.0, 1.0] },
        ]
    }

    fn mlp() -> HeadArchitecture {
        HeadArchitecture::Mlp { hidden: vec![2], dropout: 0.3 }
    }

    #[test]
    fn logits_and_probabilities_by_hand() {
        let head = Head::new(&two_layers(), &mlp(), &Device::flex()).unwrap();
        let input = || Tensor::<2>::from_data([[1.0, 0.0, -1.0], [1.0, 1.0, 1.0]], &Device::flex());
        // First photo: hidden (-1.5, -1.25) → (0, 0); second: (6.5, -0.75) → (6.5, 0).
        let logits = block_on(crate::read(head.forward(input()))).unwrap();
        assert_eq!(logits, [0.0, 1.0, 13.0, 1.0]);
        let probabilities = block_on(crate::read(head.probabilities(input()))).unwrap();
        let first = 1.0 / (1.0 + std::f32::consts::E);
        assert!((probabilities[0] - first).abs() < 1e-6 && (probabilities[1] - (1.0 - first)).abs() < 1e-6);
    }

    #[test]
    fn layers_come_back_as_they_went_in() {
        let head = Head::new(&two_layers(), &mlp(), &Device::flex()).unwrap();
        assert_eq!(block_on(head.weights()).unwrap(), two_layers());
    }

    #[test]
    fn a_head_must_answer_its_own_question() {
        let input: Vec<f32> = (0..DESCRIPTOR).map(|at| (at as f32).sin() * 0.1).collect();
        let layer =
            DenseWeights { outputs: 2, inputs: DESCRIPTOR, weight: vec![0.0; 2 * DESCRIPTOR], bias: vec![0.0; 2] };
        let manifest = HeadManifest {
            version: VERSION,
            classes: vec!["cat".into(), "dog".into()],
            size: 150,
            features: DESCRIPTOR_RECIPE.into(),
            base_sha256: String::new(),
            architecture: HeadArchitecture::Linear,
            trained_on: 2,
            validated_on: 0,
            val_accuracy: None,
            folds: None,
            held_out_sha256: None,
            unfrozen: None,
            temperature: None,
            bank: None,
            seed: 1,
            golden: GoldenHead { input, probabilities: vec![0.5, 0.5] },
        };
        let file = HeadFile { manifest, layers: vec![layer], convs: Vec::new(), bank: None };
        let open = |break_it: fn(&mut HeadFile)| {
            let mut file = file.clone();
            break_it(&mut file);
            block_on(Head::open(&file, &Device::flex())).map(|_| ())
        };
        assert_eq!(open(|_| ()), Ok(()));
        assert!(matches!(open(|file| file.layers[0].bias[0] = 0.1), Err(NnError::HeadAnswer { .. })));
        assert!(matches!(open(|file| file.layers[0].bias[0] = f32::NAN), Err(NnError::HeadAnswer { .. })));
        assert!(matches!(open(|file| file.manifest.features = "mean5".into()), Err(NnError::HeadFeatures { .. })));
        assert_eq!(open(|file| file.manifest.golden.input.truncate(3)), Err(NnError::HeadLayers));
        assert_eq!(open(|file| file.manifest.golden.probabilities.truncate(1)), Err(NnError::HeadLayers));
        assert_eq!(open(|file| file.layers.clear()), Err(NnError::HeadLayers));
    }

    #[test]
    fn layers_that_do_not_fit_are_refused() {
        let mut layers = two_layers();
        layers[1].inputs = 3;
        assert_eq!(Head::new(&layers, &mlp(), &Device::flex()).unwrap_err(), NnError::HeadLayers);
        assert_eq!(Head::new(&[], &mlp(), &Device::flex()).unwrap_err(), NnError::HeadLayers);
        for dropout in [1.0, -0.1, f64::NAN] {
            let architecture = HeadArchitecture::Mlp { hidden: vec![2], dropout };
            assert_eq!(Head::new(&two_layers(), &architecture, &Device::flex()).unwrap_err(), NnError::HeadLayers);
        }
    }

    /// burn's gradients of the cross-entropy against central differences, for each kind of head.
    #[test]
    fn gradients_agree_with_finite_differences() {
        let linear = vec![DenseWeights {
            outputs: 3,
            inputs: 4,
            weight: (0..12).map(|i| (i as f32 * 0.7).sin()).collect(),
            bias: vec![0.1, -0.2, 0.3],
        }];
        let mlp_layers = vec![
            DenseWeights {
                outputs: 5,
                inputs: 4,
                weight: (0..20).map(|i| (i as f32).cos()).collect(),
                bias: vec![0.2; 5],
            },
            DenseWeights {
                outputs: 3,
                inputs: 5,
                weight: (0..15).map(|i| (i as f32 * 1.3).sin()).collect(),
                bias: vec![0.0; 3],
            },
        ];
        // Without dropout: its mask would differ from one pass to the next.
        let without_dropout = HeadArchitecture::Mlp { hidden: vec![5], dropout: 0.0 };
        for (layers, architecture) in [(linear, HeadArchitecture::Linear), (mlp_layers, without_dropout)] {
            let device = Device::flex().autodiff();
            let loss = |layers: &[DenseWeights]| {
                let head = Head::new(layers, &architecture, &device).unwrap();
                let input = [[0.3, -0.8, 0.5, 0.1], [-0.6, 0.2, 0.9, -0.4]];
                let logits = head.forward(Tensor::<2>::from_data(input, &device));
                let targets = Tensor::<2>::from_data([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], &device);
                let loss = (burn::tensor::activation::log_softmax(logits, 1) * targets).sum().neg();
                (head, loss)
            };
            let value = |layers: &[DenseWeights]| f64::from(block_on(crate::read(loss(layers).1.detach())).unwrap()[0]);
            let (head, scalar) = loss(&layers);
            let gradients = scalar.backward();
            for (index, layer) in head.layers.iter().enumerate() {
                let gradient = layer.weight.val().grad(&gradients).unwrap().transpose();
                let gradient = block_on(crate::read(gradient)).unwrap();
                for (at, got) in gradient.iter().enumerate() {
                    let step = 1e-2;
                    let moved = |by: f32| {
                        let mut layers = layers.clone();
                        layers[index].weight[at] += by;
                        value(&layers)
                    };
                    let expected = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
                    assert!((f64::from(*got) - expected).abs() < 2e-3, "layer {index}, {at}: {got} for {expected}");
                }
            }
        }
    }
}
