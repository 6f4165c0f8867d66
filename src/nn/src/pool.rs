//! The 2×2 maximum pool of a network that may be trained.

use burn::tensor::Tensor;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;

use crate::conv3x3::max_pool2x2;
#[cfg(feature = "cpu")]
use crate::conv3x3::{trainable::is_cpu, trainable_pool};

/// Maximum of each 2×2, stride 2, odd last rows and columns left out, whether gradients flow through it or not.
///
/// # Shapes
/// `[n, c, h, w]` to `[n, c, h / 2, w / 2]`.
pub(crate) fn trainable_pool(activations: Tensor<4>) -> Tensor<4> {
    if !activations.device().is_autodiff() {
        return max_pool2x2(activations);
    }
    #[cfg(feature = "cpu")]
    if is_cpu(&activations) {
        return trainable_pool::max_pool2x2(activations);
    }
    max_pool2d(activations, MaxPoolOptions::new([2, 2]).with_stride([2, 2]))
}
