//! Directions, and the few that stand for many of them: spherical k-means (Dhillon and Modha, "Concept Decompositions for
//! Large Sparse Text Data Using Clustering", 2001), begun as k-means++ begins (Arthur and Vassilvitskii, 2007).

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Passes over all rows, at most; most of the way is gone after a few.
const PASSES: usize = 10;
/// Products that are summed side by side.
const LANES: usize = 16;

/// Rows of length 1, or of zeros.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Directions {
    width: usize,
    /// `[n, width]`.
    values: Vec<f32>,
}

impl Directions {
    /// No rows of `width` numbers, which is not 0.
    pub(crate) fn none(width: usize) -> Self {
        Self { width, values: Vec::new() }
    }

    /// Takes the direction of a row of any length.
    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = f32>) {
        let from = self.values.len();
        self.values.extend(row);
        normalise(&mut self.values[from..]);
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len() / self.width
    }

    pub(crate) fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.width..][..self.width]
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.width)
    }

    /// `[n, width]`, row-major.
    pub(crate) fn values(&self) -> &[f32] {
        &self.values
    }

    /// The rows at `indices`.
    pub(crate) fn select(&self, indices: &[usize]) -> Self {
        Self { width: self.width, values: indices.iter().flat_map(|index| self.row(*index)).copied().collect() }
    }

    /// The directions of all rows as seen from their mean.
    pub(crate) fn about_mean(&self) -> Self {
        let mut mean = vec![0.0f32; self.width];
        self.rows().for_each(|row| mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value));
        mean.iter_mut().for_each(|sum| *sum /= self.len().max(1) as f32);
        let mut all = Self::none(self.width);
        self.rows().for_each(|row| all.push(row.iter().zip(&mean).map(|(value, mean)| value - mean)));
        all
    }

    /// At most `most` directions that stand for all: all of them, if they are no more. Rows of zeros stand for nothing.
    pub(crate) fn centres(&self, most: usize, random: &mut ChaCha8Rng) -> Self {
        let mut all = Self::none(self.width);
        self.rows().filter(|row| dot(row, row) > 0.5).for_each(|row| all.values.extend(row));
        if all.len() <= most {
            return all;
        }
        let mut centres = all.spread(most, random);
        let mut nearest = vec![usize::MAX; all.len()];
        for _ in 0..PASSES {
            let found: Vec<usize> = all.rows().map(|row| centres.nearest(row)).collect();
            if found == nearest {
                break;
            }
            nearest = found;
            centres.move_to_means(&all, &nearest);
        }
        centres
    }

    /// `count` of the rows, or as many different ones as there are, drawn one after the other: the farther from those that were
    /// drawn before, the likelier.
    fn spread(&self, count: usize, random: &mut ChaCha8Rng) -> Self {
        let mut drawn = Self::none(self.width);
        let mut distances = vec![1.0f32; self.len()];
        while drawn.len() < count {
            let total: f64 = distances.iter().map(|distance| f64::from(*distance)).sum();
            let mut left = total * random.random::<f64>();
            let beyond = |distance: &f32| {
                left -= f64::from(*distance);
                *distance > 0.0 && left < 0.0
            };
            let farthest = || distances.iter().rposition(|distance| *distance > 0.0);
            let Some(chosen) = distances.iter().position(beyond).or_else(farthest) else { break };
            let row = self.row(chosen);
            drawn.values.extend(row);
            for (distance, other) in distances.iter_mut().zip(self.rows()) {
                // Half the squared distance of two directions. What is left of it by rounding is none.
                let apart = 1.0 - dot(row, other);
                *distance = distance.min(if apart > 1e-6 { apart } else { 0.0 });
            }
        }
        drawn
    }

    /// The row with the largest cosine to `direction`.
    fn nearest(&self, direction: &[f32]) -> usize {
        let cosines = self.rows().map(|row| dot(row, direction)).enumerate();
        cosines.max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(index, _)| index)
    }

    /// Turns each row to the mean of those of `all` to which it is the nearest; one that is to none stays.
    fn move_to_means(&mut self, all: &Self, nearest: &[usize]) {
        let mut sums = vec![0.0f32; self.values.len()];
        for (row, centre) in all.rows().zip(nearest) {
            let sum = &mut sums[centre * self.width..][..self.width];
            sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        for (centre, sum) in self.values.chunks_exact_mut(self.width).zip(sums.chunks_exact_mut(self.width)) {
            normalise(sum);
            if sum.iter().any(|value| *value != 0.0) {
                centre.copy_from_slice(sum);
            }
        }
    }
}

fn normalise(row: &mut [f32]) {
    let length = dot(row, row).sqrt();
    if length > 0.0 {
        row.iter_mut().for_each(|value| *value /= length);
    }
}

/// The sum of products, several side by side: one after the other they would wait for each other.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.iter().zip(b) {
        (0..LANES).for_each(|lane| sums[lane] += a[lane] * b[lane]);
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator;

    /// `n` rows about each of the first `clusters` axes of 20.
    fn drawn(clusters: usize, n: usize) -> Directions {
        let mut random = generator(5, 0);
        let mut rows = Directions::none(20);
        for at in 0..clusters * n {
            rows.push((0..20).map(|axis| f32::from(u8::from(axis == at % clusters)) + 0.1 * random.random::<f32>()));
        }
        rows
    }

    #[test]
    fn each_cluster_has_its_centre() {
        let rows = drawn(6, 40);
        let centres = rows.centres(6, &mut generator(1, 0));
        let mut axes: Vec<usize> =
            centres.rows().map(|row| row.iter().position(|value| *value > 0.9).unwrap()).collect();
        axes.sort_unstable();
        assert_eq!(axes, [0, 1, 2, 3, 4, 5]);
        assert!(centres.rows().all(|row| (dot(row, row) - 1.0).abs() < 1e-5));
        assert_eq!(rows.centres(6, &mut generator(1, 0)), centres);
    }

    #[test]
    fn centres_are_nearer_than_the_rows_that_they_began_with() {
        let rows = drawn(9, 30);
        let near =
            |centres: &Directions| -> f32 { rows.rows().map(|row| dot(row, centres.row(centres.nearest(row)))).sum() };
        let (seeds, centres) = (rows.spread(4, &mut generator(2, 0)), rows.centres(4, &mut generator(2, 0)));
        assert!(near(&centres) > near(&seeds) + 1.0, "{} {}", near(&centres), near(&seeds));
    }

    #[test]
    fn few_rows_equal_rows_and_rows_of_zeros() {
        let rows = drawn(3, 2);
        assert_eq!(rows.centres(6, &mut generator(1, 0)), rows);
        let mut equal = Directions::none(3);
        (0..10).for_each(|_| equal.push([3.0, 4.0, 0.0]));
        assert_eq!(equal.centres(4, &mut generator(1, 0)).len(), 1);
        equal.push([0.0; 3]);
        assert_eq!(equal.centres(11, &mut generator(1, 0)).len(), 10);
        assert_eq!(Directions::none(3).centres(4, &mut generator(1, 0)).len(), 0);
    }
}
