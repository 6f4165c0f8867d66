//! Examples: descriptors and the classes that they belong to.

use crate::TrainError;

/// Descriptors with labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    /// Row-major, `labels.len()` rows.
    descriptors: Vec<f32>,
    /// Numbers of a descriptor.
    width: usize,
    /// For each row the index of its class.
    labels: Vec<usize>,
    /// For each row the group that must not be torn apart.
    groups: Vec<u64>,
}

impl Examples {
    /// Rows of descriptors and for each row the index of its class among `classes`.
    ///
    /// # Errors
    /// [`TrainError::Examples`] where a row has another width, or a label no class.
    pub fn new(rows: &[Vec<f32>], labels: Vec<usize>, classes: usize) -> Result<Self, TrainError> {
        let width = rows.first().map_or(0, Vec::len);
        if rows.len() != labels.len() {
            return Err(TrainError::Examples(format!("{} descriptors, {} labels", rows.len(), labels.len())));
        }
        if rows.iter().any(|row| row.len() != width) {
            return Err(TrainError::Examples("descriptors of several widths".into()));
        }
        if labels.iter().any(|label| *label >= classes) {
            return Err(TrainError::Examples("a label beyond the last class".into()));
        }
        let groups = (0..labels.len() as u64).collect();
        Ok(Self { descriptors: rows.concat(), width, labels, groups })
    }

    /// The same examples, those with equal numbers in `groups` belonging together: frames of one burst, say, or copies of
    /// one photo. A split never tears a group apart. Without this each example is a group of its own.
    ///
    /// # Errors
    /// [`TrainError::Examples`] where there is not one number an example.
    pub fn with_groups(self, groups: Vec<u64>) -> Result<Self, TrainError> {
        if groups.len() != self.len() {
            return Err(TrainError::Examples(format!("{} examples, {} groups", self.len(), groups.len())));
        }
        Ok(Self { groups, ..self })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Numbers of a descriptor.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// For each example the index of its class.
    #[must_use]
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// For each example its group.
    #[must_use]
    pub fn groups(&self) -> &[u64] {
        &self.groups
    }

    /// One example's descriptor.
    #[must_use]
    pub fn descriptor(&self, index: usize) -> &[f32] {
        &self.descriptors[index * self.width..][..self.width]
    }

    /// The examples at `indices`, in that order.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        Self {
            descriptors: indices.iter().flat_map(|index| self.descriptor(*index)).copied().collect(),
            width: self.width,
            labels: indices.iter().map(|index| self.labels[*index]).collect(),
            groups: indices.iter().map(|index| self.groups[*index]).collect(),
        }
    }

    /// How many examples each class has.
    #[must_use]
    pub fn per_class(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        for label in &self.labels {
            counts[*label] += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_keeps_rows_labels_and_groups_together() {
        let rows = [vec![1.0, 2.0], vec![3.0, 4.0], vec![5.0, 6.0]];
        let examples = Examples::new(&rows, vec![0, 1, 1], 2).unwrap().with_groups(vec![7, 8, 8]).unwrap();
        let selected = examples.select(&[2, 0]);
        assert_eq!(selected.descriptor(0), [5.0, 6.0]);
        assert_eq!((selected.labels(), selected.groups()), (&[1, 0][..], &[8, 7][..]));
        assert_eq!(examples.per_class(3), [1, 2, 0]);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let rows = [vec![1.0], vec![2.0]];
        assert!(Examples::new(&rows, vec![0], 2).is_err());
        assert!(Examples::new(&rows, vec![0, 2], 2).is_err());
        assert!(Examples::new(&[vec![1.0], vec![2.0, 3.0]], vec![0, 1], 2).is_err());
        assert!(Examples::new(&rows, vec![0, 1], 2).unwrap().with_groups(vec![0]).is_err());
    }
}
