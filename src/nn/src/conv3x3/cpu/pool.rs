//! The 2×2 maximum pool and its gradient. Tensors lie channels last, so that a step is over the channels of a position.

use burn_flex::FlexTensor;

use super::threads::{share_out, threads};
use super::{channels_first, channels_last};

/// Maximum of each 2×2: `[n, c, h, w]` to `[n, c, h / 2, w / 2]`, channels last in memory.
pub(in super::super) fn max_pool2x2(input: &FlexTensor) -> FlexTensor {
    let input = channels_last(input);
    let [n, h, w, c] = input.layout().shape().dims();
    let [down, across] = [h / 2, w / 2];
    let mut output = vec![0.0; n * down * across * c];
    if output.is_empty() {
        return channels_first(output, [n, down, across, c]);
    }
    let share = n.div_ceil(threads()) * down;
    let values: &[f32] = input.storage();
    let rows = |(part, output): (usize, &mut [f32])| {
        for (row, output) in output.chunks_exact_mut(across * c).enumerate() {
            let (photo, y) = ((part * share + row) / down, (part * share + row) % down);
            let [above, below] = [0, 1].map(|below| &values[(photo * h + 2 * y + below) * w * c..][..w * c]);
            let squares = above.chunks_exact(2 * c).zip(below.chunks_exact(2 * c));
            for ((above, below), output) in squares.zip(output.chunks_exact_mut(c)) {
                let square = square(above, below, c);
                output.iter_mut().zip(square).for_each(|(output, square)| *output = maximum(square));
            }
        }
    };
    share_out(output.chunks_mut(share * across * c).enumerate(), rows);
    channels_first(output, [n, down, across, c])
}

/// What flows back from `gradient`, `[n, c, h / 2, w / 2]`: where `input` is the first maximum of its 2×2, that one's; elsewhere
/// zero. `[n, c, h, w]`, channels last in memory.
pub(in super::super) fn max_pool2x2_gradient(input: &FlexTensor, gradient: &FlexTensor) -> FlexTensor {
    let (input, gradient) = (channels_last(input), channels_last(gradient));
    let [n, h, w, c] = input.layout().shape().dims();
    let [down, across] = [h / 2, w / 2];
    let mut output = vec![0.0; n * h * w * c];
    if n * down * across * c == 0 {
        return channels_first(output, [n, h, w, c]);
    }
    let share = n.div_ceil(threads());
    let [photo, pooled] = [h * w * c, down * across * c].map(|len| share * len);
    let photos = input.storage::<f32>().chunks(photo).zip(gradient.storage::<f32>().chunks(pooled));
    let work = |((input, gradient), output): ((&[f32], &[f32]), &mut [f32])| {
        // An odd last row belongs to no pair.
        let inputs = input.chunks_exact(h * w * c).flat_map(|photo| photo.chunks_exact(2 * w * c));
        let outputs = output.chunks_exact_mut(h * w * c).flat_map(|photo| photo.chunks_exact_mut(2 * w * c));
        for ((input, output), gradient) in inputs.zip(outputs).zip(gradient.chunks_exact(across * c)) {
            let ((above, below), (to_above, to_below)) = (input.split_at(w * c), output.split_at_mut(w * c));
            let from = above.chunks_exact(2 * c).zip(below.chunks_exact(2 * c));
            let to = to_above.chunks_exact_mut(2 * c).zip(to_below.chunks_exact_mut(2 * c));
            for (((above, below), (to_above, to_below)), gradient) in from.zip(to).zip(gradient.chunks_exact(c)) {
                let ((to_a, to_b), (to_c, to_d)) = (to_above.split_at_mut(c), to_below.split_at_mut(c));
                let to = to_a.iter_mut().zip(to_b).zip(to_c).zip(to_d);
                for ((square, (((to_a, to_b), to_c), to_d)), &gradient) in square(above, below, c).zip(to).zip(gradient)
                {
                    let maximum = maximum(square);
                    let [a, b, c, d] = square.map(|value| value == maximum);
                    let share = |its: bool| if its { gradient } else { 0.0 };
                    (*to_a, *to_b) = (share(a), share(b && !a));
                    (*to_c, *to_d) = (share(c && !a && !b), share(d && !a && !b && !c));
                }
            }
        }
    };
    share_out(photos.zip(output.chunks_mut(photo)), work);
    channels_first(output, [n, h, w, c])
}

/// The four numbers of each channel, of two positions `above` two others `below`: above left, above right, below left, below
/// right.
fn square<'a>(above: &'a [f32], below: &'a [f32], channels: usize) -> impl Iterator<Item = [f32; 4]> + 'a {
    let ((a, b), (c, d)) = (above.split_at(channels), below.split_at(channels));
    a.iter().zip(b).zip(c).zip(d).map(|(((a, b), c), d)| [*a, *b, *c, *d])
}

/// Comparisons instead of `f32::max`, which has no instruction in wasm; they let what is no number through where all four are
/// none.
fn maximum([a, b, c, d]: [f32; 4]) -> f32 {
    let larger = |a: f32, b: f32| if a >= b { a } else { b };
    larger(larger(a, b), larger(c, d))
}
