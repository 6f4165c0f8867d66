//! The gradient of the filters, through the same 36 points as the convolution.
//!
//! The convolution is linear in `G g Gᵀ`, so its transpose is: the outputs' gradients `A y Aᵀ` a tile, their products with
//! the patches `Bᵀ d B`, summed over the tiles, and `Gᵀ u G` at the end.
#![expect(unsafe_code, reason = "the innermost loops read through raw pointers")]

use std::ops::Range;

use super::super::winograd::{IN, OUT, POINTS};
use super::LANES;
use super::convolve::{Extents, Tile, load_some, transform_patch};
use super::gemm::{self, Matrix, Rows};
use super::instruction_set::Kernel;
use super::simd::Simd;
use super::threads::{share_out, threads_for};

/// Tiles whose products are summed before the sums are written: the same on every machine, whatever its cores.
const BLOCK: usize = 192;

/// Sums over all tiles, at some of the 36 points.
pub(super) struct FilterGradient<'a> {
    pub(super) extents: Extents,
    /// `[n, h, w, c]`.
    pub(super) input: &'a [f32],
    /// Of the outputs, `[n, h', w', k]`.
    pub(super) gradient: &'a [f32],
    pub(super) points: Range<usize>,
    /// `[points, c, k]`, `k` rounded up to whole panels; added to.
    pub(super) sums: &'a mut [f32],
    /// Grows as needed and can be passed again.
    pub(super) buffer: &'a mut Vec<f32>,
}

impl FilterGradient<'_> {
    /// Filters, rounded up to whole panels.
    pub(super) fn padded(k: usize, panel_width: usize) -> usize {
        k.next_multiple_of(panel_width)
    }
}

impl Kernel for FilterGradient<'_> {
    fn check(&self, panel_width: usize) {
        let Extents { n, h, w, c, k, .. } = self.extents;
        let [down, across] = self.extents.out();
        assert_eq!(self.input.len(), n * h * w * c, "input of another shape");
        assert_eq!(self.gradient.len(), n * down * across * k, "gradient of another shape");
        assert!(self.points.end <= POINTS, "points beyond the last one");
        assert_eq!(self.sums.len(), self.points.len() * c * Self::padded(k, panel_width), "sums of another length");
    }

    #[inline(always)]
    unsafe fn run<S: Simd, const TILE: usize>(self) {
        let Self { extents, input, gradient, points, sums, buffer } = self;
        let Extents { n, c, k, .. } = extents;
        let width = gemm::panel_width::<S>();
        let padded_k = Self::padded(k, width);
        let padded_c = c.next_multiple_of(S::LANES);
        let [down, across] = extents.tiles();
        let tiles = n * down * across;
        let block = BLOCK.min(tiles);
        let (patch_plane, gradient_plane) = (block * padded_c, block * padded_k);
        buffer.resize(buffer.len().max(points.len() * (patch_plane + gradient_plane)), 0.0);
        // Columns that a panel lacks keep what was there before; they become sums that nobody reads.
        let (patches, gradients) = buffer.split_at_mut(points.len() * patch_plane);
        for first in (0..tiles).step_by(block.max(1)) {
            let count = block.min(tiles - first);
            for index in 0..count {
                let tile = Tile::new(first + index, down, across);
                // SAFETY: a plane holds `block` rows of `padded_c`, and of `padded_k` in panels.
                unsafe {
                    let to = patches.as_mut_ptr().add(index * padded_c);
                    transform_patch::<S>(&tile, extents, input, to, [patch_plane, 1], points.clone());
                    let to = gradients.as_mut_ptr().add(index * width);
                    transform_gradient::<S>(
                        &tile,
                        extents,
                        gradient,
                        to,
                        count * width,
                        gradient_plane,
                        points.clone(),
                    );
                }
            }
            for point in 0..points.len() {
                // SAFETY: `count` rows of both planes; `sums` holds `c` rows of `padded_k` a point.
                unsafe {
                    gemm::multiply_add::<S, TILE>(
                        (c, count, padded_k / width),
                        Matrix { start: patches.as_ptr().add(point * patch_plane), row: 1, column: padded_c },
                        gradients.as_ptr().add(point * gradient_plane),
                        Rows { start: sums.as_mut_ptr().add(point * c * padded_k), stride: padded_k },
                    );
                }
            }
        }
    }
}

