//! The filter transform, done once when the filters arrive.
#![expect(unsafe_code, reason = "the innermost loops read through raw pointers")]

use bytemuck::Pod;

use super::super::winograd::{IN, POINTS, packed_len};
use super::simd::Simd;
use super::threads::{share_out, threads_for};

/// Filters that are transformed side by side.
const LANES: usize = 8;
/// One number of each of them.
type Lanes = [f32; LANES];
/// What is added to a float below 2²² in size is rounded to a whole number (ties to even), which then stands in the lowest bits.
/// `f32::round` is a call for each number where the instruction set has no such instruction, as wasm has not.
const WHOLE: f32 = 1.5 * (1 << 23) as f32;

/// How the numbers of transformed filters lie in memory.
pub(super) trait Packed: Pod + Send + Sync {
    /// A number, which a scale was divided out of.
    fn pack(value: f32) -> Self;
    /// [`Simd::LANES`] of them.
    ///
    /// # Safety
    /// The instruction set of `S`, and so many numbers behind `from`.
    unsafe fn load<S: Simd>(from: *const Self) -> S::V;
}

impl Packed for f32 {
    fn pack(value: f32) -> f32 {
        value
    }

    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const f32) -> S::V {
        unsafe { S::load(from) }
    }
}

/// Half the memory, and half of what a photo has to read of it.
impl Packed for i16 {
    fn pack(value: f32) -> i16 {
        (value + WHOLE).to_bits() as i16
    }

    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const i16) -> S::V {
        unsafe { S::widen(from) }
    }
}

/// Transformed filters.
#[derive(Clone, Copy)]
pub(super) struct Filters<'a, P> {
    /// `G g Gᵀ` of every filter: 36 matrices `[c, k]`, one after the other, each in panels of some filters, panel by panel and
    /// within a panel channel by channel; filters that a panel lacks are zeros.
    pub(super) values: &'a [P],
    /// For each filter, those that a panel lacks as well, what its values are to be multiplied with.
    pub(super) scales: &'a [f32],
    /// The first filter that is read, which begins a panel.
    pub(super) first: usize,
}

