//! The filter transform, done once when the filters arrive.

use super::super::winograd::{IN, POINTS, packed_len};
use super::threads::{share_out, threads_for};

/// Filters that are transformed side by side.
const LANES: usize = 8;
/// One number of each of them.
type Lanes = [f32; LANES];

/// `G g Gᵀ` of every filter: 36 matrices `[c, k]`, one after the other, each in panels of `width` filters, panel by panel
/// and within a panel channel by channel; filters that a panel lacks are zeros.
///
/// `weight` is `[k, c, 3, 3]`, `width` a multiple of 8.
pub(super) fn transform_filters(weight: &[f32], c: usize, k: usize, width: usize) -> Vec<f32> {
    let plane = packed_len(c, k, width);
    let mut packed = vec![0.0; POINTS * plane];
    // Each thread has some panels of every plane.
    let share = (k.div_ceil(width).div_ceil(threads_for(k * c)) * width).max(width);
    let mut parts: Vec<Vec<&mut [f32]>> = (0..k.div_ceil(share)).map(|_| Vec::with_capacity(POINTS)).collect();
    for plane in packed.chunks_mut(plane.max(1)) {
        parts.iter_mut().zip(plane.chunks_mut(share * c)).for_each(|(part, panels)| part.push(panels));
    }
    share_out(weight.chunks(share * c * 9).zip(parts), |(weight, mut planes)| {
        transform_panels(weight, c, width, &mut planes);
    });
    packed
}

/// Filters `[k, c, 3, 3]` into the panels of 36 planes.
fn transform_panels(weight: &[f32], c: usize, width: usize, planes: &mut [&mut [f32]]) {
    let k = weight.len() / (c * 9);
    for first in (0..k).step_by(LANES) {
        for channel in 0..c {
            let mut g = [[Lanes::default(); 3]; 3];
            for lane in 0..LANES.min(k - first) {
                let filter = &weight[((first + lane) * c + channel) * 9..][..9];
                for (at, value) in filter.iter().enumerate() {
                    g[at / 3][at % 3][lane] = *value;
                }
            }
            let rows = g.map(transform);
            let to = (first / width * c + channel) * width + first % width;
            for x in 0..IN {
                let column = transform([rows[0][x], rows[1][x], rows[2][x]]);
                for (y, lanes) in column.into_iter().enumerate() {
                    planes[y * IN + x][to..][..LANES].copy_from_slice(&lanes);
                }
            }
        }
    }
}

/// `G g`, three numbers to six points.
fn transform([a, b, c]: [Lanes; 3]) -> [Lanes; IN] {
    let of = |f: fn(f32, f32, f32) -> f32| std::array::from_fn(|lane| f(a[lane], b[lane], c[lane]));
    [
        of(|a, _, _| a / 4.0),
        of(|a, b, c| (a + b + c) / -6.0),
        of(|a, b, c| (a - b + c) / -6.0),
        of(|a, b, c| a / 24.0 + b / 12.0 + c / 6.0),
        of(|a, b, c| a / 24.0 - b / 12.0 + c / 6.0),
        of(|_, _, c| c),
    ]
}