/// `A y Aᵀ` of one tile, all filters, spread over the planes of `points`, in panels of `panel` floats.
///
/// # Safety
/// The instruction set of `S`; behind `to` a plane for each of `points`, with room for a row in each of its panels.
#[expect(clippy::needless_range_loop, reason = "the loops run over a tile's axes, which index several arrays")]
#[inline(always)]
unsafe fn transform_gradient<S: Simd>(
    tile: &Tile,
    extents: Extents,
    gradient: &[f32],
    to: *mut f32,
    panel: usize,
    plane: usize,
    points: Range<usize>,
) {
    let (k, [h, w]) = (extents.k, extents.out());
    let (rows, columns) = (OUT.min(h - tile.y), OUT.min(w - tile.x));
    let width = gemm::panel_width::<S>();
    for filter in (0..k).step_by(S::LANES) {
        // SAFETY: rows and columns are inside the photo, filters in full vectors or by copy.
        unsafe {
            let zero = S::splat(0.0);
            let mut half = [[zero; OUT]; IN];
            for x in 0..columns {
                let mut y = [zero; OUT];
                for (row, y) in y.iter_mut().enumerate().take(rows) {
                    let from = ((tile.photo * h + tile.y + row) * w + tile.x + x) * k + filter;
                    *y = load_some::<S>(&gradient[from..], k - filter);
                }
                for (row, v) in spread::<S>(y).into_iter().enumerate() {
                    half[row][x] = v;
                }
            }
            let to = to.add(filter / width * panel + filter % width);
            for (y, row) in half.into_iter().enumerate() {
                for (x, v) in spread::<S>(row).into_iter().enumerate() {
                    let point = y * IN + x;
                    if points.contains(&point) {
                        S::store(to.add((point - points.start) * plane), v);
                    }
                }
            }
        }
    }
}

/// `A y`, four outputs to six points.
#[inline(always)]
unsafe fn spread<S: Simd>([a, b, c, d]: [S::V; OUT]) -> [S::V; IN] {
    // SAFETY: arithmetic only.
    unsafe {
        let (two, four) = (S::splat(2.0), S::splat(4.0));
        let (even, odd) = (S::add(a, c), S::add(b, d));
        let (even_far, odd_far) = (S::mul_add(four, c, a), S::mul_add(four, d, b));
        let minus_two = S::splat(-2.0);
        [
            a,
            S::add(even, odd),
            S::sub(even, odd),
            S::mul_add(two, odd_far, even_far),
            S::mul_add(minus_two, odd_far, even_far),
            d,
        ]
    }
}

/// `Gᵀ u G` of every filter: sums `[36, c, padded]` as a gradient `[k, c, 3, 3]`.
pub(super) fn gather(sums: &[f32], c: usize, k: usize, padded: usize) -> Vec<f32> {
    let mut gradient = vec![0.0; k * c * 9];
    let share = k.div_ceil(threads_for(k * c)).next_multiple_of(LANES);
    share_out(gradient.chunks_mut(share * c * 9).enumerate(), |(part, gradient)| {
        let (begin, k) = (part * share, gradient.len() / (c * 9));
        for first in (0..k).step_by(LANES) {
            for channel in 0..c {
                let at = |point: usize| -> [f32; LANES] {
                    let from = &sums[(point * c + channel) * padded + begin + first..][..LANES];
                    std::array::from_fn(|lane| from[lane])
                };
                let rows: [[[f32; LANES]; 3]; IN] =
                    std::array::from_fn(|y| three(std::array::from_fn(|x| at(y * IN + x))));
                for x in 0..3 {
                    let column = three(std::array::from_fn(|y| rows[y][x]));
                    for (y, lanes) in column.into_iter().enumerate() {
                        for (lane, value) in lanes.into_iter().enumerate().take(k - first) {
                            gradient[((first + lane) * c + channel) * 9 + y * 3 + x] = value;
                        }
                    }
                }
            }
        }
    });
    gradient
}

/// `Gᵀ u`, six points to three numbers.
fn three([a, b, c, d, e, f]: [[f32; LANES]; IN]) -> [[f32; LANES]; 3] {
    [
        std::array::from_fn(|at| 16.0 * a[at] + 4.0 * (b[at] + c[at]) + 2.0 * (d[at] + e[at])),
        std::array::from_fn(|at| 4.0 * (b[at] - c[at]) + 4.0 * (d[at] - e[at])),
        std::array::from_fn(|at| 4.0 * (b[at] + c[at]) + 8.0 * (d[at] + e[at]) + 16.0 * f[at]),
    ]
}
