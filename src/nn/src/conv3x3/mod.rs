//! The base's one layer: 3×3 convolution, stride 1, padding 1, bias and ReLU, and the pool between its blocks.
//!
//! On burn's CPU backend it runs our Winograd convolution, on the GPU burn's own. A CPU tensor has the shape
//! `[n, c, h, w]` like any other, but lies channels last in memory from layer to layer, so that nothing is copied.

mod cpu;
mod gemm;
mod simd;
mod winograd;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, DispatchDevice, Flex, backend_extension};
use burn::tensor::activation::relu;
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData};
use headstart_weights::ConvWeights;

/// The layer's operations on burn's CPU backend.
#[backend_extension(Flex)]
trait ChannelsLast: Backend {
    /// `relu(conv3x3(input) + bias)`; `kernel` as [`cpu::transform_kernel`] packs it.
    fn conv3x3_relu(input: FloatTensor<Self>, kernel: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self>;
    /// Maximum of each 2×2, odd last rows and columns left out.
    fn max_pool2x2(input: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl ChannelsLast for Flex {
    fn conv3x3_relu(input: FloatTensor<Self>, kernel: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self> {
        cpu::conv3x3_relu(&input, &kernel, &bias)
    }

    fn max_pool2x2(input: FloatTensor<Self>) -> FloatTensor<Self> {
        cpu::max_pool2x2(&input)
    }
}

/// Whether `device` is burn's CPU backend, without gradients.
pub(crate) fn is_cpu(device: &Device) -> bool {
    matches!(device.as_dispatch(), DispatchDevice::Flex(_))
}

/// A frozen 3×3 convolution with bias and ReLU.
#[derive(Debug, Clone)]
pub(crate) struct Conv3x3 {
    kernel: Kernel,
    /// `[k]`.
    bias: Tensor<1>,
}

#[derive(Debug, Clone)]
enum Kernel {
    /// As the CPU reads it.
    Winograd(Tensor<1>),
    /// `[k, c, 3, 3]`, for burn's own convolution.
    Direct(Tensor<4>),
}

impl Conv3x3 {
    /// The layer on `device`, its weights in the order that the device reads.
    pub(crate) fn new(weights: &ConvWeights, device: &Device) -> Self {
        let (k, c) = (weights.out_channels, weights.in_channels);
        let bias = Tensor::from_data(TensorData::new(weights.bias.clone(), [k]), device);
        let kernel = if is_cpu(device) {
            let packed = cpu::transform_kernel(&weights.weight, c, k);
            let len = packed.len();
            Kernel::Winograd(Tensor::from_data(TensorData::new(packed, [len]), device))
        } else {
            Kernel::Direct(Tensor::from_data(TensorData::new(weights.weight.clone(), [k, c, 3, 3]), device))
        };
        Self { kernel, bias }
    }

    /// `relu(conv3x3(input) + bias)`.
    ///
    /// # Shapes
    /// `[n, c, h, w]` to `[n, k, h, w]`.
    pub(crate) fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let bias = self.bias.clone();
        match &self.kernel {
            Kernel::Winograd(kernel) => Tensor::from_dispatch(<Dispatch as ChannelsLast>::conv3x3_relu(
                input.into_dispatch(),
                kernel.clone().into_dispatch(),
                bias.into_dispatch(),
            )),
            Kernel::Direct(kernel) => {
                let options = ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
                relu(conv2d(input, kernel.clone(), Some(bias), options))
            }
        }
    }
}

/// Maximum of each 2×2, stride 2, odd last rows and columns left out.
///
/// # Shapes
/// `[n, c, h, w]` to `[n, c, h / 2, w / 2]`.
pub(crate) fn max_pool2x2(input: Tensor<4>) -> Tensor<4> {
    if is_cpu(&input.device()) {
        Tensor::from_dispatch(<Dispatch as ChannelsLast>::max_pool2x2(input.into_dispatch()))
    } else {
        max_pool2d(input, MaxPoolOptions::new([2, 2]).with_stride([2, 2]))
    }
}
