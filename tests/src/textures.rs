//! Photos of made-up classes: textures that a person tells apart at a glance, no two alike.

use image::{Rgb, RgbImage};

/// Side of a texture in pixels.
const SIDE: u32 = 96;

/// A class of textures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texture {
    /// Parallel bands.
    Stripes,
    /// A chessboard.
    Checks,
    /// Discs in rows.
    Dots,
    /// Circles around a point.
    Rings,
    /// Soft blots of every size.
    Clouds,
}

impl Texture {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Stripes, Self::Checks, Self::Dots, Self::Rings, Self::Clouds];

    /// The name of its class.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stripes => "stripes",
            Self::Checks => "checks",
            Self::Dots => "dots",
            Self::Rings => "rings",
            Self::Clouds => "clouds",
        }
    }

    /// One of it: colours, direction, scale, place, light and grain are the seed's.
    #[must_use]
    pub fn draw(self, seed: u64) -> RgbImage {
        let mut random = Random(seed.wrapping_mul(8).wrapping_add(self as u64));
        let dark: [f64; 3] = std::array::from_fn(|_| random.between(10.0, 110.0));
        let light: [f64; 3] = std::array::from_fn(|_| random.between(140.0, 245.0));
        let (sin, cos) = random.between(0.0, std::f64::consts::TAU).sin_cos();
        let scale = random.between(9.0, 18.0);
        let place = [random.between(0.0, 96.0), random.between(0.0, 96.0)];
        let shade = [random.between(-0.003, 0.003), random.between(-0.003, 0.003)];
        let grain = random.between(2.0, 12.0);
        let blots = random.next();
        RgbImage::from_fn(SIDE, SIDE, |x, y| {
            let (dx, dy) = (f64::from(x) - place[0], f64::from(y) - place[1]);
            let (u, v) = ((dx * cos + dy * sin) / scale, (dy * cos - dx * sin) / scale);
            let amount = self.amount(u, v, blots);
            let shade = 1.0 + shade[0] * dx + shade[1] * dy;
            let grain = random.between(-grain, grain);
            let value = |channel: usize| dark[channel] + (light[channel] - dark[channel]) * amount;
            Rgb(std::array::from_fn(|channel| (value(channel) * shade + grain).clamp(0.0, 255.0) as u8))
        })
    }

    /// How light it is at a point, from 0 to 1; its pattern repeats after about 1.
    fn amount(self, u: f64, v: f64, blots: u64) -> f64 {
        let wave = |t: f64| (0.5 + 2.0 * (std::f64::consts::TAU * t).sin()).clamp(0.0, 1.0);
        match self {
            Self::Stripes => wave(u),
            Self::Checks => f64::from(u8::from((u.floor() + v.floor()).rem_euclid(2.0) < 1.0)),
            Self::Dots => (4.0 * (0.33 - (u - u.round()).hypot(v - v.round())) + 0.5).clamp(0.0, 1.0),
            Self::Rings => wave(u.hypot(v)),
            Self::Clouds => {
                let octave = |n: i32| 0.5_f64.powi(n) * blot(u * 0.5 * 2f64.powi(n), v * 0.5 * 2f64.powi(n), blots);
                (0..4).map(octave).sum::<f64>() / 1.875
            }
        }
    }
}

/// Random values at whole numbers, smooth in between.
fn blot(u: f64, v: f64, seed: u64) -> f64 {
    let corner = |i: f64, j: f64| {
        let key = seed ^ ((i as i64 as u64) << 32) ^ u64::from(j as i64 as u32);
        Random(key).between(0.0, 1.0)
    };
    let (i, j) = (u.floor(), v.floor());
    let smooth = |t: f64| t * t * (3.0 - 2.0 * t);
    let (s, t) = (smooth(u - i), smooth(v - j));
    let top = corner(i, j) * (1.0 - s) + corner(i + 1.0, j) * s;
    let bottom = corner(i, j + 1.0) * (1.0 - s) + corner(i + 1.0, j + 1.0) * s;
    top * (1.0 - t) + bottom * t
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): the same pictures on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Correlation of two pictures' brightness.
    fn likeness(one: &RgbImage, other: &RgbImage) -> f64 {
        let centred = |image: &RgbImage| -> Vec<f64> {
            let grey: Vec<f64> = image.pixels().map(|p| p.0.iter().copied().map(f64::from).sum()).collect();
            let mean = grey.iter().sum::<f64>() / grey.len() as f64;
            grey.into_iter().map(|value| value - mean).collect()
        };
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (one, other) = (centred(one), centred(other));
        dot(&one, &other) / (dot(&one, &one) * dot(&other, &other)).sqrt()
    }

    #[test]
    fn the_same_seed_draws_the_same_and_no_other_does() {
        for kind in Texture::ALL {
            assert_eq!(kind.draw(7), kind.draw(7));
            let drawn: Vec<_> = (0..12).map(|seed| kind.draw(seed)).collect();
            for (index, one) in drawn.iter().enumerate() {
                for other in &drawn[..index] {
                    let found = likeness(one, other);
                    assert!(found < 0.8, "two {} are {found:.3} alike", kind.name());
                }
            }
        }
    }
}
