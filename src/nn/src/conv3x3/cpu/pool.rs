//! The 2×2 maximum pool and its gradient. Tensors lie channels last, so that a step is over the channels of a position.

use burn_flex::FlexTensor;

use super::threads::{share_out, threads};
use super::{LANES, channels_first, channels_last};

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
                let from = square(above, below);
                let whole = c - c % LANES;
                maxima::<LANES>(from.map(|one| &one[..whole]), &mut output[..whole]);
                maxima::<1>(from.map(|one| &one[whole..]), &mut output[whole..]);
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
                let ((a, b), (c, d)) = (to_above.split_at_mut(c), to_below.split_at_mut(c));
                let (from, mut to) = (square(above, below), [a, b, c, d]);
                let whole = gradient.len() - gradient.len() % LANES;
                let some = to.each_mut().map(|one| &mut one[..whole]);
                flow_back::<LANES>(from.map(|one| &one[..whole]), &gradient[..whole], some);
                let rest = to.map(|one| &mut one[whole..]);
                flow_back::<1>(from.map(|one| &one[whole..]), &gradient[whole..], rest);
            }
        }
    };
    share_out(photos.zip(output.chunks_mut(photo)), work);
    channels_first(output, [n, h, w, c])
}

/// The channels of four positions, two `above` two others `below`: above left, above right, below left, below right.
fn square<'a>(above: &'a [f32], below: &'a [f32]) -> [&'a [f32]; 4] {
    let ((a, b), (c, d)) = (above.split_at(above.len() / 2), below.split_at(below.len() / 2));
    [a, b, c, d]
}

/// The maxima of whole groups of `N` channels.
fn maxima<const N: usize>([a, b, c, d]: [&[f32]; 4], to: &mut [f32]) {
    let above = a.as_chunks::<N>().0.iter().zip(b.as_chunks::<N>().0);
    let below = c.as_chunks::<N>().0.iter().zip(d.as_chunks::<N>().0);
    for (((a, b), (c, d)), to) in above.zip(below).zip(to.as_chunks_mut::<N>().0) {
        *to = std::array::from_fn(|lane| maximum([a[lane], b[lane], c[lane], d[lane]]));
    }
}

/// The gradients of whole groups of `N` channels. Nothing is stored before all is read, so that it is done side by side.
fn flow_back<const N: usize>([a, b, c, d]: [&[f32]; 4], gradient: &[f32], to: [&mut [f32]; 4]) {
    let above = a.as_chunks::<N>().0.iter().zip(b.as_chunks::<N>().0);
    let below = c.as_chunks::<N>().0.iter().zip(d.as_chunks::<N>().0);
    let mut to = to.map(|one| one.as_chunks_mut::<N>().0.iter_mut());
    for (((a, b), (c, d)), gradient) in above.zip(below).zip(gradient.as_chunks::<N>().0) {
        let largest: [f32; N] = std::array::from_fn(|lane| maximum([a[lane], b[lane], c[lane], d[lane]]));
        let mut left = *gradient;
        for (value, to) in [a, b, c, d].into_iter().zip(&mut to) {
            let share: [f32; N] =
                std::array::from_fn(|lane| if value[lane] == largest[lane] { left[lane] } else { 0.0 });
            left = std::array::from_fn(|lane| if value[lane] == largest[lane] { 0.0 } else { left[lane] });
            if let Some(to) = to.next() {
                *to = share;
            }
        }
    }
}

/// Comparisons instead of `f32::max`, which has no instruction in wasm; they let what is no number through where all four are
/// none.
fn maximum([a, b, c, d]: [f32; 4]) -> f32 {
    let larger = |a: f32, b: f32| if a >= b { a } else { b };
    larger(larger(a, b), larger(c, d))
}
