//! `A · B` for a packed B, which lies in the order in which it is read: panels of columns, row by row.
#![expect(unsafe_code, reason = "the innermost loops read through raw pointers")]

use super::filters::Packed;
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

/// Rows in groups of `most` at most, as even as they can be: the first row of each, and how many it has.
pub(super) fn groups(rows: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = rows.div_ceil(most);
    let mut next = 0;
    (0..count).map(move |group| {
        let (first, size) = (next, (rows - next).div_ceil(count - group));
        next += size;
        (first, size)
    })
}

/// `c[0..rows][0..panels * width] = a[0..rows][0..depth] · b`.
///
/// `a` lies in [`groups`] of `TILE` rows, one after the other; within a group a vector of the first row's columns is followed
/// by those of its other rows, and these by the next columns, the last vector filled up. So a loop runs through it from its
/// beginning to its end.
///
/// # Safety
/// The instruction set of `S`; `a`, `b` (packed) and `c` valid for those extents.
#[inline(always)]
pub(super) unsafe fn multiply<S: Simd, P: Packed, const TILE: usize>(
    (rows, depth, panels): (usize, usize, usize),
    a: *const f32,
    b: *const P,
    c: Rows,
) {
    let width = panel_width::<S>();
    let padded = depth.next_multiple_of(S::LANES);
    for panel in 0..panels {
        for (row, size) in groups(rows, TILE) {
            // SAFETY: within the extents that the caller promises; no group has more than `TILE` rows.
            unsafe {
                let (a, b) = (a.add(row * padded), b.add(panel * width * depth));
                let c = at_mut(c, row, panel * width);
                match size {
                    1 => group::<S, P, 1>(depth, a, b, c),
                    2 => group::<S, P, 2>(depth, a, b, c),
                    3 => group::<S, P, 3>(depth, a, b, c),
                    4 => group::<S, P, 4>(depth, a, b, c),
                    5 => group::<S, P, 5>(depth, a, b, c),
                    6 => group::<S, P, 6>(depth, a, b, c),
                    7 if TILE > 6 => group::<S, P, 7>(depth, a, b, c),
                    8 if TILE > 6 => group::<S, P, 8>(depth, a, b, c),
                    9 if TILE > 6 => group::<S, P, 9>(depth, a, b, c),
                    10 if TILE > 6 => group::<S, P, 10>(depth, a, b, c),
                    11 if TILE > 6 => group::<S, P, 11>(depth, a, b, c),
                    _ => group::<S, P, TILE>(depth, a, b, c),
                }
            }
        }
    }
}

/// A group of `R` rows by one panel, all sums in registers. A turn of the inner loop keeps few values beside them: whatever
/// unrolls it or brings its loads forward makes V8 spill the sums, which doubles the time.
#[inline(always)]
unsafe fn group<S: Simd, P: Packed, const R: usize>(depth: usize, mut a: *const f32, mut b: *const P, c: Rows) {
    // SAFETY: as promised to `multiply`.
    unsafe {
        let mut sums = [[S::splat(0.0); 2]; R];
        let mut left = depth;
        while left > 0 {
            let some = left.min(S::LANES);
            let end = b.add(some * 2 * S::LANES);
            while b < end {
                let halves = [P::load::<S>(b), P::load::<S>(b.add(S::LANES))];
                for (row, sum) in sums.iter_mut().enumerate() {
                    let value = S::splat(*a.add(row * S::LANES));
                    sum[0] = S::mul_add(value, halves[0], sum[0]);
                    sum[1] = S::mul_add(value, halves[1], sum[1]);
                }
                a = a.add(1);
                b = b.add(2 * S::LANES);
            }
            a = a.add((R - 1) * S::LANES);
            left -= some;
        }
        for (row, sum) in sums.iter().enumerate() {
            for (half, sum) in sum.iter().enumerate() {
                S::store(c.start.add(row * c.stride + half * S::LANES), *sum);
            }
        }
    }
}

/// `c[0..rows][0..panels * width] += a[0..rows][0..depth] · b`, for an `a` that lies in any order.
///
/// # Safety
/// The instruction set of `S`; `a`, `b` (packed) and `c` valid for those extents.
#[inline(always)]
pub(super) unsafe fn multiply_add<S: Simd, const TILE: usize>(
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
                tile::<S, TILE>(depth, at(a, row), b, at_mut(c, row, panel * width));
                row += TILE;
            }
            while row + 4 <= rows {
                tile::<S, 4>(depth, at(a, row), b, at_mut(c, row, panel * width));
                row += 4;
            }
            while row < rows {
                tile::<S, 1>(depth, at(a, row), b, at_mut(c, row, panel * width));
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
unsafe fn tile<S: Simd, const R: usize>(depth: usize, a: Matrix, b: *const f32, c: Rows) {
    // SAFETY: as promised to `multiply_add`.
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
                S::store(to, S::add(S::load(to), *sum));
            }
        }
    }
}
