//! Colour jitter: brightness, contrast and saturation of a photo, changed for training.
//!
//! Kinds and their names are those of torchvision's `ColorJitter`, here always in the order in which the fields stand.

use image::RgbImage;
use rand::Rng;

/// How far each factor ranges, either way of 1.
const RANGE: f64 = 0.3;

/// What brightness, contrast and saturation are multiplied by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColourJitter {
    /// Of every value.
    pub brightness: f64,
    /// Of the distance of every value to the mean of all.
    pub contrast: f64,
    /// Of the distance of a pixel's values to their mean.
    pub saturation: f64,
}

impl ColourJitter {
    /// The photo as it is.
    pub const NONE: Self = Self { brightness: 1.0, contrast: 1.0, saturation: 1.0 };

    /// Each factor uniform in 0.7–1.3.
    pub fn draw(random: &mut impl Rng) -> Self {
        let mut factor = || random.random_range(1.0 - RANGE..=1.0 + RANGE);
        Self { brightness: factor(), contrast: factor(), saturation: factor() }
    }

    /// The same but for `share` of what each factor is away from 1.
    #[must_use]
    pub fn scaled(self, share: f64) -> Self {
        let scaled = |factor: f64| 1.0 + share * (factor - 1.0);
        Self {
            brightness: scaled(self.brightness),
            contrast: scaled(self.contrast),
            saturation: scaled(self.saturation),
        }
    }

    /// Changes `image` so. Values end at 0 and 255, at the end alone.
    pub fn apply(self, image: &mut RgbImage) {
        if self == Self::NONE {
            return;
        }
        let [brightness, contrast, saturation] =
            [self.brightness, self.contrast, self.saturation].map(|factor| factor as f32);
        let sum: u64 = image.as_raw().iter().map(|value| u64::from(*value)).sum();
        let mean = brightness * (sum as f64 / image.as_raw().len().max(1) as f64) as f32;
        for pixel in image.pixels_mut() {
            let values = pixel.0.map(|value| contrast * (brightness * f32::from(value) - mean) + mean);
            let grey = values.iter().sum::<f32>() / 3.0;
            pixel.0 = values.map(|value| (saturation * (value - grey) + grey).round().clamp(0.0, 255.0) as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn changed(jitter: ColourJitter) -> Vec<u8> {
        let mut image = RgbImage::from_raw(2, 1, vec![100, 40, 10, 200, 160, 90]).unwrap();
        jitter.apply(&mut image);
        image.into_raw()
    }

    #[test]
    fn each_factor_alone_is_what_it_says() {
        let none = ColourJitter::NONE;
        assert_eq!(changed(none), [100, 40, 10, 200, 160, 90]);
        assert_eq!(changed(ColourJitter { brightness: 1.3, ..none }), [130, 52, 13, 255, 208, 117]);
        // The mean of all is 100.
        assert_eq!(changed(ColourJitter { contrast: 0.5, ..none }), [100, 70, 55, 150, 130, 95]);
        // The pixels' means are 50 and 150.
        assert_eq!(changed(ColourJitter { saturation: 2.0, ..none }), [150, 30, 0, 250, 170, 30]);
        assert_eq!(changed(ColourJitter { saturation: 0.0, ..none }), [50, 50, 50, 150, 150, 150]);
    }

    #[test]
    fn draws_fill_their_range_and_shrink_to_nothing() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let drawn: Vec<ColourJitter> = (0..2000).map(|_| ColourJitter::draw(&mut random)).collect();
        let factors: [fn(&ColourJitter) -> f64; 3] = [|j| j.brightness, |j| j.contrast, |j| j.saturation];
        for factor in factors {
            let drawn = || drawn.iter().map(factor);
            let (low, high) = (drawn().fold(f64::MAX, f64::min), drawn().fold(f64::MIN, f64::max));
            assert!((0.7..0.71).contains(&low) && (1.29..=1.3).contains(&high), "{low}–{high}");
        }
        assert_eq!(drawn[0].scaled(0.0), ColourJitter::NONE);
        assert!((drawn[0].scaled(0.5).contrast - (1.0 + drawn[0].contrast) / 2.0).abs() < 1e-12);
    }
}
