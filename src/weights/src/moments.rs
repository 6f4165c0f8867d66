//! Second moments of a layer's inputs: which directions of its weights matter to its answers.

use std::{num::NonZero, thread};

/// Rows and columns that are worked on together.
const PANEL: usize = 8;
/// Columns that are factored together.
const BLOCK: usize = 64;
/// Rows that a thread takes at a time.
const BAND: usize = 64;

/// Samples of what an output of a layer sees: each is `side` numbers in the order of its weights. For a convolution they
/// are the 3×3 neighbourhood of a position in every input channel (IHW).
pub struct Neighbourhoods {
    side: usize,
    count: usize,
    /// In the order of [`Self::place`], as the sums below read them.
    panels: Vec<f32>,
}

impl Neighbourhoods {
    /// Room for `count` samples of `in_channels` channels, all zero.
    #[must_use]
    pub fn new(in_channels: usize, count: usize) -> Self {
        Self::of(in_channels * 9, count)
    }

    /// Room for `count` samples of `side` numbers, all zero.
    #[must_use]
    pub fn of(side: usize, count: usize) -> Self {
        Self { side, count, panels: vec![0.0; side.next_multiple_of(PANEL) * count] }
    }

    /// Numbers of a sample.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// Number `number` of sample `sample`.
    #[must_use]
    pub fn get(&self, sample: usize, number: usize) -> f32 {
        self.panels[self.place(sample, number)]
    }

    /// Sets number `number` of sample `sample`.
    pub fn set(&mut self, sample: usize, number: usize, value: f32) {
        let place = self.place(sample, number);
        self.panels[place] = value;
    }

    fn place(&self, sample: usize, number: usize) -> usize {
        (number / PANEL * self.count + sample) * PANEL + number % PANEL
    }
}

/// A symmetric matrix of which the lower triangle counts, row-major.
pub(crate) struct Moments {
    pub(crate) side: usize,
    values: Vec<f32>,
}

impl Moments {
    /// The sums of products of every two numbers over all `samples`.
    pub(crate) fn of(samples: &Neighbourhoods) -> Self {
        let side = samples.side;
        let mut moments = Self { side, values: vec![0.0; side * side] };
        moments.add_products(&samples.panels, samples.count, 0, 1.0);
        moments
    }

    /// Row `row` up to its diagonal.
    pub(crate) fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.side..=row * self.side + row]
    }

    /// The numbers in the order of their own moments, the smallest first.
    pub(crate) fn ascending(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.side).collect();
        order.sort_by(|&a, &b| self.values[a * self.side + a].total_cmp(&self.values[b * self.side + b]));
        order
    }

    /// The same with rows and columns in the order `order`, and `damping` times the mean moment added to the diagonal.
    pub(crate) fn arranged(&self, order: &[usize], damping: f32) -> Self {
        let side = self.side;
        let mean = (0..side).map(|index| self.values[index * side + index]).sum::<f32>() / side as f32;
        let mut values = vec![0.0; side * side];
        for (row, &from) in values.chunks_exact_mut(side).zip(order) {
            for (value, &column) in row.iter_mut().zip(order) {
                *value = self.values[from.max(column) * side + from.min(column)];
            }
        }
        // A tiny floor keeps inputs that never fire from dividing by zero.
        (0..side).for_each(|index| values[index * side + index] += (damping * mean).max(1e-12));
        Self { side, values }
    }

    /// Replaces the matrix M by its Cholesky factor, the lower triangular L with L·Lᵀ = M.
    pub(crate) fn factor(&mut self) {
        let side = self.side;
        for begin in (0..side).step_by(BLOCK) {
            let end = (begin + BLOCK).min(side);
            for row in begin..side {
                let (above, here) = self.values.split_at_mut(row * side);
                let here = &mut here[..side];
                for column in begin..end.min(row) {
                    let other = &above[column * side..];
                    let known: f32 = here[begin..column].iter().zip(&other[begin..column]).map(|(a, b)| a * b).sum();
                    here[column] = (here[column] - known) / other[column];
                }
                if row < end {
                    let known: f32 = here[begin..row].iter().map(|value| value * value).sum();
                    here[row] = (here[row] - known).max(f32::MIN_POSITIVE).sqrt();
                }
            }
            let (depth, rest) = (end - begin, side - end);
            let mut panels = vec![0.0; rest.next_multiple_of(PANEL) * depth];
            for row in 0..rest {
                for column in 0..depth {
                    panels[(row / PANEL * depth + column) * PANEL + row % PANEL] =
                        self.values[(end + row) * side + begin + column];
                }
            }
            self.add_products(&panels, depth, end, -1.0);
        }
    }

    /// Adds `scale` · Σ over the samples of the products, to the rows and columns from `from` on.
    fn add_products(&mut self, panels: &[f32], count: usize, from: usize, scale: f32) {
        let side = self.side;
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let mut shares: Vec<Vec<(usize, &mut [f32])>> = (0..threads).map(|_| Vec::new()).collect();
        for (band, rows) in self.values[from * side..].chunks_mut(BAND * side).enumerate() {
            shares[band % threads].push((band * BAND, rows));
        }
        // Every element is summed by one thread in one order: the result does not depend on their number.
        thread::scope(|scope| {
            for share in shares {
                scope.spawn(move || {
                    for (first, rows) in share {
                        add_band(rows, side, from, first, panels, count, scale);
                    }
                });
            }
        });
    }
}

