//! The convolution on the processor, a block of tiles at a time.
#![expect(unsafe_code, reason = "the innermost loops read through raw pointers")]

use std::ops::Range;

use super::super::winograd::{IN, OUT, POINTS, packed_len};
use super::filters::{Filters, Packed};
use super::gemm::{self, Rows};
use super::instruction_set::Kernel;
use super::phases::Laps;
use super::simd::Simd;

/// Floats that the buffer of a block of tiles may take: small enough for a core's share of the cache.
const BUFFER: usize = 1 << 20;
/// Tiles of a block at least, so that the filters' panels are read seldom.
const BLOCK: usize = 48;

/// A convolution's extents: `n` photos of `h × w` positions, `c` channels in, `k` out, and so many zeros around a
/// photo, above and below it and beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extents {
    pub(super) n: usize,
    pub(super) h: usize,
    pub(super) w: usize,
    pub(super) c: usize,
    pub(super) k: usize,
    pub(super) padding: [usize; 2],
}

impl Extents {
    /// Positions of the output, down and across.
    pub(super) fn out(self) -> [usize; 2] {
        let [down, across] = self.padding;
        [(self.h, down), (self.w, across)].map(|(side, padding)| (side + 2 * padding).saturating_sub(2))
    }

    /// Tiles of a photo, down and across.
    pub(super) fn tiles(self) -> [usize; 2] {
        self.out().map(|side| side.div_ceil(OUT))
    }
}

/// 3×3 convolution, stride 1, then bias, and maybe ReLU, channels last.
pub(super) struct Convolution<'a, P> {
    pub(super) extents: Extents,
    /// `[n, h, w, c]`.
    pub(super) input: &'a [f32],
    /// From [`super::transform_filters`]: `k` of them, from the first one that it names.
    pub(super) filters: Filters<'a, P>,
    /// `[k]`.
    pub(super) bias: &'a [f32],
    pub(super) relu: bool,
    /// `[n, h', w', k]` as [`Extents::out`] says.
    pub(super) output: &'a mut [f32],
    /// Grows as needed and can be passed again.
    pub(super) buffer: &'a mut Vec<f32>,
}

impl<P: Packed> Kernel for Convolution<'_, P> {
    fn check(&self, panel_width: usize) {
        let Extents { n, h, w, c, k, .. } = self.extents;
        let [down, across] = self.extents.out();
        assert_eq!(self.input.len(), n * h * w * c, "input of another shape");
        assert_eq!(self.output.len(), n * down * across * k, "output of another shape");
        assert_eq!(self.bias.len(), k, "bias of another length");
        let Filters { values, scales, first } = self.filters;
        assert!(first.is_multiple_of(panel_width), "filters that begin within a panel");
        assert!(first + k.next_multiple_of(panel_width) <= scales.len(), "fewer filters, or fewer scales");
        assert_eq!(
            values.len(),
            POINTS * packed_len(c, scales.len(), panel_width),
            "filters packed for another machine"
        );
    }

    #[inline(always)]
    unsafe fn run<S: Simd, const TILE: usize>(self) {
        let Self { extents, input, filters, bias, relu, output, buffer } = self;
        let Extents { n, c, k, .. } = extents;
        let width = gemm::panel_width::<S>();
        let panels = k.div_ceil(width);
        let (padded_c, padded_k) = (c.next_multiple_of(S::LANES), panels * width);
        let [down, across] = extents.tiles();
        let tiles = n * down * across;
        let block = (BUFFER / (POINTS * (padded_c + padded_k))).max(BLOCK).min(tiles.max(1));
        let (patch_plane, product_plane) = (block * padded_c, block * padded_k);
        buffer.resize(buffer.len().max(POINTS * (patch_plane + product_plane)), 0.0);
        let (patches, products) = buffer.split_at_mut(POINTS * patch_plane);
        let mut padded_bias = bias.to_vec();
        padded_bias.resize(padded_k, 0.0);

        let mut laps = Laps::begin();
        for first in (0..tiles).step_by(block) {
            let count = block.min(tiles - first);
            for (row, size) in gemm::groups(count, TILE) {
                for index in 0..size {
                    let tile = Tile::new(first + row + index, down, across);
                    // SAFETY: `patches` holds `block` rows of `padded_c` a plane, in groups.
                    unsafe {
                        let to = patches.as_mut_ptr().add(row * padded_c + index * S::LANES);
                        transform_patch::<S>(&tile, extents, input, to, [patch_plane, size], 0..POINTS);
                    }
                }
            }
            laps.lap(|phases| &mut phases.gather);
            for point in 0..POINTS {
                // SAFETY: `count` rows of both planes; the filters hold 36 packed products.
                unsafe {
                    gemm::multiply::<S, P, TILE>(
                        (count, c, panels),
                        patches.as_ptr().add(point * patch_plane),
                        filters.values.as_ptr().add((point * filters.scales.len() + filters.first) * c),
                        Rows { start: products.as_mut_ptr().add(point * product_plane), stride: padded_k },
                    );
                }
            }
            laps.lap(|phases| &mut phases.product);
            for index in 0..count {
                let tile = Tile::new(first + index, down, across);
                // SAFETY: `products` holds `block` rows of `padded_k` a plane.
                unsafe {
                    let from = products.as_ptr().add(index * padded_k);
                    let last = Last { scales: &filters.scales[filters.first..], bias: &padded_bias, relu };
                    transform_product::<S>(&tile, extents, from, product_plane, &last, output);
                }
            }
            laps.lap(|phases| &mut phases.scatter);
        }
        laps.end();
    }
}

