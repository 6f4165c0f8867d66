//! Which photos are so much alike that a split must not tear them apart: frames of one burst, and near-duplicates. Were
//! one of them trained on and its twin held out, the validation accuracy would be a memory of the training photos.

use std::collections::HashMap;

use crate::{Examples, TrainError};

/// Two photos of one class whose descriptors have at least this cosine are near-duplicates.
///
/// Measured at 150×150 on Dogs vs. Cats. Copies of 120 photos against the originals (lowest, median): saved again as JPEG
/// 0.993, 0.998; a frame of 1 % cut off all around 0.973, 0.993; a tenth brighter 0.976, 0.998; a corner of 5 % cut off
/// 0.954, 0.979. Of the 50 million pairs of its 9,999 photos six are above 0.98 (0.982 to 0.996), two more above 0.94,
/// none of the others above 0.92. Drawn textures of one kind come to 0.970, and must not all become one group.
const ALIKE: f32 = 0.98;
/// Numbers of a descriptor between two looks at whether a pair is too far apart already.
const STRIDE: usize = 128;

/// Finds the groups of a set of examples, in steps. It keeps no matrix: 5,000 photos of a class take no more memory than
/// their descriptors, and most pairs are told apart by their first few numbers.
pub struct Grouping {
    examples: Examples,
    /// For each class its examples that have not been compared with all others of it yet.
    waiting: Vec<Vec<usize>>,
    /// For each example the inverse of its descriptor's length; 0 for a descriptor of zeros.
    scales: Vec<f32>,
    groups: Groups,
}

impl Grouping {
    /// `bursts` names for each example the burst that it is of.
    ///
    /// # Errors
    /// [`TrainError::Examples`] where there is not one entry an example.
    pub fn new(examples: Examples, bursts: &[Option<u64>]) -> Result<Self, TrainError> {
        if bursts.len() != examples.len() {
            return Err(TrainError::Examples(format!("{} examples, {} bursts", examples.len(), bursts.len())));
        }
        let mut groups = Groups::apart(examples.len());
        let mut firsts = HashMap::new();
        for (index, burst) in bursts.iter().enumerate() {
            if let Some(burst) = burst {
                groups.join(*firsts.entry(burst).or_insert(index), index);
            }
        }
        let classes = examples.labels().iter().max().map_or(0, |last| last + 1);
        let mut waiting = vec![Vec::new(); classes];
        for (index, label) in examples.labels().iter().enumerate() {
            waiting[*label].push(index);
        }
        let scales = scales(&examples);
        Ok(Self { examples, waiting, scales, groups })
    }

    /// Compares one example with those of its class that it was not compared with yet; whether that was the last one.
    pub fn step(&mut self) -> bool {
        let Some(class) = self.waiting.last_mut() else { return true };
        if let Some(one) = class.pop() {
            for other in class {
                if self.groups.root(one) != self.groups.root(*other) && alike(&self.examples, &self.scales, one, *other)
                {
                    self.groups.join(one, *other);
                }
            }
        } else {
            self.waiting.pop();
        }
        self.waiting.is_empty()
    }

    /// The examples with their groups, as far as they have been found.
    ///
    /// # Errors
    /// None that [`Self::new`] would not have had.
    pub fn finish(mut self) -> Result<Examples, TrainError> {
        let groups = (0..self.examples.len()).map(|index| self.groups.root(index) as u64).collect();
        self.examples.with_groups(groups)
    }
}

/// For each example the inverse of its descriptor's length; 0 for a descriptor of zeros.
pub(crate) fn scales(examples: &Examples) -> Vec<f32> {
    let length = |row: &[f32]| row.iter().map(|value| value * value).sum::<f32>().sqrt();
    let lengths = (0..examples.len()).map(|index| length(examples.descriptor(index)));
    lengths.map(|length| if length > 0.0 { 1.0 / length } else { 0.0 }).collect()
}

