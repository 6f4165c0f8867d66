//! Temperature scaling: how sure a head may be of its answers (Guo et al., "On Calibration of Modern Neural Networks", 2017).
//!
//! A trained head is as sure of a photo that it has never seen as of those it was trained on, which is too sure, or with much
//! regularization not sure enough. Logits divided by one number, the temperature, give the same answers and probabilities that
//! can be believed; answers to held-out photos say which number that is.

use headstart_protocol::{Calibration, FEWEST_CALIBRATED};

use crate::calibration::calibration;
use crate::metrics::answer;

/// The highest temperature; its inverse is the lowest.
const HIGHEST: f64 = 100.0;
/// Bisections of the logarithm of the range, to a part in 10⁹.
const BISECTIONS: usize = 34;

/// The temperature under which the rows of `logits`, `[n, classes]`, have the lowest cross-entropy against `labels`; [`None`] for
/// fewer than [`FEWEST_CALIBRATED`] or a single class.
///
/// Of `n` photos answered rightly not even all say that the next one will be: a label counts as `(n + 1) / (n + 2)`, the rest is
/// shared by the other classes (after Platt, 1999), so that few photos never make a head certain.
#[must_use]
pub fn temperature(logits: &[f32], labels: &[usize]) -> Option<f64> {
    let n = labels.len();
    let classes = logits.len().checked_div(n)?;
    if n < FEWEST_CALIBRATED || classes < 2 {
        return None;
    }
    let wrong = 1.0 / (n + 2) as f64;
    // Of a row times `inverse`: the derivative of its cross-entropy, which rises with it.
    let slope = |row: &[f32], label: usize, inverse: f64| {
        let largest = f64::from(row[answer(row)]);
        let (mut sum, mut weighted, mut plain) = (0.0, 0.0, 0.0);
        for logit in row {
            let below = f64::from(*logit) - largest;
            let weight = (inverse * below).exp();
            sum += weight;
            weighted += weight * below;
            plain += below;
        }
        let target = f64::from(row[label]) - largest;
        weighted / sum - (1.0 - wrong) * target - wrong * (plain - target) / (classes - 1) as f64
    };
    let rises = |inverse: f64| {
        let rows = logits.chunks_exact(classes).zip(labels);
        rows.map(|(row, label)| slope(row, *label, inverse)).sum::<f64>() > 0.0
    };
    let (mut low, mut high) = (-HIGHEST.ln(), HIGHEST.ln());
    for _ in 0..BISECTIONS {
        let middle = f64::midpoint(low, high);
        if rises(middle.exp()) { high = middle } else { low = middle }
    }
    Some((-f64::midpoint(low, high)).exp())
}

/// How far the answers behind a temperature can be believed under it.
#[must_use]
pub fn calibrated(logits: &[f32], labels: &[usize], temperature: f64) -> Calibration {
    let classes = logits.len().checked_div(labels.len()).unwrap_or_default().max(1);
    let rows: Vec<Vec<f32>> = logits.chunks_exact(classes).map(|row| softmax(row, temperature)).collect();
    calibration(rows.iter().map(Vec::as_slice).zip(labels.iter().copied()))
}

/// Probabilities of `logits` over `temperature`.
pub(crate) fn softmax(logits: &[f32], temperature: f64) -> Vec<f32> {
    let largest = f64::from(logits[answer(logits)]);
    let weights: Vec<f64> = logits.iter().map(|logit| ((f64::from(*logit) - largest) / temperature).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| (weight / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;
    use crate::generator;

    /// Rows of three logits, and labels drawn with the probabilities that they have at temperature 1.
    fn drawn(n: usize) -> (Vec<f32>, Vec<usize>) {
        let mut random = generator(3, 0);
        let mut labels = Vec::new();
        let logits = (0..n).flat_map(|_| {
            let row: [f32; 3] = std::array::from_fn(|_| 4.0 * (random.random::<f32>() - 0.5));
            let mut left = random.random::<f32>();
            let beyond = |share: &f32| {
                left -= share;
                left < 0.0
            };
            labels.push(softmax(&row, 1.0).iter().position(beyond).unwrap_or(2));
            row
        });
        (logits.collect(), labels)
    }

    #[test]
    fn the_temperature_that_labels_were_drawn_with_is_found() {
        let (logits, labels) = drawn(20_000);
        for factor in [0.25, 1.0, 6.0] {
            let scaled: Vec<f32> = logits.iter().map(|logit| factor * logit).collect();
            let found = temperature(&scaled, &labels).unwrap();
            assert!((found / f64::from(factor) - 1.0).abs() < 0.05, "{factor}: {found}");
            let believed = calibrated(&scaled, &labels, found);
            assert!(believed.reliability.expected_error() < 0.015, "{believed:?}");
            assert!(factor == 1.0 || calibrated(&scaled, &labels, 1.0).reliability.expected_error() > 0.1);
        }
    }

    #[test]
    fn a_slope_is_zero_where_the_cross_entropy_is_lowest() {
        let (logits, labels) = drawn(40);
        let found = temperature(&logits, &labels).unwrap();
        let wrong = 1.0 / 42.0;
        let loss = |temperature: f64| -> f64 {
            let of = |(row, label): (&[f32], &usize)| {
                let probabilities = softmax(row, temperature);
                let share = |class: usize| if class == *label { 1.0 - wrong } else { wrong / 2.0 };
                (0..3).map(|class| -share(class) * f64::from(probabilities[class]).ln()).sum::<f64>()
            };
            logits.chunks_exact(3).zip(&labels).map(of).sum()
        };
        assert!(loss(found) < loss(0.9 * found) && loss(found) < loss(1.1 * found), "{found}");
    }

    #[test]
    fn few_photos_make_no_head_certain() {
        let row = |label: usize| if label == 0 { [3.0f32, -3.0] } else { [-3.0, 3.0] };
        for n in [FEWEST_CALIBRATED, 100] {
            let labels: Vec<usize> = (0..n).map(|index| index % 2).collect();
            let logits: Vec<f32> = labels.iter().flat_map(|label| row(*label)).collect();
            let found = temperature(&logits, &labels).unwrap();
            let sure = f64::from(softmax(&row(0), found)[0]);
            assert!((sure - (n + 1) as f64 / (n + 2) as f64).abs() < 1e-6, "{n}: {sure}");
        }
    }

    #[test]
    fn without_enough_answers_there_is_none_and_wild_ones_have_a_bound() {
        assert_eq!(temperature(&[1.0; 38], &[0; 19]), None);
        assert_eq!(temperature(&[1.0; 20], &[0; 20]), None);
        assert_eq!(temperature(&[], &[]), None);
        let backwards: Vec<f32> = [9.0, -9.0].repeat(30);
        let found = temperature(&backwards, &[1; 30]).unwrap();
        assert!((found / HIGHEST - 1.0).abs() < 1e-6, "{found}");
        let equal = temperature(&[0.5; 60], &[0; 30]).unwrap();
        assert!(equal.is_finite() && equal > 0.0);
    }
}
