//! Examples: descriptors and the classes that they belong to.

use headstart_weights::FileHash;

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
    /// For each row whether it is an augmented view of a photo and not the photo itself.
    views: Vec<bool>,
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
        let views = vec![false; labels.len()];
        Ok(Self { descriptors: rows.concat(), width, labels, groups, views })
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

    /// The same examples, and behind them augmented views of them: each the index of its example and a descriptor. A view
    /// is in its example's class and group, is trained on and never validates.
    ///
    /// # Errors
    /// [`TrainError::Examples`] where a view has another width, or is one of no example.
    pub fn with_views(mut self, views: Vec<(usize, Vec<f32>)>) -> Result<Self, TrainError> {
        let examples = self.len();
        for (example, row) in views {
            if example >= examples || row.len() != self.width {
                return Err(TrainError::Examples("an augmented view of no example, or of another width".into()));
            }
            self.descriptors.extend(row);
            self.labels.push(self.labels[example]);
            self.groups.push(self.groups[example]);
            self.views.push(true);
        }
        Ok(self)
    }

    /// The indices of the examples that are no augmented views.
    pub fn photos(&self) -> impl Iterator<Item = usize> {
        self.views.iter().enumerate().filter(|(_, view)| !**view).map(|(index, _)| index)
    }

    /// How many there are, augmented views included.
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
            views: indices.iter().map(|index| self.views[*index]).collect(),
        }
    }

    /// Feeds `hash` with labels, groups and descriptors: those of the photos, from which their views follow.
    pub(crate) fn digest_into(&self, hash: &mut FileHash) {
        for index in 0..self.len() {
            let row = if self.views[index] { &[] } else { self.descriptor(index) };
            hash.push(&(self.labels[index] as u64).to_le_bytes());
            hash.push(&self.groups[index].to_le_bytes());
            hash.push(&[u8::from(self.views[index])]);
            hash.push(&row.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
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
    fn views_follow_their_examples_in_class_and_group() {
        let rows = [vec![1.0], vec![2.0]];
        let examples = || Examples::new(&rows, vec![1, 0], 2).unwrap().with_groups(vec![7, 8]).unwrap();
        let all = examples().with_views(vec![(1, vec![3.0]), (0, vec![4.0])]).unwrap();
        assert_eq!((all.labels(), all.groups()), (&[1, 0, 0, 1][..], &[7, 8, 8, 7][..]));
        assert_eq!(all.descriptor(2), [3.0]);
        assert_eq!(all.photos().collect::<Vec<_>>(), [0, 1]);
        assert_eq!(all.select(&[2, 1, 0]).photos().collect::<Vec<_>>(), [1, 2]);
        assert!(examples().with_views(vec![(2, vec![3.0])]).is_err());
        assert!(examples().with_views(vec![(0, vec![])]).is_err());
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