/// The filters of a frozen layer, as [`pack_filters`] left them.
pub(super) enum FrozenFilters<'a> {
    /// Multiples of a step each.
    Whole(Filters<'a, i16>),
    /// Any others.
    Float(Filters<'a, f32>),
}

impl<'a, P: Packed> Filters<'a, P> {
    /// All of `k` filters as [`transform_filters`] left them for panels of `width`.
    pub(super) fn of(packed: &'a [f32], k: usize, width: usize) -> Self {
        let (scales, values) = packed.split_at(k.next_multiple_of(width));
        Self { values: bytemuck::cast_slice(values), scales, first: 0 }
    }
}

impl<'a> FrozenFilters<'a> {
    /// All of `k` filters of `c` channels, which [`pack_filters`] left for panels of `width`.
    pub(super) fn of(packed: &'a [f32], c: usize, k: usize, width: usize) -> Self {
        if packed.len() == packed_filters_len::<i16>(c, k, width) {
            Self::Whole(Filters::of(packed, k, width))
        } else {
            Self::Float(Filters::of(packed, k, width))
        }
    }
}

/// Filters `weight` `[k, c, 3, 3]` of a frozen layer in panels of `width`: in 16 bits where that loses nothing, as with those
/// of a quantized base.
pub(super) fn pack_filters(weight: &[f32], c: usize, k: usize, width: usize) -> Vec<f32> {
    let steps: Option<Vec<f32>> = weight.chunks(c * 9).map(step_of).collect();
    match steps {
        Some(steps) => transform_filters::<i16>(weight, &steps, c, width),
        None => transform_filters::<f32>(weight, &vec![1.0; k], c, width),
    }
}

/// The step of which all weights of a filter are multiples by whole numbers of 8 bits; [`transform`] makes of those whole numbers
/// that 16 bits hold.
fn step_of(filter: &[f32]) -> Option<f32> {
    let sizes = filter.iter().map(|weight| weight.abs());
    let Some(smallest) = sizes.filter(|size| *size > 0.0).reduce(f32::min) else { return Some(1.0) };
    // All are looked at, many at once: that one does not fit is rare.
    let fits = |step: &f32| {
        let others = filter.iter().filter(|weight| {
            let multiple = *weight / step;
            let whole = (multiple + WHOLE) - WHOLE;
            !((multiple.abs() < 127.5) & ((multiple - whole).abs() < 1e-4))
        });
        others.count() == 0
    };
    (1..=8_u8).map(|multiple| smallest / f32::from(multiple)).find(fits)
}

/// Floats that [`transform_filters`] makes.
fn packed_filters_len<P: Packed>(c: usize, k: usize, width: usize) -> usize {
    k.next_multiple_of(width) + POINTS * packed_len(c, k, width) * size_of::<P>() / size_of::<f32>()
}

/// [`Filters`] of `weight` `[k, c, 3, 3]`, divided by the filters' `scales`, in panels of `width` filters, a multiple of 8: the
/// scales, then the values, whose bytes stand in the place of floats.
pub(super) fn transform_filters<P: Packed>(weight: &[f32], scales: &[f32], c: usize, width: usize) -> Vec<f32> {
    let k = scales.len();
    let plane = packed_len(c, k, width);
    let mut packed = vec![0.0; packed_filters_len::<P>(c, k, width)];
    packed[..k].copy_from_slice(scales);
    let values: &mut [P] = bytemuck::cast_slice_mut(&mut packed[k.next_multiple_of(width)..]);
    // Each thread has some panels of every plane.
    let share = (k.div_ceil(width).div_ceil(threads_for(k * c)) * width).max(width);
    let mut parts: Vec<Vec<&mut [P]>> = (0..k.div_ceil(share)).map(|_| Vec::with_capacity(POINTS)).collect();
    for plane in values.chunks_mut(plane.max(1)) {
        parts.iter_mut().zip(plane.chunks_mut(share * c)).for_each(|(part, panels)| part.push(panels));
    }
    let parts = weight.chunks(share * c * 9).zip(parts.into_iter().zip(scales.chunks(share)));
    share_out(parts, |(weight, (mut planes, scales))| transform_panels(weight, scales, c, width, &mut planes));
    packed
}

/// Filters `[k, c, 3, 3]`, divided by their `scales`, into the panels of 36 planes.
fn transform_panels<P: Packed>(weight: &[f32], scales: &[f32], c: usize, width: usize, planes: &mut [&mut [P]]) {
    for (first, scales) in (0..).step_by(LANES).zip(scales.chunks(LANES)) {
        let steps: Lanes = std::array::from_fn(|lane| scales.get(lane).copied().unwrap_or(1.0));
        for channel in 0..c {
            let mut g = [[Lanes::default(); 3]; 3];
            for lane in 0..scales.len() {
                let filter = &weight[((first + lane) * c + channel) * 9..][..9];
                for (at, value) in filter.iter().enumerate() {
                    g[at / 3][at % 3][lane] = *value;
                }
            }
            let rows = g.map(|row| transform(row.map(|lanes| std::array::from_fn(|lane| lanes[lane] / steps[lane]))));
            let to = (first / width * c + channel) * width + first % width;
            for x in 0..IN {
                let column = transform([rows[0][x], rows[1][x], rows[2][x]]);
                for (y, lanes) in column.into_iter().enumerate() {
                    planes[y * IN + x][to..][..LANES].copy_from_slice(&lanes.map(P::pack));
                }
            }
        }
    }
}

/// `G g`, three numbers to six points.
fn transform([a, b, c]: [Lanes; 3]) -> [Lanes; IN] {
    let of = |f: fn(f32, f32, f32) -> f32| std::array::from_fn(|lane| f(a[lane], b[lane], c[lane]));
    [
        of(|a, _, _| 16.0 * a),
        of(|a, b, c| 4.0 * (a + b + c)),
        of(|a, b, c| 4.0 * (a - b + c)),
        of(|a, b, c| 2.0 * a + 4.0 * b + 8.0 * c),
        of(|a, b, c| 2.0 * a - 4.0 * b + 8.0 * c),
        of(|_, _, c| 16.0 * c),
    ]
}
