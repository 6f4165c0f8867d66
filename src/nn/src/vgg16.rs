//! The base: the convolutional part of VGG16.
//!
//! Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015,
//! configuration D.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};
use headstart_weights::ConvWeights;
use headstart_weights::vgg16::{CONVS, ConvShape};

use crate::NnError;
use crate::conv3x3::{Conv3x3, max_pool2x2};

/// The stages whose mean and maximum make the descriptor.
pub(crate) const DESCRIBING: [&str; 2] = ["conv4_3", "conv5_3"];
/// Pixels of the photo from one position of each of them to the next.
pub(crate) const STRIDES: [usize; 2] = [8, 16];

/// Pooled features of a photo.
pub const POOLED: usize = 512;
/// Features in a photo's descriptor.
pub const DESCRIPTOR: usize = 4 * 512;
/// The name of [`Features::descriptor`]'s recipe, which a head's manifest repeats.
pub const DESCRIPTOR_RECIPE: &str = "vgg16: conv4_3 mean, conv4_3 max, conv5_3 mean, conv5_3 max; each L2-normalised";

/// What the base says of `n` photos.
#[derive(Debug, Clone)]
pub struct Features {
    /// Mean over positions of the last pool, `[n, 512]`: what the goldens are given in.
    pub pooled: Tensor<2>,
    /// Mean and maximum over positions of conv4_3 and of conv5_3, each 512 L2-normalised, `[n, 2048]`: what heads see.
    pub descriptor: Tensor<2>,
}

/// The frozen base on one device.
#[derive(Debug, Clone)]
pub struct Vgg16 {
    convolutions: Vec<Conv3x3>,
    device: Device,
}

/// A base whose layers arrive one by one, each turned at once into what its device reads.
#[derive(Debug)]
pub struct Vgg16Builder(Vgg16);

impl Vgg16Builder {
    /// No layer yet.
    #[must_use]
    pub fn new(device: &Device) -> Self {
        Self(Vgg16 { convolutions: Vec::with_capacity(CONVS.len()), device: device.clone() })
    }

    /// Adds the next layer, from the photo's side.
    ///
    /// # Errors
    /// [`NnError::Layers`] where the next layer of VGG16 has other channels.
    pub fn push(&mut self, weights: &ConvWeights) -> Result<(), NnError> {
        let fits = CONVS
            .get(self.0.convolutions.len())
            .is_some_and(|next| (next.in_channels, next.out_channels) == (weights.in_channels, weights.out_channels));
        if !fits {
            return Err(NnError::Layers);
        }
        self.0.convolutions.push(Conv3x3::new(weights, &self.0.device));
        Ok(())
    }

    /// The base as far as it is here.
    pub(crate) fn as_far(&self) -> &Vgg16 {
        &self.0
    }

    /// As [`Vgg16::photos`].
    #[must_use]
    pub fn photos(&self, normalised: Vec<f32>, size: usize) -> Tensor<4> {
        self.0.photos(normalised, size)
    }

    /// The base.
    ///
    /// # Errors
    /// [`NnError::Layers`] where layers are missing.
    pub fn build(self) -> Result<Vgg16, NnError> {
        if self.0.convolutions.len() == CONVS.len() { Ok(self.0) } else { Err(NnError::Layers) }
    }
}

impl Vgg16 {
    /// The base from all its layers.
    ///
    /// # Errors
    /// [`NnError::Layers`] where they are not VGG16's.
    pub fn new(weights: &[ConvWeights], device: &Device) -> Result<Self, NnError> {
        let mut builder = Vgg16Builder::new(device);
        for layer in weights {
            builder.push(layer)?;
        }
        builder.build()
    }

    /// Where it runs.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Photos as `vision::normalise` gives them, one after the other, on the base's device: `[n, 3, size, size]`.
    #[must_use]
    pub fn photos(&self, normalised: Vec<f32>, size: usize) -> Tensor<4> {
        let n = normalised.len() / (3 * size * size);
        Tensor::from_data(TensorData::new(normalised, [n, 3, size, size]), &self.device)
    }