/// Where a tile's outputs begin.
pub(super) struct Tile {
    pub(super) photo: usize,
    pub(super) y: usize,
    pub(super) x: usize,
}

impl Tile {
    pub(super) fn new(index: usize, down: usize, across: usize) -> Self {
        let (photo, inside) = (index / (down * across), index % (down * across));
        Self { photo, y: inside / across * OUT, x: inside % across * OUT }
    }
}

/// `Bᵀ d B` of one tile, all channels, spread over the planes of `points`; from one vector of channels to the next there are
/// `step` vectors.
///
/// # Safety
/// The instruction set of `S`; behind `to` a plane for each of `points`, with room for the channels in whole vectors.
#[expect(clippy::needless_range_loop, reason = "the loops run over a tile's axes, which index several arrays")]
#[inline(always)]
pub(super) unsafe fn transform_patch<S: Simd>(
    tile: &Tile,
    Extents { h, w, c, padding, .. }: Extents,
    input: &[f32],
    to: *mut f32,
    [plane, step]: [usize; 2],
    points: Range<usize>,
) {
    for channel in (0..c).step_by(S::LANES) {
        // SAFETY: rows and columns are inside the photo where they are read, channels in full vectors or by copy.
        unsafe {
            let zero = S::splat(0.0);
            let mut columns = [[zero; IN]; IN];
            for x in 0..IN {
                let mut d = [zero; IN];
                let across = (tile.x + x).wrapping_sub(padding[1]);
                if across < w {
                    for (y, d) in d.iter_mut().enumerate() {
                        let down = (tile.y + y).wrapping_sub(padding[0]);
                        if down < h {
                            let from = ((tile.photo * h + down) * w + across) * c + channel;
                            *d = load_some::<S>(&input[from..], c - channel);
                        }
                    }
                }
                columns[x] = transform_input::<S>(d);
            }
            for y in 0..IN {
                let row = transform_input::<S>(std::array::from_fn(|x| columns[x][y]));
                for (x, v) in row.into_iter().enumerate() {
                    let point = y * IN + x;
                    if points.contains(&point) {
                        S::store(to.add((point - points.start) * plane + channel * step), v);
                    }
                }
            }
        }
    }
}

/// A vector of the first floats of `from`, of which only `channels` belong to this position.
#[inline(always)]
pub(super) unsafe fn load_some<S: Simd>(from: &[f32], channels: usize) -> S::V {
    if channels >= S::LANES {
        // SAFETY: that many floats are there.
        return unsafe { S::load(from[..S::LANES].as_ptr()) };
    }
    let mut some = [0.0; 16];
    some[..channels].copy_from_slice(&from[..channels]);
    // SAFETY: no vector is wider than 16.
    unsafe { S::load(some.as_ptr()) }
}

