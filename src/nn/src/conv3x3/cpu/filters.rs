//! The filter transform, done once when the filters arrive.
#![expect(unsafe_code, reason = "the innermost loops read through raw pointers")]

use std::ops::{Add, Mul, Sub};

use bytemuck::Pod;

use super::super::winograd::{IN, POINTS, packed_len};
use super::LANES;
use super::simd::Simd;
use super::threads::{share_out, threads_for};

/// Numbers of a plane that are written at once, whole lines of a cache: planes lie so far apart that a cache keeps few of their
/// lines at a time.
const RUN: usize = 128;

/// How the numbers of transformed filters lie in memory.
pub(super) trait Packed:
    Pod + Send + Sync + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + From<i8> + From<Self::Weight>
{
    /// What the filters' own numbers are.
    type Weight: Copy + Sync;
    /// [`Simd::LANES`] of them.
    ///
    /// # Safety
    /// The instruction set of `S`, and so many numbers behind `from`.
    unsafe fn load<S: Simd>(from: *const Self) -> S::V;
}

impl Packed for f32 {
    type Weight = f32;

    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const f32) -> S::V {
        unsafe { S::load(from) }
    }
}

/// Half the memory, and half of what a photo has to read of it. [`transform`] makes of whole numbers of 8 bits those that 16
/// bits hold: at its corners 256 times as large, from -32768 on, and at most 224 times elsewhere.
impl Packed for i16 {
    type Weight = i8;

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

/// The filters of a frozen layer, as [`transform_filters`] left them.
pub(super) enum FrozenFilters<'a> {
    /// Those of a quantized layer.
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
    /// All of `k` filters of `c` channels, which [`transform_filters`] left for panels of `width`.
    pub(super) fn of(packed: &'a [f32], c: usize, k: usize, width: usize) -> Self {
        if packed.len() == packed_filters_len::<i16>(c, k, width) {
            Self::Whole(Filters::of(packed, k, width))
        } else {
            Self::Float(Filters::of(packed, k, width))
        }
    }
}

/// Floats that [`transform_filters`] makes.
fn packed_filters_len<P: Packed>(c: usize, k: usize, width: usize) -> usize {
    k.next_multiple_of(width) + POINTS * packed_len(c, k, width) * size_of::<P>() / size_of::<f32>()
}

/// [`Filters`] of `weight` `[k, c, 3, 3]`, each filter to be multiplied with its one of the `scales`, in panels of `width`
/// filters, a multiple of 8: the scales, then the values, whose bytes stand in the place of floats.
pub(super) fn transform_filters<P: Packed>(weight: &[P::Weight], scales: &[f32], c: usize, width: usize) -> Vec<f32> {
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
    let parts = weight.chunks(share * c * 9).zip(parts);
    share_out(parts, |(weight, mut planes)| {
        for (panel, filters) in weight.chunks(width * c * 9).enumerate() {
            transform_panel(filters, c, width, panel, &mut planes);
        }
    });
    packed
}

/// The filters of one panel, `[k, c, 3, 3]`, into its place in the panels of 36 planes.
///
/// A call of its own: a browser goes over to its optimizing compiler's code when a function is called, and not within it.
#[inline(never)]
fn transform_panel<P: Packed>(filters: &[P::Weight], c: usize, width: usize, panel: usize, planes: &mut [&mut [P]]) {
    let mut runs = [[P::zeroed(); RUN]; POINTS];
    let channels = RUN / width;
    for first in (0..c).step_by(channels) {
        let some = first..(first + channels).min(c);
        for (group, filters) in filters.chunks(LANES * c * 9).enumerate() {
            for channel in some.clone() {
                let mut g = [[[P::zeroed(); LANES]; 3]; 3];
                for (lane, filter) in filters.chunks_exact(c * 9).enumerate() {
                    for (at, value) in filter[channel * 9..][..9].iter().enumerate() {
                        g[at / 3][at % 3][lane] = P::from(*value);
                    }
                }
                let rows = g.map(transform);
                let to = (channel - first) * width + group * LANES;
                for x in 0..IN {
                    let column = transform([rows[0][x], rows[1][x], rows[2][x]]);
                    for (y, lanes) in column.into_iter().enumerate() {
                        runs[y * IN + x][to..][..LANES].copy_from_slice(&lanes);
                    }
                }
            }
        }
        for (plane, run) in planes.iter_mut().zip(&runs) {
            // Vector by vector: a copy of any length is a call, in the browser a slow one.
            let to = plane[(panel * c + first) * width..][..some.len() * width].as_chunks_mut::<LANES>().0;
            to.iter_mut().zip(run.as_chunks::<LANES>().0).for_each(|(to, from)| *to = *from);
        }
    }
}

/// `G g`, three numbers to six points.
#[inline(always)]
fn transform<P: Packed>([a, b, c]: [[P; LANES]; 3]) -> [[P; LANES]; IN] {
    let of = |f: fn(P, P, P) -> P| std::array::from_fn(|lane| f(a[lane], b[lane], c[lane]));
    [
        of(|a, _, _| P::from(16_i8) * a),
        of(|a, b, c| P::from(4_i8) * (a + b + c)),
        of(|a, b, c| P::from(4_i8) * (a - b + c)),
        of(|a, b, c| P::from(2_i8) * a + P::from(4_i8) * b + P::from(8_i8) * c),
        of(|a, b, c| P::from(2_i8) * a - P::from(4_i8) * b + P::from(8_i8) * c),
        of(|_, _, c| P::from(16_i8) * c),
    ]
}
