//! How far a model's confidence can be believed: whether of the answers that it gives with 90 % nine in ten are right.

/// Bins of a reliability diagram, of equal width in confidence.
pub const BINS: usize = 15;

/// The answers of one bin of a reliability diagram.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bin {
    /// How many answers there are.
    pub answers: usize,
    /// How many of them are right.
    pub right: usize,
    /// The sum of their confidences.
    pub confidence: f64,
}

/// How far the confidence of some answers can be believed.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// The reliability diagram: bin `i` has the answers of a confidence above `i / BINS`, up to `(i + 1) / BINS`.
    pub bins: [Bin; BINS],
    /// The mean squared distance between a photo's probabilities and its class's one-hot vector, summed over classes, so that it
    /// goes from 0 to 2 (Brier, 1950).
    pub brier: f64,
    /// The mean cross-entropy against the photos' classes, nats.
    pub log_loss: f64,
}

impl Calibration {
    /// Of `answers`: for each photo the probability of each class, and the index of its own. Without answers the means are NaN.
    #[must_use]
    pub fn new<'a>(answers: impl IntoIterator<Item = (&'a [f32], usize)>) -> Self {
        let (mut bins, mut brier, mut log_loss, mut count) = ([Bin::default(); BINS], 0.0, 0.0, 0.0);
        for (probabilities, label) in answers {
            let answer = crate::metrics::answer(probabilities);
            let confidence = f64::from(probabilities[answer]);
            let bin = &mut bins[((confidence * BINS as f64).ceil() as usize).clamp(1, BINS) - 1];
            bin.answers += 1;
            bin.right += usize::from(answer == label);
            bin.confidence += confidence;
            let squared = |(class, probability): (usize, &f32)| {
                let target = f64::from(u8::from(class == label));
                (f64::from(*probability) - target).powi(2)
            };
            brier += probabilities.iter().enumerate().map(squared).sum::<f64>();
            // A probability that rounds to 0 costs as much as the smallest that does not.
            log_loss -= f64::from(probabilities[label].max(f32::MIN_POSITIVE)).ln();
            count += 1.0;
        }
        Self { bins, brier: brier / count, log_loss: log_loss / count }
    }

    /// The expected calibration error: the distance between a bin's mean confidence and its accuracy, as a mean over all answers
    /// (Naeini et al., 2015).
    #[must_use]
    pub fn expected_error(&self) -> f64 {
        let off: f64 = self.bins.iter().map(|bin| (bin.confidence - bin.right as f64).abs()).sum();
        off / self.bins.iter().map(|bin| bin.answers).sum::<usize>() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_hand() {
        let answers: [(&[f32], usize); 4] = [(&[0.9, 0.1], 0), (&[0.9, 0.1], 1), (&[0.45, 0.55], 1), (&[0.0, 1.0], 1)];
        let found = Calibration::new(answers);
        let of = |bin: usize| (found.bins[bin].answers, found.bins[bin].right);
        assert_eq!((of(13), of(8), of(14)), ((2, 1), (1, 1), (1, 1)));
        // Twice 0.9 with one of them right; 0.55 and right; 1 and right.
        assert!((found.expected_error() - (0.8 + 0.45) / 4.0).abs() < 1e-6);
        assert!((found.brier - (0.02 + 1.62 + 0.405) / 4.0).abs() < 1e-6);
        let log_loss = -(0.9f64.ln() + 0.1f64.ln() + 0.55f64.ln()) / 4.0;
        assert!((found.log_loss - log_loss).abs() < 1e-6);
        assert!(Calibration::new([]).expected_error().is_nan());
    }

    #[test]
    fn a_sure_answer_that_is_wrong_has_a_finite_loss() {
        let found = Calibration::new([(&[1.0f32, 0.0][..], 1)]);
        assert!(found.log_loss > 80.0 && found.log_loss.is_finite());
        assert_eq!(found.expected_error(), 1.0);
    }
}
