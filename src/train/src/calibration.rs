//! How far a model's confidence can be believed: whether of the answers that it gives with 90 % nine in ten are right.

use headstart_protocol::{BINS, Calibration, Reliability};

use crate::metrics::answer;

/// Of `answers`: for each photo the probability of each class, and the index of its own. Without answers the means are NaN.
#[must_use]
pub fn calibration<'a>(answers: impl IntoIterator<Item = (&'a [f32], usize)>) -> Calibration {
    let (mut reliability, mut brier, mut log_loss, mut count) = (Reliability::default(), 0.0, 0.0, 0.0);
    for (probabilities, label) in answers {
        let answer = answer(probabilities);
        let confidence = f64::from(probabilities[answer]);
        let bin = &mut reliability.bins[((confidence * BINS as f64).ceil() as usize).clamp(1, BINS) - 1];
        bin.answers += 1;
        bin.right += u32::from(answer == label);
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
    Calibration { reliability, brier: brier / count, log_loss: log_loss / count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_hand() {
        let answers: [(&[f32], usize); 4] = [(&[0.9, 0.1], 0), (&[0.9, 0.1], 1), (&[0.45, 0.55], 1), (&[0.0, 1.0], 1)];
        let found = calibration(answers);
        let of = |bin: usize| (found.reliability.bins[bin].answers, found.reliability.bins[bin].right);
        assert_eq!((of(13), of(8), of(14)), ((2, 1), (1, 1), (1, 1)));
        // Twice 0.9 with one of them right; 0.55 and right; 1 and right.
        assert!((found.reliability.expected_error() - (0.8 + 0.45) / 4.0).abs() < 1e-6);
        assert!((found.brier - (0.02 + 1.62 + 0.405) / 4.0).abs() < 1e-6);
        let log_loss = -(0.9f64.ln() + 0.1f64.ln() + 0.55f64.ln()) / 4.0;
        assert!((found.log_loss - log_loss).abs() < 1e-6);
        assert!(calibration([]).reliability.expected_error().is_nan());
    }

    #[test]
    fn a_sure_answer_that_is_wrong_has_a_finite_loss() {
        let found = calibration([(&[1.0f32, 0.0][..], 1)]);
        assert!(found.log_loss > 80.0 && found.log_loss.is_finite());
        assert_eq!(found.reliability.expected_error(), 1.0);
    }
}
