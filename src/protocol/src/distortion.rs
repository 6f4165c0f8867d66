//! Trying a photo harder: the same photo turned, cropped, darkened, blurred, noisy or partly hidden, and what the models say of it then.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::{PhotoData, Prediction};

/// What is done to a photo, in this order. [`Distortion::default`] does nothing. Values out of their ranges are brought into them,
/// and one that is no number does nothing ([`Distortion::within_ranges`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distortion {
    /// Degrees by which it is turned clockwise about its middle ([`Distortion::TURN`]). What comes into view is grey.
    pub turn: f32,
    /// The share of each side that is cropped away around its middle ([`Distortion::CROP`]).
    pub crop: f32,
    /// What its light is multiplied by ([`Distortion::LIGHT`]); 1 leaves it.
    pub light: f32,
    /// Standard deviation of a Gaussian blur, as a share of its longer side ([`Distortion::BLUR`]).
    pub blur: f32,
    /// Standard deviation of Gaussian noise on each of red, green and blue, as a share of white ([`Distortion::NOISE`]). The noise
    /// of a photo is always the same.
    pub noise: f32,
    /// Squares that are hidden in grey, at most [`MOST_HIDDEN`].
    pub hidden: Vec<HiddenSquare>,
}

/// Squares that can be hidden at once.
pub const MOST_HIDDEN: usize = 400;

/// A square of a photo as it is seen after it was turned and cropped.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HiddenSquare {
    /// Its middle from the left, as a share of the width.
    pub x: f32,
    /// Its middle from the top, as a share of the height.
    pub y: f32,
    /// Its side as a share of the longer side.
    pub side: f32,
}

impl Default for Distortion {
    fn default() -> Self {
        Self { turn: 0.0, crop: 0.0, light: 1.0, blur: 0.0, noise: 0.0, hidden: Vec::new() }
    }
}

impl Distortion {
    /// Degrees of a turn.
    pub const TURN: RangeInclusive<f32> = -180.0..=180.0;
    /// Shares of each side.
    pub const CROP: RangeInclusive<f32> = 0.0..=0.9;
    /// Factors.
    pub const LIGHT: RangeInclusive<f32> = 0.0..=2.0;
    /// Shares of the longer side.
    pub const BLUR: RangeInclusive<f32> = 0.0..=0.05;
    /// Shares of white.
    pub const NOISE: RangeInclusive<f32> = 0.0..=0.5;

    /// The same, each value in its range and no more squares than [`MOST_HIDDEN`]; squares that are not made of numbers left out.
    #[must_use]
    pub fn within_ranges(self) -> Self {
        let within = |value: f32, range: RangeInclusive<f32>, nothing: f32| {
            if value.is_nan() { nothing } else { value.clamp(*range.start(), *range.end()) }
        };
        let square = |HiddenSquare { x, y, side }: HiddenSquare| {
            let numbers = x.is_finite() && y.is_finite() && !side.is_nan();
            numbers.then(|| HiddenSquare { x, y, side: side.clamp(0.0, 1.0) })
        };
        Self {
            turn: within(self.turn, Self::TURN, 0.0),
            crop: within(self.crop, Self::CROP, 0.0),
            light: within(self.light, Self::LIGHT, 1.0),
            blur: within(self.blur, Self::BLUR, 0.0),
            noise: within(self.noise, Self::NOISE, 0.0),
            hidden: self.hidden.into_iter().filter_map(square).take(MOST_HIDDEN).collect(),
        }
    }
}

/// Distort a photo, show it, and say what is on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distort {
    /// The photo.
    pub photo: PhotoData,
    /// What is done to it.
    pub distortion: Distortion,
    /// As [`crate::Classify::together`].
    pub together: bool,
}

/// A distorted photo and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distorted {
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// 8-bit RGBA, row by row from the top.
    pub pixels: ByteBuf,
    /// What the models say of it.
    pub prediction: Prediction,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_brought_into_their_ranges_and_what_is_no_number_does_nothing() {
        let all = |turn, crop, light, blur, noise| Distortion { turn, crop, light, blur, noise, hidden: Vec::new() };
        let of = |value| all(value, value, value, value, value).within_ranges();
        assert_eq!(of(f32::NAN), Distortion::default());
        assert_eq!(of(f32::INFINITY), all(180.0, 0.9, 2.0, 0.05, 0.5));
        assert_eq!(of(-1e9), all(-180.0, 0.0, 0.0, 0.0, 0.0));
        assert_eq!(of(0.01), all(0.01, 0.01, 0.01, 0.01, 0.01));
    }

    #[test]
    fn squares_have_numbers_and_are_not_too_many() {
        let square = |x, side| HiddenSquare { x, y: 0.5, side };
        let hidden =
            |squares: Vec<HiddenSquare>| Distortion { hidden: squares, ..Distortion::default() }.within_ranges().hidden;
        let squares = vec![square(f32::NAN, 0.1), square(-1.0, 7.0), square(0.5, f32::NAN), square(f32::INFINITY, 0.1)];
        assert_eq!(hidden(squares), [square(-1.0, 1.0)]);
        assert_eq!(hidden(vec![square(0.5, 0.1); MOST_HIDDEN + 1]).len(), MOST_HIDDEN);
    }
}