/// `Bᵀ d`, six inputs to six points.
#[inline(always)]
unsafe fn transform_input<S: Simd>(d: [S::V; IN]) -> [S::V; IN] {
    // SAFETY: arithmetic only.
    unsafe {
        let (edge, inside) = (S::splat(1.0 / 64.0), S::splat(-1.0 / 24.0));
        let even = S::mul_add(S::splat(1.0 / 6.0), d[2], S::mul(inside, d[4]));
        let odd = S::mul_add(S::splat(1.0 / 6.0), d[1], S::mul(inside, d[3]));
        let outer = S::mul(S::splat(1.0 / 48.0), S::sub(d[4], d[2]));
        let inner = S::sub(d[3], d[1]);
        let first = S::mul_add(S::splat(1.0 / 16.0), d[0], S::mul(edge, d[4]));
        let last = S::mul_add(S::splat(0.25), d[1], S::mul(S::splat(1.0 / 16.0), d[5]));
        [
            S::mul_add(S::splat(-5.0 / 64.0), d[2], first),
            S::add(even, odd),
            S::sub(even, odd),
            S::mul_add(S::splat(1.0 / 24.0), inner, outer),
            S::mul_add(S::splat(-1.0 / 24.0), inner, outer),
            S::mul_add(S::splat(-5.0 / 16.0), d[3], last),
        ]
    }
}

/// What becomes of a sum at the end.
struct Last<'a> {
    /// It is multiplied with its filter's, as [`Filters`] says.
    scales: &'a [f32],
    /// In whole vectors.
    bias: &'a [f32],
    relu: bool,
}

/// `Aᵀ m A` of one tile, and what is [`Last`], written where the tile lies inside the photo.
#[expect(clippy::needless_range_loop, reason = "the loops run over a tile's axes, which index several arrays")]
#[inline(always)]
unsafe fn transform_product<S: Simd>(
    tile: &Tile,
    extents: Extents,
    from: *const f32,
    plane: usize,
    last: &Last,
    output: &mut [f32],
) {
    let (k, [h, w]) = (extents.k, extents.out());
    let (rows, columns) = (OUT.min(h - tile.y), OUT.min(w - tile.x));
    for filter in (0..k).step_by(S::LANES) {
        // SAFETY: the planes, the scales and the bias are padded to full vectors.
        unsafe {
            let zero = S::splat(0.0);
            let mut half = [[zero; IN]; OUT];
            for x in 0..IN {
                let m = std::array::from_fn(|y| S::load(from.add((y * IN + x) * plane + filter)));
                let column = transform_output::<S>(m);
                for (y, v) in column.into_iter().enumerate() {
                    half[y][x] = v;
                }
            }
            let scale = S::load(last.scales[filter..].as_ptr());
            let bias = S::load(last.bias[filter..].as_ptr());
            for (y, row) in half.into_iter().enumerate().take(rows) {
                for (x, v) in transform_output::<S>(row).into_iter().enumerate().take(columns) {
                    let to = ((tile.photo * h + tile.y + y) * w + tile.x + x) * k + filter;
                    let v = S::mul_add(v, scale, bias);
                    store_some::<S>(if last.relu { S::max(v, zero) } else { v }, &mut output[to..], k - filter);
                }
            }
        }
    }
}

/// The first floats of a vector, of which only `channels` belong to this position.
#[inline(always)]
unsafe fn store_some<S: Simd>(v: S::V, to: &mut [f32], channels: usize) {
    if channels >= S::LANES {
        // SAFETY: that many floats are there.
        return unsafe { S::store(to[..S::LANES].as_mut_ptr(), v) };
    }
    let mut some = [0.0; 16];
    // SAFETY: no vector is wider than 16.
    unsafe { S::store(some.as_mut_ptr(), v) };
    to[..channels].copy_from_slice(&some[..channels]);
}

/// `Aᵀ m`, six points to four outputs.
#[inline(always)]
unsafe fn transform_output<S: Simd>(m: [S::V; IN]) -> [S::V; OUT] {
    // SAFETY: arithmetic only.
    unsafe {
        let (near, far) = (S::add(m[1], m[2]), S::add(m[3], m[4]));
        let (near_odd, far_odd) = (S::sub(m[1], m[2]), S::sub(m[3], m[4]));
        [
            S::add(S::add(m[0], near), far),
            S::mul_add(S::splat(2.0), far_odd, near_odd),
            S::mul_add(S::splat(4.0), far, near),
            S::add(S::mul_add(S::splat(8.0), far_odd, near_odd), m[5]),
        ]
    }
}
