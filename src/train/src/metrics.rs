//! How good a head is.

/// Cross-entropy of one row of logits against the right class, in nats: `ln Σ exp(logit) - logit[label]`.
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

/// How often each class was answered for each class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    /// `[classes, classes]`, row-major: the photos of a row's class that were answered with a column's.
    counts: Vec<usize>,
    classes: usize,
}

impl Confusion {
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

    /// Photos that were answered rightly.
    #[must_use]
    pub fn right(&self) -> usize {
        (0..self.classes).map(|class| self.count(class, class)).sum()
    }

    /// The share of photos answered rightly; `None` without photos.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        share(self.right(), self.total())
    }

    /// Of the photos answered with `class` the share that are of it; `None` where none was answered so.
    #[must_use]
    pub fn precision(&self, class: usize) -> Option<f64> {
        share(self.count(class, class), (0..self.classes).map(|label| self.count(label, class)).sum())
    }

    /// Of the photos of `class` the share that were answered so; `None` where there is none.
    #[must_use]
    pub fn recall(&self, class: usize) -> Option<f64> {
        share(self.count(class, class), (0..self.classes).map(|answer| self.count(class, answer)).sum())
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The 95 % interval of a share of `right` in `n` (Wilson, 1927); `(0, 1)` for no examples.
#[must_use]
pub fn wilson_interval(right: usize, n: usize) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    const Z: f64 = 1.959_964;
    let (n, p) = (n as f64, right as f64 / n as f64);
    let centre = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
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
        let confusion = Confusion::new(3, &[0, 0, 0, 1, 1, 2], &[0, 0, 1, 1, 0, 1]);
        assert_eq!((confusion.count(0, 1), confusion.count(1, 0), confusion.count(2, 2)), (1, 1, 0));
        assert_eq!((confusion.right(), confusion.total()), (3, 6));
        assert_eq!(confusion.accuracy(), Some(0.5));
        assert_eq!(confusion.precision(0), Some(2.0 / 3.0));
        assert_eq!(confusion.precision(1), Some(1.0 / 3.0));
        assert_eq!(confusion.precision(2), None);
        assert_eq!(confusion.recall(0), Some(2.0 / 3.0));
        assert_eq!(confusion.recall(2), Some(0.0));
        assert_eq!(Confusion::new(2, &[], &[]).accuracy(), None);
    }

    #[test]
    fn wilson_by_hand() {
        // 8 of 10, worked out with the published formula.
        let (low, high) = wilson_interval(8, 10);
        assert!((low - 0.4901625).abs() < 1e-6 && (high - 0.9433178).abs() < 1e-6, "{low} {high}");
        assert_eq!(wilson_interval(0, 0), (0.0, 1.0));
        assert!(wilson_interval(10, 10).1 <= 1.0);
    }
}
