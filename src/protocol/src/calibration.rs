//! How far the confidence of answers can be believed.

use serde::{Deserialize, Serialize};

/// Bins of a reliability diagram, of equal width in confidence.
pub const BINS: usize = 15;

/// The fewest held-out photos that a temperature is fitted on. Fewer say too little.
pub const FEWEST_CALIBRATED: usize = 20;

/// The answers of one bin of a reliability diagram.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Bin {
    /// How many answers there are.
    pub answers: u32,
    /// How many of them are right.
    pub right: u32,
    /// The sum of their confidences.
    pub confidence: f64,
}

/// A reliability diagram: bin `i` has the answers of a confidence above `i / BINS`, up to `(i + 1) / BINS`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reliability {
    /// One after the other.
    pub bins: [Bin; BINS],
}

/// How far the confidence of some answers can be believed: whether of those given with 90 % nine in ten are right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Confidence and accuracy, bin by bin.
    pub reliability: Reliability,
    /// The mean squared distance between a photo's probabilities and its class's one-hot vector, summed over classes, so that it
    /// goes from 0 to 2 (Brier, 1950).
    pub brier: f64,
    /// The mean cross-entropy against the photos' classes, nats.
    pub log_loss: f64,
}

impl Reliability {
    /// The expected calibration error: the distance between a bin's mean confidence and its accuracy, as a mean over all answers
    /// (Naeini et al., 2015); NaN without answers.
    #[must_use]
    pub fn expected_error(&self) -> f64 {
        let off: f64 = self.bins.iter().map(|bin| (bin.confidence - f64::from(bin.right)).abs()).sum();
        off / f64::from(self.answers())
    }

    /// How many answers there are.
    #[must_use]
    pub fn answers(&self) -> u32 {
        self.bins.iter().map(|bin| bin.answers).sum()
    }

    /// How many of them are right.
    #[must_use]
    pub fn right(&self) -> u32 {
        self.bins.iter().map(|bin| bin.right).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_error_is_a_mean_over_answers() {
        let mut found = Reliability::default();
        assert!(found.expected_error().is_nan());
        found.bins[14] = Bin { answers: 30, right: 27, confidence: 29.0 };
        found.bins[8] = Bin { answers: 10, right: 7, confidence: 6.0 };
        assert_eq!((found.answers(), found.right(), found.expected_error()), (40, 34, 3.0 / 40.0));
    }
}
