//! How good a head is.

use headstart_protocol::{ClassFigures, count};

/// Cross-entropy of one row of logits against the true class, in nats: `ln Σ exp(logit) - logit[label]`.
#[must_use]
pub fn cross_entropy(logits: &[f32], label: usize) -> f64 {
    let largest = f64::from(logits[answer(logits)]);
    let sum: f64 = logits.iter().map(|logit| (f64::from(*logit) - largest).exp()).sum();
    largest + sum.ln() - f64::from(logits[label])
}

/// The class with the largest logit or probability, the first of equals; 0 for an empty row.
#[must_use]
pub fn answer(row: &[f32]) -> usize {
    (1..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best })
}

/// The confusion matrix: how often each class was answered for each class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// `[classes, classes]`, row-major: the photos of a row's class that were answered with a column's.
    counts: Vec<usize>,
    classes: usize,
}

impl ConfusionMatrix {
    /// Counts `answers` against `labels`, both indices of one of `classes` classes; pairs with one beyond are left out.
    #[must_use]
    pub fn new(classes: usize, labels: &[usize], answers: &[usize]) -> Self {
        let mut counts = vec![0; classes * classes];
        for (label, answer) in labels.iter().zip(answers) {
            if *label < classes && *answer < classes {
                counts[label * classes + answer] += 1;
            }
        }
        Self { counts, classes }
    }

    /// Photos of class `label` that were answered with `answer`.
    #[must_use]
    pub fn count(&self, label: usize, answer: usize) -> usize {
        self.counts[label * self.classes + answer]
    }

    /// Photos in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Photos that were classified correctly.
    #[must_use]
    pub fn right(&self) -> usize {
        (0..self.classes).map(|class| self.count(class, class)).sum()
    }

    /// Accuracy: the share of photos classified correctly; `None` without photos.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        share(self.right(), self.total())
    }

    /// Precision: of the photos answered with `class` the share that are of it; `None` where none was answered so.
    #[must_use]
    pub fn precision(&self, class: usize) -> Option<f64> {
        share(self.count(class, class), (0..self.classes).map(|label| self.count(label, class)).sum())
    }

    /// Recall: of the photos of `class` the share that were answered so; `None` where there is none.
    #[must_use]
    pub fn recall(&self, class: usize) -> Option<f64> {
        share(self.count(class, class), self.photos(class))
    }

    /// Precision and recall of each class.
    #[must_use]
    pub fn class_figures(&self) -> Vec<ClassFigures> {
        let figures = |class| ClassFigures {
            precision: self.precision(class),
            recall: self.recall(class),
            photos: count(self.photos(class)),
        };
        (0..self.classes).map(figures).collect()
    }

    /// Photos of class `label`.
    fn photos(&self, label: usize) -> usize {
        (0..self.classes).map(|answer| self.count(label, answer)).sum()
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cross_entropy_by_hand() {
        let ln = |value: f64| value.ln();
        assert!((cross_entropy(&[0.0, 0.0, 0.0], 2) - ln(3.0)).abs() < 1e-12);
        assert!((cross_entropy(&[1.0, 0.0], 0) - ln(1.0 + (-1.0f64).exp())).abs() < 1e-12);
        // Large logits do not overflow.
        assert!((cross_entropy(&[1000.0, 0.0], 1) - 1000.0).abs() < 1e-9);
        assert!(cross_entropy(&[f32::NAN, 0.0], 1).is_nan());
    }

    #[test]
    fn the_first_of_equals_is_the_answer() {
        assert_eq!(answer(&[0.2, 0.4, 0.4]), 1);
    }

    #[test]
    fn confusion_by_hand() {
        let confusion = ConfusionMatrix::new(3, &[0, 0, 0, 1, 1, 2], &[0, 0, 1, 1, 0, 1]);
        assert_eq!((confusion.count(0, 1), confusion.count(1, 0), confusion.count(2, 2)), (1, 1, 0));
        assert_eq!((confusion.right(), confusion.total()), (3, 6));
        assert_eq!(confusion.accuracy(), Some(0.5));
        assert_eq!(confusion.precision(0), Some(2.0 / 3.0));
        assert_eq!(confusion.precision(1), Some(1.0 / 3.0));
        assert_eq!(confusion.precision(2), None);
        assert_eq!(confusion.recall(0), Some(2.0 / 3.0));
        assert_eq!(confusion.recall(2), Some(0.0));
        let last = ClassFigures { precision: None, recall: Some(0.0), photos: 1 };
        assert_eq!(confusion.class_figures()[2], last);
        assert_eq!(ConfusionMatrix::new(2, &[], &[]).accuracy(), None);
    }
}
