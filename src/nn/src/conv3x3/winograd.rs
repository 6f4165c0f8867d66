//! Winograd's minimal filtering F(4×4, 3×3): 36 multiplications for 16 outputs where the direct form takes 144.
//!
//! Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, section 4.3: with a 6×6 patch `d` of
//! the input and a 3×3 kernel `g`, the 4×4 outputs are `Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A`. Summed over input channels, the
//! product in the middle is 36 matrix products `[tiles, channels] · [channels, kernels]`. Here is what every device needs
//! of it: the kernels' side, which is done once.

/// Outputs of a tile, a side.
pub(super) const OUT: usize = 4;
/// Inputs of a tile, a side.
pub(super) const IN: usize = OUT + 2;
/// Matrix products.
pub(super) const POINTS: usize = IN * IN;

/// Kernels of a panel that the GPU's convolution reads (`gpu/products.wgsl`).
pub(super) const GPU_PANEL: usize = 16;

/// Length of a packed `[rows, columns]` matrix: the columns rounded up to whole panels.
pub(super) const fn packed_len(rows: usize, columns: usize, width: usize) -> usize {
    columns.div_ceil(width) * width * rows
}

/// Kernels that are transformed side by side.
const LANES: usize = 8;
/// One number of each of them.
type Lanes = [f32; LANES];

/// `G g Gᵀ` of every kernel: 36 matrices `[c, k]`, one after the other, each in panels of `width` kernels, panel by panel
/// and within a panel channel by channel; kernels that a panel lacks are zeros.
///
/// `weight` is `[k, c, 3, 3]`, `width` a multiple of 8.
pub(super) fn transform_kernel(weight: &[f32], c: usize, k: usize, width: usize) -> Vec<f32> {
    let plane = packed_len(c, k, width);
    let mut packed = vec![0.0; POINTS * plane];
    for first in (0..k).step_by(LANES) {
        for channel in 0..c {
            let mut g = [[Lanes::default(); 3]; 3];
            for lane in 0..LANES.min(k - first) {
                let kernel = &weight[((first + lane) * c + channel) * 9..][..9];
                for (at, value) in kernel.iter().enumerate() {
                    g[at / 3][at % 3][lane] = *value;
                }
            }
            let rows = g.map(transform);
            let to = (first / width * c + channel) * width + first % width;
            for x in 0..IN {
                let column = transform([rows[0][x], rows[1][x], rows[2][x]]);
                for (y, lanes) in column.into_iter().enumerate() {
                    packed[(y * IN + x) * plane + to..][..LANES].copy_from_slice(&lanes);
                }
            }
        }
    }
    packed
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
