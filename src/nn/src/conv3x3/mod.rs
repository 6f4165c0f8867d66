//! The base's one layer: 3×3 convolution, stride 1, padding 1, bias and ReLU, and the pool between its blocks.
//!
//! Where no gradients flow it is our Winograd convolution on every device. A CPU tensor has the shape `[n, c, h, w]` like
//! any other, but lies channels last in memory from layer to layer, so that nothing is copied.

#[cfg(feature = "cpu")]
mod cpu;
#[cfg(feature = "wgpu")]
mod gpu;
pub(crate) mod trainable;
#[cfg(feature = "cpu")]
pub(crate) mod trainable_pool;
mod winograd;

#[cfg(feature = "cpu")]
pub use self::cpu::Phases;
#[cfg(feature = "cpu")]
pub(crate) use self::cpu::{note_phases, panel_width};

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
#[cfg(feature = "cpu")]
use burn::backend::{DispatchDevice, Flex};
use burn::tensor::{Device, Tensor, TensorData};
#[cfg(feature = "wgpu")]
use burn_cubecl::CubeBackend;
use headstart_weights::ConvWeights;
#[cfg(feature = "cpu")]
use headstart_weights::StoredTensor;

/// The layer's operations on burn's backends.
#[backend_extension(Flex: cfg(feature = "cpu"), Cube: cfg(feature = "wgpu"))]
trait Layer: Backend {
    /// Filters `[k, c, 3, 3]` transformed and in the order that the device reads.
    fn pack_filters(weight: FloatTensor<Self>) -> FloatTensor<Self>;
    /// `relu(conv3x3(input) + bias)`; `filters` from [`Layer::pack_filters`].
    fn conv3x3_relu(input: FloatTensor<Self>, filters: FloatTensor<Self>, bias: FloatTensor<Self>)
    -> FloatTensor<Self>;
    /// Maximum of each 2×2, odd last rows and columns left out.
    fn max_pool2x2(input: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// A part of the layer, on burn's CPU backend alone.
#[cfg(feature = "cpu")]
#[backend_extension(Flex)]
trait Part: Backend {
    /// The `count` filters from `first` on, of rows between a row above and one below them.
    fn conv3x3_part(
        rows: FloatTensor<Self>,
        filters: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        first: usize,
        count: usize,
    ) -> FloatTensor<Self>;
}

#[cfg(feature = "cpu")]
impl Part for Flex {
    fn conv3x3_part(
        rows: FloatTensor<Self>,
        filters: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        first: usize,
        count: usize,
    ) -> FloatTensor<Self> {
        cpu::conv3x3_part(&rows, &filters, &bias, first, count)
    }
}

#[cfg(feature = "cpu")]
impl Layer for Flex {
    fn pack_filters(weight: FloatTensor<Self>) -> FloatTensor<Self> {
        cpu::pack_filters(&weight)
    }

    fn conv3x3_relu(
        input: FloatTensor<Self>,
        filters: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        cpu::conv3x3_relu(&input, &filters, &bias)
    }

    fn max_pool2x2(input: FloatTensor<Self>) -> FloatTensor<Self> {
        cpu::max_pool2x2(&input)
    }
}

#[cfg(feature = "wgpu")]
impl Layer for CubeBackend {
    fn pack_filters(weight: FloatTensor<Self>) -> FloatTensor<Self> {
        gpu::pack_filters(weight)
    }

    fn conv3x3_relu(
        input: FloatTensor<Self>,
        filters: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        gpu::conv3x3_relu(input, &filters, bias)
    }

    fn max_pool2x2(input: FloatTensor<Self>) -> FloatTensor<Self> {
        gpu::max_pool2x2(input)
    }
}

/// A frozen 3×3 convolution with bias and ReLU, on a device without autodiff.
#[derive(Debug, Clone)]
pub(crate) struct Conv3x3 {
    /// Transformed, in the order that the device reads.
    filters: Tensor<1>,
    /// `[k]`.
    bias: Tensor<1>,
}

impl Conv3x3 {
    /// The layer on `device`.
    pub(crate) fn new(weights: &ConvWeights, device: &Device) -> Self {
        let (k, c) = (weights.out_channels, weights.in_channels);
        let bias = Tensor::from_data(TensorData::new(weights.bias.clone(), [k]), device);
        #[cfg(feature = "cpu")]
        if let (StoredTensor::Rows(rows), DispatchDevice::Flex(_)) = (&weights.weight, device.as_dispatch()) {
            let packed = cpu::pack_quantized(rows, c);
            let shape = [packed.len()];
            return Self { filters: Tensor::from_data(TensorData::new(packed, shape), device), bias };
        }
        let weight = TensorData::new(weights.weight.floats().into_owned(), [k, c, 3, 3]);
        Self::from_tensors(Tensor::from_data(weight, device), bias)
    }

    /// The layer of filters `[k, c, 3, 3]` and biases `[k]`.
    pub(crate) fn from_tensors(weight: Tensor<4>, bias: Tensor<1>) -> Self {
        let filters = Tensor::from_dispatch(<Dispatch as Layer>::pack_filters(weight.into_dispatch()));
        Self { filters, bias }
    }

    /// `relu(conv3x3(input) + bias)`.
    ///
    /// # Shapes
    /// `[n, c, h, w]` to `[n, k, h, w]`.
    pub(crate) fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        Tensor::from_dispatch(<Dispatch as Layer>::conv3x3_relu(
            input.into_dispatch(),
            self.filters.clone().into_dispatch(),
            self.bias.clone().into_dispatch(),
        ))
    }

    /// The output channels `channels`, whose first one begins a panel of filters ([`panel_width`]), of rows that lie between a
    /// row above and one below them, zeros beyond the photo; on the CPU.
    ///
    /// # Shapes
    /// `[1, c, 2 + h, w]` to `[1, channels, h, w]`.
    #[cfg(feature = "cpu")]
    pub(crate) fn part(&self, rows: Tensor<4>, channels: std::ops::Range<usize>) -> Tensor<4> {
        Tensor::from_dispatch(<Dispatch as Part>::conv3x3_part(
            rows.into_dispatch(),
            self.filters.clone().into_dispatch(),
            self.bias.clone().into_dispatch(),
            channels.start,
            channels.len(),
        ))
    }
}

/// Maximum of each 2×2, stride 2, odd last rows and columns left out, on a device without autodiff.
///
/// # Shapes
/// `[n, c, h, w]` to `[n, c, h / 2, w / 2]`.
pub(crate) fn max_pool2x2(input: Tensor<4>) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as Layer>::max_pool2x2(input.into_dispatch()))
}
