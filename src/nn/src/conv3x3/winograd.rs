//! Winograd's minimal filtering F(4×4, 3×3): 36 multiplications for 16 outputs where the direct form takes 144.
//!
//! Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, section 4.3: with a 6×6 patch `d` of
//! the input and a 3×3 filter `g`, the 4×4 outputs are `Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A`. Summed over input channels, the
//! product in the middle is 36 matrix products `[tiles, channels] · [channels, filters]`.
//!
//! On the processor the rows of `G` are multiplied with 64, −24, −24, 48, 48 and 16, and those of `Bᵀ` divided by them. The
//! product is the same; of a filter of whole numbers `G g Gᵀ` has whole numbers only, at most 256 times as large.

/// Outputs of a tile, a side.
pub(super) const OUT: usize = 4;
/// Inputs of a tile, a side.
pub(super) const IN: usize = OUT + 2;
/// Matrix products.
pub(super) const POINTS: usize = IN * IN;

/// Length of a packed `[rows, columns]` matrix: the columns rounded up to whole panels.
pub(super) const fn packed_len(rows: usize, columns: usize, width: usize) -> usize {
    columns.div_ceil(width) * width * rows
}
