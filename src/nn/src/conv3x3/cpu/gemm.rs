//! `A · B` for a packed B, which lies in the order in which it is read: panels of columns, row by row.
#![expect(unsafe_code, reason = "the innermost loops read through raw pointers")]

use super::simd::Simd;

/// Columns of B that one pass computes: two vectors.
pub(super) const fn panel_width<S: Simd>() -> usize {
    2 * S::LANES
}

/// A matrix in memory: its first element, and the floats from one row and from one column to the next.
#[derive(Clone, Copy)]
pub(super) struct Matrix {
    pub(super) start: *const f32,
    pub(super) row: usize,
    pub(super) column: usize,
}

/// A matrix that is written, whose rows lie in one piece: its first element and the floats from one row to the next.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    pub(super) start: *mut f32,
    pub(super) stride: usize,
}

/// `c[0..rows][0..panels * width] = a[0..rows][0..depth] · b`, added to what stands there where `ADD`.
///
/// # Safety
/// The instruction set of `S`; `a`, `b` (packed) and `c` valid for those extents.
#[inline(always)]
pub(super) unsafe fn multiply<S: Simd, const TILE: usize, const ADD: bool>(
    (rows, depth, panels): (usize, usize, usize),
    a: Matrix,
    b: *const f32,
    c: Rows,
) {
    let width = panel_width::<S>();
    for panel in 0..panels {
        // SAFETY: within the extents that the caller promises.
        unsafe {
            let b = b.add(panel * width * depth);
            let mut row = 0;
            while row + TILE <= rows {
                tile::<S, TILE, ADD>(depth, at(a, row), b, at_mut(c, row, panel * width));
                row += TILE;
            }
            while row + 4 <= rows {
                tile::<S, 4, ADD>(depth, at(a, row), b, at_mut(c, row, panel * width));
                row += 4;
            }
            while row < rows {
                tile::<S, 1, ADD>(depth, at(a, row), b, at_mut(c, row, panel * width));
                row += 1;
            }
        }
    }
}

#[inline(always)]
unsafe fn at(a: Matrix, row: usize) -> Matrix {
    Matrix { start: unsafe { a.start.add(row * a.row) }, ..a }
}

#[inline(always)]
unsafe fn at_mut(c: Rows, row: usize, column: usize) -> Rows {
    Rows { start: unsafe { c.start.add(row * c.stride + column) }, stride: c.stride }
}

/// `R` rows by one panel, all sums in registers.
#[inline(always)]
unsafe fn tile<S: Simd, const R: usize, const ADD: bool>(depth: usize, a: Matrix, b: *const f32, c: Rows) {
    // SAFETY: as promised to `multiply`.
    unsafe {
        let mut sums = [[S::splat(0.0); 2]; R];
        for k in 0..depth {
            let left = S::load(b.add(k * 2 * S::LANES));
            let right = S::load(b.add(k * 2 * S::LANES + S::LANES));
            for (row, sum) in sums.iter_mut().enumerate() {
                let value = S::splat(*a.start.add(row * a.row + k * a.column));
                sum[0] = S::mul_add(value, left, sum[0]);
                sum[1] = S::mul_add(value, right, sum[1]);
            }
        }
        for (row, sum) in sums.iter().enumerate() {
            for (half, sum) in sum.iter().enumerate() {
                let to = c.start.add(row * c.stride + half * S::LANES);
                S::store(to, if ADD { S::add(S::load(to), *sum) } else { *sum });
            }
        }
    }
}