    /// The features of photos `[n, 3, size, size]`.
    #[must_use]
    pub fn features(&self, photos: Tensor<4>) -> Features {
        self.forward(photos, |_, _| {})
    }

    /// The features, and on the way each stage's name (`conv1_1` … `pool5`) and activations `[n, c, h, w]`.
    pub fn forward(&self, photos: Tensor<4>, stage: impl FnMut(&str, &Tensor<4>)) -> Features {
        let (activations, descriptor) = self.layers(0..CONVS.len(), photos, stage);
        let pooled = positions(&activations).mean_dim(1).squeeze_dim(1);
        Features { pooled, descriptor: Tensor::cat(descriptor, 1) }
    }

    /// Its convolutions; fewer than VGG16's where they are still coming.
    pub(crate) fn layer_count(&self) -> usize {
        self.convolutions.len()
    }

    /// One of its convolutions.
    #[cfg(feature = "cpu")]
    pub(crate) fn convolution(&self, layer: usize) -> &Conv3x3 {
        &self.convolutions[layer]
    }

    /// [`pass`] through some of its layers.
    pub(crate) fn layers(
        &self,
        layers: Range<usize>,
        activations: Tensor<4>,
        stage: impl FnMut(&str, &Tensor<4>),
    ) -> (Tensor<4>, Vec<Tensor<2>>) {
        let convolutions = &self.convolutions[layers.clone()];
        let convolve = |at: usize, activations| convolutions[at].forward(activations);
        pass(&CONVS[layers], activations, convolve, max_pool2x2, stage)
    }

    /// The base with `last` in the place of as many of its last layers.
    ///
    /// # Errors
    /// [`NnError::Layers`] where they are not the last layers of VGG16.
    pub fn with_last(&self, last: &[ConvWeights]) -> Result<Self, NnError> {
        let kept = CONVS.len().checked_sub(last.len()).ok_or(NnError::Layers)?;
        let convolutions = self.convolutions[..kept].to_vec();
        let mut builder = Vgg16Builder(Self { convolutions, device: self.device.clone() });
        last.iter().try_for_each(|layer| builder.push(layer))?;
        builder.build()
    }
}

/// Activations through the layers that `shapes` says, `convolve` given the index of each, with `stage` as
/// [`Vgg16::forward`] has it; what comes out, and the parts of the descriptor that come of them, `[n, 512]` each.
pub(crate) fn pass(
    shapes: &[ConvShape],
    mut activations: Tensor<4>,
    convolve: impl Fn(usize, Tensor<4>) -> Tensor<4>,
    pool: impl Fn(Tensor<4>) -> Tensor<4>,
    mut stage: impl FnMut(&str, &Tensor<4>),
) -> (Tensor<4>, Vec<Tensor<2>>) {
    let mut descriptor = Vec::new();
    for (at, shape) in shapes.iter().enumerate() {
        activations = convolve(at, activations);
        stage(shape.stage, &activations);
        if DESCRIBING.contains(&shape.stage) {
            descriptor.extend(described(&activations));
        }
        if let Some(name) = shape.pool {
            activations = pool(activations);
            stage(name, &activations);
        }
    }
    (activations, descriptor)
}

/// The parts of the descriptor that come of a stage that describes, its mean and its maximum, `[n, 512]` each.
pub(crate) fn described(activations: &Tensor<4>) -> [Tensor<2>; 2] {
    let positions = positions(activations);
    [normalised(positions.clone().mean_dim(1)), normalised(positions.max_dim(1))]
}

/// `[n, c, h, w]` as `[n, h · w, c]`.
fn positions(activations: &Tensor<4>) -> Tensor<3> {
    let [n, c, h, w] = activations.dims();
    activations.clone().permute([0, 2, 3, 1]).reshape([n, h * w, c])
}

/// `[n, 1, c]` as `[n, c]`, each row of length 1 (a row of zeros stays so).
fn normalised(features: Tensor<3>) -> Tensor<2> {
    let features: Tensor<2> = features.squeeze_dim(1);
    let length = features.clone().powi_scalar(2).sum_dim(1).sqrt().clamp_min(1e-12);
    features / length
}
