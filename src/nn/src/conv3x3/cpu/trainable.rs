//! The layer that is trained: weights that change with every step, and the gradients of all that goes in.

use burn::tensor::{Bytes, DType, Shape};
use burn_flex::{FlexTensor, Layout};

use super::super::winograd::POINTS;
use super::convolve::Extents;
use super::filter_gradient::{FilterGradient, gather};
use super::filters::{Filters, transform_filters};
use super::instruction_set::InstructionSet;
use super::threads::{share_out, threads};
use super::{BUFFER, LANES, channels_first, channels_last, convolve, panel_width};

/// The gradients of what goes into a convolution.
pub(in super::super) struct Gradients {
    /// `[n, c, h, w]`, where it is wanted.
    pub(in super::super) input: Option<FlexTensor>,
    /// `[k, c, 3, 3]`.
    pub(in super::super) weight: FlexTensor,
    /// `[k]`.
    pub(in super::super) bias: FlexTensor,
}

/// `relu(conv3x3(input, weight) + bias)`: `[n, c, h, w]` and `[k, c, 3, 3]` to `[n, k, h', w']`, channels last in memory.
pub(in super::super) fn trainable(
    input: &FlexTensor,
    weight: &FlexTensor,
    bias: &FlexTensor,
    padding: usize,
) -> FlexTensor {
    let (input, weight, bias) = (channels_last(input), weight.to_contiguous(), bias.to_contiguous());
    let extents = extents(&input, &weight, padding);
    let output = by_weights(extents, input.storage(), weight.storage(), bias.storage(), true);
    let [down, across] = extents.out();
    channels_first(output, [extents.n, down, across, extents.k])
}

/// What flows back from `gradient`, that of the `output` which [`trainable`] made of those parts. That of the input is the
/// convolution of the outputs' with the filters turned round.
pub(in super::super) fn gradients(
    input: &FlexTensor,
    weight: &FlexTensor,
    output: &FlexTensor,
    gradient: &FlexTensor,
    padding: usize,
    wants_input: bool,
) -> Gradients {
    let (input, weight) = (channels_last(input), weight.to_contiguous());
    let (output, gradient) = (channels_last(output), channels_last(gradient));
    let extents = extents(&input, &weight, padding);
    let Extents { n, h, w, c, k, .. } = extents;
    let [down, across] = extents.out();
    let (masked, bias) = masked(extents, gradient.storage(), output.storage());
    let back = wants_input.then(|| {
        let extents = Extents { n, h: down, w: across, c: k, k: c, padding: [2 - padding; 2] };
        let output = by_weights(extents, &masked, &turned(weight.storage(), c, k), &vec![0.0; c], false);
        channels_first(output, [n, h, w, c])
    });
    Gradients {
        input: back,
        weight: tensor(filter_gradient(extents, input.storage(), &masked), [k, c, 3, 3]),
        bias: tensor(bias, [k]),
    }
}

/// The outputs' gradients where ReLU let them through, `[n, h', w', k]`, and their sums a filter: a photo's first, so that the result
/// does not depend on how many threads there are.
fn masked(extents: Extents, gradient: &[f32], output: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let Extents { n, k, .. } = extents;
    let [down, across] = extents.out();
    let photo = down * across * k;
    let (mut masked, mut sums, mut bias) = (vec![0.0; n * photo], vec![0.0; n * k], vec![0.0; k]);
    let share = n.div_ceil(threads()).max(1);
    let from = gradient.chunks(share * photo).zip(output.chunks(share * photo));
    let to = masked.chunks_mut(share * photo).zip(sums.chunks_mut(share * k));
    share_out(from.zip(to), |((gradient, output), (masked, sums))| {
        let positions = gradient.chunks_exact(k).zip(output.chunks_exact(k)).zip(masked.chunks_exact_mut(k));
        for (index, ((gradient, output), masked)) in positions.enumerate() {
            let sums = &mut sums[index / (down * across) * k..][..k];
            let whole = k - k % LANES;
            let (masked, sums) = (masked.split_at_mut(whole), sums.split_at_mut(whole));
            mask::<LANES>(&gradient[..whole], &output[..whole], masked.0, sums.0);
            mask::<1>(&gradient[whole..], &output[whole..], masked.1, sums.1);
        }
    });
    for photo in sums.chunks_exact(k) {
        bias.iter_mut().zip(photo).for_each(|(sum, of_photo)| *sum += of_photo);
    }
    (masked, bias)
}

/// Of whole groups of `N` filters at a position those gradients that ReLU let through, which are added to `sums`, too.
fn mask<const N: usize>(gradient: &[f32], output: &[f32], masked: &mut [f32], sums: &mut [f32]) {
    let from = gradient.as_chunks::<N>().0.iter().zip(output.as_chunks::<N>().0);
    let to = masked.as_chunks_mut::<N>().0.iter_mut().zip(sums.as_chunks_mut::<N>().0);
    for ((gradient, output), (masked, sums)) in from.zip(to) {
        // Bits instead of an `if`: that becomes a branch, which is wrong every other time.
        let passes = |lane: usize| u32::from(output[lane] > 0.0).wrapping_neg();
        *masked = std::array::from_fn(|lane| f32::from_bits(gradient[lane].to_bits() & passes(lane)));
        sums.iter_mut().zip(masked).for_each(|(sum, masked)| *sum += *masked);
    }
}

/// The convolution with weights `[k, c, 3, 3]` that are transformed for this once.
fn by_weights(extents: Extents, input: &[f32], weight: &[f32], bias: &[f32], relu: bool) -> Vec<f32> {
    let Extents { c, k, .. } = extents;
    let packed = transform_filters::<f32>(weight, &vec![1.0; k], c, panel_width());
    convolve(extents, input, Filters::<f32>::of(&packed, k, panel_width()), bias, relu)
}

/// The extents of a convolution of `input` with `weight`.
fn extents(input: &FlexTensor, weight: &FlexTensor, padding: usize) -> Extents {
    let [n, h, w, c] = input.layout().shape().dims();
    let [k, _, _, _] = weight.layout().shape().dims();
    Extents { n, h, w, c, k, padding: [padding; 2] }
}

/// Filters `[k, c, 3, 3]` turned by half a circle, as `[c, k, 3, 3]`.
fn turned(weight: &[f32], c: usize, k: usize) -> Vec<f32> {
    let mut turned = Vec::with_capacity(weight.len());
    for channel in 0..c {
        for filter in 0..k {
            turned.extend(weight[(filter * c + channel) * 9..][..9].iter().rev());
        }
    }
    turned
}

/// The gradient of the filters, `[k, c, 3, 3]`: each thread sums up some of the 36 points, each in the order of the tiles, so
/// that the result does not depend on how many there are.
fn filter_gradient(extents: Extents, input: &[f32], gradient: &[f32]) -> Vec<f32> {
    let Extents { c, k, .. } = extents;
    let set = InstructionSet::detect();
    let padded = FilterGradient::padded(k, set.panel_width());
    let mut sums = vec![0.0; POINTS * c * padded];
    let share = POINTS.div_ceil(threads());
    let part = |(number, sums): (usize, &mut [f32])| {
        let points = number * share..((number + 1) * share).min(POINTS);
        BUFFER.with_borrow_mut(|buffer| {
            set.run(FilterGradient { extents, input, gradient, points, sums, buffer });
        });
    };
    share_out(sums.chunks_mut(share * c * padded).enumerate(), part);
    gather(&sums, c, k, padded)
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), Layout::contiguous(Shape::new(shape)), DType::F32)
}