/// Samples that are summed before the matrix is touched: what fits in a cache.
const RUN: usize = 128;

fn add_band(rows: &mut [f32], side: usize, from: usize, first: usize, panels: &[f32], count: usize, scale: f32) {
    let panel = |index: usize, run: usize| {
        let start = (index * count + run) * PANEL;
        let values = &panels[start..start + RUN.min(count - run) * PANEL];
        values.as_chunks::<PANEL>().0
    };
    for run in (0..count).step_by(RUN) {
        for (index, strip) in rows.chunks_mut(PANEL * side).enumerate() {
            let row_panel = first / PANEL + index;
            for column_panel in 0..=row_panel {
                let products = tile(panel(row_panel, run), panel(column_panel, run));
                for (row, products) in strip.chunks_mut(side).zip(&products) {
                    let columns = &mut row[from + column_panel * PANEL..];
                    columns.iter_mut().zip(products).for_each(|(value, product)| *value += scale * product);
                }
            }
        }
    }
}

/// Σ over the samples of the products of each number in `a` with each in `b`.
fn tile(a: &[[f32; PANEL]], b: &[[f32; PANEL]]) -> [[f32; PANEL]; PANEL] {
    let mut sums = [[0.0; PANEL]; PANEL];
    // Four rows at a time, so that the sums stay in registers.
    for (half, sums) in sums.chunks_exact_mut(4).enumerate() {
        let mut kept = [[0.0; PANEL]; 4];
        for (a, b) in a.iter().zip(b) {
            for (row, kept) in kept.iter_mut().enumerate() {
                let factor = a[half * 4 + row];
                kept.iter_mut().zip(b).for_each(|(sum, value)| *sum += factor * value);
            }
        }
        sums.copy_from_slice(&kept);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 300 samples of 77 numbers, more than a run and a block, and no multiple of a panel.
    fn samples() -> (Neighbourhoods, Vec<Vec<f32>>) {
        let mut neighbourhoods = Neighbourhoods::of(77, 300);
        let value = |sample: usize, number: usize| {
            ((sample * 31 + number * number * 17 + sample * number) % 101) as f32 / 50.0 - 1.0
        };
        let plain: Vec<Vec<f32>> =
            (0..300).map(|sample| (0..77).map(|number| value(sample, number)).collect()).collect();
        for (sample, numbers) in plain.iter().enumerate() {
            numbers.iter().enumerate().for_each(|(number, &value)| neighbourhoods.set(sample, number, value));
        }
        (neighbourhoods, plain)
    }

    #[test]
    fn moments_are_sums_of_products() {
        let (samples, plain) = samples();
        let moments = Moments::of(&samples);
        for row in 0..77 {
            for column in 0..=row {
                let expected: f32 = plain.iter().map(|numbers| numbers[row] * numbers[column]).sum();
                assert!((moments.row(row)[column] - expected).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn the_factor_gives_the_matrix_back() {
        let moments = Moments::of(&samples().0);
        let order = moments.ascending();
        let damped = moments.arranged(&order, 0.01);
        let mut factor = moments.arranged(&order, 0.01);
        factor.factor();
        for row in 0..77 {
            for column in 0..=row {
                let product: f32 = factor.row(row).iter().zip(factor.row(column)).map(|(a, b)| a * b).sum();
                assert!((product - damped.row(row)[column]).abs() < 2e-3 * damped.row(76)[76]);
            }
        }
    }
}
