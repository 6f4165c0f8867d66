//! Convolutions of the base that were trained further: what is to be added to the base's weights, quantized.
//!
//! What training adds is small beside the weights themselves, and most of it is less than a step: entropy-coded it takes a
//! fraction of the bytes of the whole layer.

use crate::quantized::{QuantizedRows, decode};
use crate::rounding::scale_of;
use crate::vgg16::ConvShape;
use crate::{ConvWeights, StoredTensor, WeightsError};

/// The step between neighbouring differences, in root mean squares of the differences of an output channel.
const STEP: f32 = 1.0;

/// A convolution of the base that was trained further.
#[derive(Debug, Clone, PartialEq)]
pub struct TunedConv {
    /// The differences of its weights to the base's, OIHW, as [`crate::quantized`] codes them.
    pub(crate) coded: Vec<u8>,
    /// Its biases, whole: one an output channel.
    pub bias: Vec<f32>,
}

impl TunedConv {
    /// What `tuned` has that the convolution `base`, of as many channels, has not: rounded to whole steps.
    #[must_use]
    pub fn new(tuned: &ConvWeights, base: &ConvWeights) -> Self {
        let (moved, start) = (tuned.weight.floats(), base.weight.floats());
        let differences: Vec<f32> = moved.iter().zip(&*start).map(|(moved, start)| moved - start).collect();
        let rows = differences.chunks_exact((differences.len() / tuned.out_channels.max(1)).max(1));
        let scales: Vec<_> = rows.clone().map(|row| scale_of(row, STEP)).collect();
        let integers = rows.zip(&scales).flat_map(|(row, scale)| {
            row.iter().map(|difference| (difference / scale.to_f32()).round_ties_even().clamp(-127.0, 127.0) as i8)
        });
        let integers = integers.collect();
        Self { coded: QuantizedRows { scales, integers }.encode(), bias: tuned.bias.clone() }
    }

    /// The convolution, on the `base` that it was trained from.
    ///
    /// # Errors
    /// [`WeightsError::Coding`] or [`WeightsError::NonFinite`] for differences that are none of such a layer.
    pub fn on(&self, base: &ConvWeights) -> Result<ConvWeights, WeightsError> {
        let (k, side) = (base.out_channels, base.in_channels * 9);
        let differences = decode(&self.coded, k, side, &base.name)?;
        let mut weights = base.weight.floats().into_owned();
        for (weights, (row, scale)) in weights.chunks_mut(side.max(1)).zip(differences.rows()) {
            weights.iter_mut().zip(row).for_each(|(weight, integer)| *weight += f32::from(*integer) * scale);
        }
        Ok(ConvWeights {
            name: base.name.clone(),
            out_channels: k,
            in_channels: base.in_channels,
            weight: StoredTensor::Floats(weights),
            bias: self.bias.clone(),
        })
    }

    /// Whether its biases can be those of that shape.
    pub(crate) fn fits(&self, shape: &ConvShape) -> bool {
        self.bias.len() == shape.out_channels && self.bias.iter().all(|bias| bias.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conv(weight: Vec<f32>) -> ConvWeights {
        let (weight, bias) = (StoredTensor::Floats(weight), vec![0.5, -1.0]);
        ConvWeights { name: "w".to_owned(), out_channels: 2, in_channels: 3, weight, bias }
    }

    fn noise(seed: usize) -> impl Fn(usize) -> f32 {
        move |at| ((at * 7919 + seed * 104_729) % 997) as f32 / 997.0 - 0.5
    }

    #[test]
    fn what_was_trained_comes_back_but_for_half_a_step() {
        let (base, change) = (noise(1), noise(2));
        let start: Vec<f32> = (0..54).map(base).collect();
        // The second channel moved ten times as far as the first one.
        let moved = |at: usize| start[at] + change(at) * if at < 27 { 1e-3 } else { 1e-2 };
        let moved: Vec<f32> = (0..54).map(moved).collect();
        let (base, tuned) = (conv(start), conv(moved.clone()));
        let back = TunedConv::new(&tuned, &base).on(&base).unwrap();
        assert_eq!((back.bias, &back.name), (tuned.bias, &base.name));
        let back = back.weight.into_floats();
        // The root mean square of what is spread evenly over a span is 0.29 of it.
        for (row, step) in [(0..27, 1e-3 * 0.29), (27..54, 1e-2 * 0.29)] {
            let worst = row.map(|at| (back[at] - moved[at]).abs()).fold(0.0, f32::max);
            assert!((0.1..0.6).contains(&(worst / step)), "{worst} of {step}");
        }
    }

    #[test]
    fn what_has_not_moved_is_the_base() {
        let base = conv((0..54).map(noise(1)).collect());
        assert_eq!(TunedConv::new(&base, &base).on(&base), Ok(base));
    }

    #[test]
    fn foreign_differences_are_refused() {
        let base = conv((0..54).map(noise(1)).collect());
        for coded in [Vec::new(), vec![0xff; 80], vec![0; 200]] {
            assert!(TunedConv { coded, bias: vec![0.0; 2] }.on(&base).is_err());
        }
    }
}
