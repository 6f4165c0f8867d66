//! The base's last blocks by themselves, from the activations of the last layer that stays frozen on: to be trained, or as they
//! were trained with a head.

use burn::tensor::{Device, Tensor, TensorData};
use headstart_weights::head::{GoldenHead, HeadFile};
use headstart_weights::vgg16::{ConvShape, Unfrozen};
use headstart_weights::{ConvWeights, golden_pattern, relative_distance};

use crate::conv3x3::{Conv3x3, max_pool2x2, trainable};
use crate::pool::trainable_pool;
use crate::vgg16::pass;
use crate::{NnError, Vgg16, read};

/// How far a descriptor may be from that which a head's file says the base gives with the head's blocks.
const DESCRIPTOR_BOUND: f64 = 1e-3;

/// The blocks of the base that are not frozen, on one device: to be trained where that has autodiff.
#[derive(Debug, Clone)]
pub struct LastBlocks {
    unfrozen: Unfrozen,
    layers: Layers,
}

/// Their convolutions.
#[derive(Debug, Clone)]
enum Layers {
    /// Gradients flow: weight `[k · c · 9]` and bias `[k]` of each in turn.
    Trained(Vec<Tensor<1>>),
    /// Gradients need not flow.
    Fixed(Vec<Conv3x3>),
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
        if parameters.iter().any(|tensor| tensor.device().is_autodiff()) {
            return Ok(Self { unfrozen, layers: Layers::Trained(parameters) });
        }
        let pairs = parameters.as_chunks::<2>().0.iter().zip(unfrozen.convs());
        let conv = |([weight, bias], shape): (&[Tensor<1>; 2], &ConvShape)| {
            Conv3x3::from_tensors(weight.clone().reshape(shape.weight_shape()), bias.clone())
        };
        Ok(Self { unfrozen, layers: Layers::Fixed(pairs.map(conv).collect()) })
    }

    /// The blocks of plain weights on a device without autodiff.
    ///
    /// # Errors
    /// [`NnError::Layers`] where they are not those layers of VGG16.
    pub fn new(unfrozen: Unfrozen, convs: &[ConvWeights], device: &Device) -> Result<Self, NnError> {
        let shapes = unfrozen.convs().iter().map(|shape| (shape.in_channels, shape.out_channels));
        if !convs.iter().map(|conv| (conv.in_channels, conv.out_channels)).eq(shapes) {
            return Err(NnError::Layers);
        }
        Ok(Self { unfrozen, layers: Layers::Fixed(convs.iter().map(|conv| Conv3x3::new(conv, device)).collect()) })
    }

    /// The blocks that were trained with the head in `file`, on the device of `base`, once they make of the golden pattern what
    /// the file says; none for a head on the base as it is. `convs` are their weights, [`HeadFile::tuned`].
    ///
    /// # Errors
    /// [`NnError::Layers`] where they are not those layers of VGG16, and those of [`check_tuned`].
    pub async fn open(file: &HeadFile, convs: &[ConvWeights], base: &Vgg16) -> Result<Option<Self>, NnError> {
        let Some(unfrozen) = file.manifest.unfrozen else { return Ok(None) };
        let blocks = Self::new(unfrozen, convs, base.device())?;
        let size = file.manifest.size;
        let descriptor = base.begin(base.photos(golden_pattern(size), size)).descriptor(Some(&blocks));
        check_tuned(descriptor, &file.manifest.golden).await?;
        Ok(Some(blocks))
    }

    /// What is not frozen.
    #[must_use]
    pub fn unfrozen(&self) -> Unfrozen {
        self.unfrozen
    }

    /// The descriptors, `[n, 2048]`, of `activations` as [`Self::activations`] makes them and the `front` of their
    /// descriptors, `[n, Unfrozen::front]`, which comes of frozen layers.
    #[must_use]
    pub fn descriptors(&self, activations: Tensor<4>, front: Tensor<2>) -> Tensor<2> {
        let parts = if self.unfrozen.front() > 0 { vec![front] } else { Vec::new() };
        self.continued(activations, parts, |_, _| {})
    }

    /// As [`Self::descriptors`], of the front in parts, none where there is no front; `stage` is told as by
    /// [`Vgg16::forward`].
    pub(crate) fn continued(
        &self,
        activations: Tensor<4>,
        mut front: Vec<Tensor<2>>,
        stage: impl FnMut(&str, &Tensor<4>),
    ) -> Tensor<2> {
        // Beyond the last convolution nothing describes.
        let mut shapes = self.unfrozen.convs().to_vec();
        if let Some(last) = shapes.last_mut() {
            last.pool = None;
        }
        let (_, parts) = match &self.layers {
            Layers::Fixed(convolutions) => {
                let convolve = |at: usize, activations| convolutions[at].forward(activations);
                pass(&shapes, activations, convolve, max_pool2x2, stage)
            }
            Layers::Trained(parameters) => {
                let convolve = |at: usize, activations| {
                    let (weight, bias) = (parameters[2 * at].clone(), parameters[2 * at + 1].clone());
                    trainable::conv3x3_relu(activations, weight.reshape(shapes[at].weight_shape()), bias, 1)
                };
                pass(&shapes, activations, convolve, trainable_pool, stage)
            }
        };
        front.extend(parts);
        Tensor::cat(front, 1)
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

/// Holds the base's descriptor of the golden pattern, `[1, 2048]`, with blocks that were trained with a head against that in the
/// head's file.
///
/// # Errors
/// [`NnError::TunedFeatures`] for another one, [`NnError::Readback`].
pub async fn check_tuned(descriptor: Tensor<2>, golden: &GoldenHead) -> Result<(), NnError> {
    let error = relative_distance(&read(descriptor).await?, &golden.input);
    // Not a number counts as wrong, too.
    if error <= DESCRIPTOR_BOUND { Ok(()) } else { Err(NnError::TunedFeatures { error, bound: DESCRIPTOR_BOUND }) }
}

#[cfg(test)]
pub(crate) mod tests;
