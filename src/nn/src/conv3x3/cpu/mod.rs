//! The layer on burn's CPU backend: tensors in and out, the widest instruction set that the processor has in between.

mod convolve;
mod filter_gradient;
mod filters;
mod gemm;
mod instruction_set;
mod phases;
mod pool;
mod simd;
mod threads;
mod trainable;

use std::cell::RefCell;

use burn::tensor::{DType, Shape};
use burn_flex::{FlexTensor, Layout};
use headstart_weights::QuantizedRows;

use self::convolve::{Convolution, Extents};
use self::filters::{Filters, FrozenFilters, Packed, transform_filters};
use self::instruction_set::InstructionSet;
pub use self::phases::Phases;
pub(crate) use self::phases::note_phases;
pub(super) use self::pool::{max_pool2x2, max_pool2x2_gradient};
use self::threads::{share_out, threads};
pub(super) use self::trainable::{gradients, trainable};

/// Floats that are worked on side by side where no instruction set is chosen.
const LANES: usize = 8;

thread_local! {
    /// The convolution's buffer, kept from layer to layer.
    static BUFFER: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Filters of a panel on this machine: a part of a layer begins with a multiple of them.
pub(crate) fn panel_width() -> usize {
    InstructionSet::detect().panel_width()
}

/// Filters of whole numbers, `[k, c, 3, 3]` for `k` scales, as [`conv3x3_relu`] reads them on this machine: in 16 bits.
pub(super) fn pack_quantized(rows: &QuantizedRows, c: usize) -> Vec<f32> {
    let scales: Vec<f32> = rows.scales.iter().map(|scale| scale.to_f32()).collect();
    transform_filters::<i16>(&rows.integers, &scales, c, panel_width())
}

/// Filters `[k, c, 3, 3]` as [`conv3x3_relu`] reads them on this machine.
pub(super) fn pack_filters(weight: &FlexTensor) -> FlexTensor {
    let weight = weight.to_contiguous();
    let [k, c, _, _] = weight.layout().shape().dims();
    let packed = transform_filters::<f32>(weight.storage(), &vec![1.0; k], c, panel_width());
    let shape = Shape::new([packed.len()]);
    FlexTensor::new(burn::tensor::Bytes::from_elems(packed), Layout::contiguous(shape), DType::F32)
}

/// `relu(conv3x3(input) + bias)`, padding 1: `[n, c, h, w]` to `[n, k, h, w]`, channels last in memory.
pub(super) fn conv3x3_relu(input: &FlexTensor, filters: &FlexTensor, bias: &FlexTensor) -> FlexTensor {
    let input = channels_last(input);
    let [n, h, w, c] = input.layout().shape().dims();
    let k = bias.layout().num_elements();
    let extents = Extents { n, h, w, c, k, padding: [1, 1] };
    let output = frozen(extents, input.storage(), filters.storage(), bias.storage(), 0);
    channels_first(output, [n, h, w, k])
}

/// As [`conv3x3_relu`], the `count` filters from `first` on, which begins a panel, of rows between a row above and one below
/// them: `[1, c, 2 + h, w]` to `[1, count, h, w]`.
pub(super) fn conv3x3_part(
    rows: &FlexTensor,
    filters: &FlexTensor,
    bias: &FlexTensor,
    first: usize,
    count: usize,
) -> FlexTensor {
    let rows = channels_last(rows);
    let [n, h, w, c] = rows.layout().shape().dims();
    let extents = Extents { n, h, w, c, k: count, padding: [0, 1] };
    let output = frozen(extents, rows.storage(), filters.storage(), bias.storage(), first);
    let [down, across] = extents.out();
    channels_first(output, [n, down, across, count])
}

/// The convolution with ReLU by `extents.k` filters from `first` on, out of `packed` ones with a `bias` each.
fn frozen(extents: Extents, input: &[f32], packed: &[f32], bias: &[f32], first: usize) -> Vec<f32> {
    let some = &bias[first..][..extents.k];
    match FrozenFilters::of(packed, extents.c, bias.len(), panel_width()) {
        FrozenFilters::Whole(all) => convolve(extents, input, Filters { first, ..all }, some, true),
        FrozenFilters::Float(all) => convolve(extents, input, Filters { first, ..all }, some, true),
    }
}

/// The convolution, its photos shared between all cores: `[n, h, w, c]` to `[n, h', w', k]`.
fn convolve<P: Packed>(extents: Extents, input: &[f32], filters: Filters<P>, bias: &[f32], relu: bool) -> Vec<f32> {
    let Extents { n, h, w, c, k, .. } = extents;
    let [down, across] = extents.out();
    let mut output = vec![0.0; n * down * across * k];
    let share = n.div_ceil(threads()).max(1);
    let part = |(input, output): (&[f32], &mut [f32])| {
        let extents = Extents { n: input.len() / (h * w * c), ..extents };
        BUFFER.with_borrow_mut(|buffer| {
            InstructionSet::detect().run(Convolution { extents, input, filters, bias, relu, output, buffer });
        });
    };
    let parts = input.chunks(share * h * w * c).zip(output.chunks_mut(share * down * across * k));
    share_out(parts, part);
    output
}

/// `[n, c, h, w]` seen as `[n, h, w, c]`, copied only where it does not lie so already.
fn channels_last(tensor: &FlexTensor) -> FlexTensor {
    let seen = tensor.permute(&[0, 2, 3, 1]);
    match seen.layout().contiguous_offsets() {
        Some((0, end)) if end == seen.storage::<f32>().len() => seen,
        _ => seen.to_contiguous(),
    }
}

/// Channels-last values of shape `[n, h, w, c]` as a tensor `[n, c, h, w]`.
fn channels_first(values: Vec<f32>, shape: [usize; 4]) -> FlexTensor {
    let bytes = burn::tensor::Bytes::from_elems(values);
    FlexTensor::new(bytes, Layout::contiguous(Shape::new(shape)), DType::F32).permute(&[0, 3, 1, 2])
}

#[cfg(test)]
mod tests;
