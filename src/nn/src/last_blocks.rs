//! The base's last blocks by themselves, to be trained: from the activations of the last layer that stays frozen on.

use burn::tensor::{Device, Tensor, TensorData};
use headstart_weights::vgg16::{ConvShape, Unfrozen};

use crate::NnError;
use crate::conv3x3::{Conv3x3, max_pool2x2, trainable};
use crate::pool::trainable_pool;
use crate::vgg16::pass;

/// The blocks of the base that are not frozen, on one device: to be trained where that has autodiff.
#[derive(Debug, Clone)]
pub struct LastBlocks {
    unfrozen: Unfrozen,
    /// Weight `[k · c · 9]` and bias `[k]` of each convolution in turn.
    parameters: Vec<Tensor<1>>,
    /// The convolutions, where gradients need not flow through them.
    frozen: Option<Vec<Conv3x3>>,
}

impl LastBlocks {
    /// The blocks of tensors `[numbers]`, weight (OIHW) and bias of each convolution in turn. To train them, give tensors
    /// with autodiff that require gradients.
    ///
    /// # Errors
    /// [`NnError::Layers`] where they have other lengths than those layers of VGG16.
    pub fn from_parameters(unfrozen: Unfrozen, parameters: Vec<Tensor<1>>) -> Result<Self, NnError> {
        let lengths = unfrozen.convs().iter().flat_map(|shape| [shape.weight_count(), shape.out_channels]);
        if !parameters.iter().map(|tensor| tensor.dims()[0]).eq(lengths) {
            return Err(NnError::Layers);
        }
        let is_trained = parameters.iter().any(|tensor| tensor.device().is_autodiff());
        let frozen = (!is_trained).then(|| {
            let pairs = parameters.as_chunks::<2>().0.iter().zip(unfrozen.convs());
            let conv = |([weight, bias], shape): (&[Tensor<1>; 2], &ConvShape)| {
                Conv3x3::from_tensors(weight.clone().reshape(shape.weight_shape()), bias.clone())
            };
            pairs.map(conv).collect()
        });
        Ok(Self { unfrozen, parameters, frozen })
    }

    /// The blocks of plain weights, as [`Self::from_parameters`] takes them, on a device without autodiff.
    ///
    /// # Errors
    /// As [`Self::from_parameters`].
    pub fn new(unfrozen: Unfrozen, weights: &[Vec<f32>], device: &Device) -> Result<Self, NnError> {
        let tensor = |values: &Vec<f32>| Tensor::from_data(TensorData::new(values.clone(), [values.len()]), device);
        Self::from_parameters(unfrozen, weights.iter().map(tensor).collect())
    }

    /// The descriptors, `[n, 2048]`, of `activations` as [`Self::activations`] makes them and the `front` of their
    /// descriptors, `[n, Unfrozen::front]`, which comes of frozen layers.
    #[must_use]
    pub fn descriptors(&self, activations: Tensor<4>, front: Tensor<2>) -> Tensor<2> {
        // Beyond the last convolution nothing describes.
        let mut shapes = self.unfrozen.convs().to_vec();
        if let Some(last) = shapes.last_mut() {
            last.pool = None;
        }
        let parts = match &self.frozen {
            Some(frozen) => {
                let convolve = |at: usize, activations| frozen[at].forward(activations);
                pass(&shapes, activations, convolve, max_pool2x2, |_, _| {}).1
            }
            None => {
                let convolve = |at: usize, activations| {
                    let (weight, bias) = (self.parameters[2 * at].clone(), self.parameters[2 * at + 1].clone());
                    trainable::conv3x3_relu(activations, weight.reshape(shapes[at].weight_shape()), bias, 1)
                };
                pass(&shapes, activations, convolve, trainable_pool, |_, _| {}).1
            }
        };
        let parts = if self.unfrozen.front() > 0 { [vec![front], parts].concat() } else { parts };
        Tensor::cat(parts, 1)
    }

    /// Activations of the last frozen layer, channels last, one photo after the other, on `device`: `[n, c, side, side]`.
    #[must_use]
    pub fn activations(unfrozen: Unfrozen, values: Vec<f32>, side: usize, device: &Device) -> Tensor<4> {
        let channels = unfrozen.channels();
        let n = values.len() / (channels * side * side);
        let tensor = Tensor::<4>::from_data(TensorData::new(values, [n, side, side, channels]), device);
        tensor.permute([0, 3, 1, 2])
    }
}