/// Whether the cosine of two descriptors is at least [`ALIKE`], by the squared distance `2 - 2 cos` of their directions:
/// a sum of squares never falls, so that the first part of it can settle the matter.
pub(crate) fn alike(examples: &Examples, scales: &[f32], one: usize, other: usize) -> bool {
    const BOUND: f32 = 2.0 - 2.0 * ALIKE;
    let (left, right) = (scales[one], scales[other]);
    let mut distance = 0.0;
    let rows = examples.descriptor(one).chunks(STRIDE).zip(examples.descriptor(other).chunks(STRIDE));
    for (a, b) in rows {
        distance += a.iter().zip(b).map(|(a, b)| (a * left - b * right).powi(2)).sum::<f32>();
        if distance > BOUND {
            return false;
        }
    }
    true
}

/// Disjoint sets: each example points towards the one that stands for its set.
struct Groups(Vec<usize>);

impl Groups {
    fn apart(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn root(&mut self, mut index: usize) -> usize {
        while self.0[index] != index {
            self.0[index] = self.0[self.0[index]];
            index = self.0[index];
        }
        index
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grouped(rows: &[Vec<f32>], labels: Vec<usize>, bursts: &[Option<u64>]) -> Vec<u64> {
        let mut grouping = Grouping::new(Examples::new(rows, labels, 3).unwrap(), bursts).unwrap();
        while !grouping.step() {}
        grouping.finish().unwrap().groups().to_vec()
    }

    #[test]
    fn bursts_and_near_duplicates_are_joined_also_through_each_other() {
        // The first two are one burst, the third is a brighter copy of the second, the fourth is another photo.
        let rows = [vec![1.0, 0.0], vec![0.0, 1.0], vec![0.01, 2.0], vec![1.0, -1.0]];
        assert_eq!(grouped(&rows, vec![0; 4], &[Some(9), Some(9), None, None]), [0, 0, 0, 3]);
        assert_eq!(grouped(&rows, vec![0; 4], &[None; 4]), [0, 1, 1, 3]);
    }

    #[test]
    fn copies_in_another_class_are_none() {
        assert_eq!(grouped(&[vec![1.0], vec![1.0]], vec![0, 1], &[None; 2]), [0, 1]);
    }

    #[test]
    fn descriptors_of_zeros_are_alike() {
        assert_eq!(grouped(&[vec![0.0; 3], vec![0.0; 3]], vec![2, 2], &[None; 2]), [0, 0]);
    }

    #[test]
    fn each_example_needs_an_entry() {
        assert!(Grouping::new(Examples::new(&[vec![1.0]], vec![0], 1).unwrap(), &[]).is_err());
    }

    proptest! {
        #[test]
        fn groups_are_the_components_of_what_is_alike(
            drawn in prop::collection::vec((0usize..3, prop::collection::vec(-1f32..1.0, 3), prop::option::of(0u64..4)), 0..40),
        ) {
            let (labels, rows): (Vec<_>, Vec<_>) = drawn.iter().map(|(label, row, _)| (*label, row.clone())).unzip();
            let bursts: Vec<_> = drawn.iter().map(|(_, _, burst)| *burst).collect();
            let groups = grouped(&rows, labels.clone(), &bursts);
            let cosine = |a: &[f32], b: &[f32]| {
                let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
                dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
            };
            // Close to the bound, rounding decides.
            let near = |a: usize, b: usize, slack: f64| {
                (bursts[a].is_some() && bursts[a] == bursts[b])
                    || (labels[a] == labels[b] && cosine(&rows[a], &rows[b]) >= f64::from(ALIKE) + slack)
            };
            for a in 0..rows.len() {
                prop_assert!((0..rows.len()).all(|b| a == b || !near(a, b, 1e-4) || groups[a] == groups[b]));
                let lonely = (0..rows.len()).all(|b| a == b || !near(a, b, -1e-4));
                prop_assert!(!lonely || (0..rows.len()).all(|b| a == b || groups[a] != groups[b]));
            }
        }
    }
}
