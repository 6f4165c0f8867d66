//! The practice set: textures that the page draws itself, for visitors without photos.

/// Side of a texture in pixels.
pub(crate) const SIDE: u32 = 192;

/// Textures of each kind.
pub(crate) const EACH: u32 = 12;

/// A kind of texture, a class of the practice set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Texture {
    /// Parallel stripes.
    Stripes,
    /// Dots in rows.
    Dots,
    /// A chessboard.
    Checks,
}

impl Texture {
    /// Every kind.
    pub(crate) const ALL: [Self; 3] = [Self::Stripes, Self::Dots, Self::Checks];

    /// What its class is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stripes => "Stripes",
            Self::Dots => "Dots",
            Self::Checks => "Checks",
        }
    }

    /// How much of the second colour stands at (u, v), which count periods.
    fn ink(self, u: f32, v: f32) -> f32 {
        let soft = |distance: f32| (0.5 - distance * 12.0).clamp(0.0, 1.0);
        let tent = |x: f32| (x - x.floor() - 0.5).abs();
        match self {
            Self::Stripes => soft(tent(u) - 0.25),
            Self::Dots => soft(tent(u).hypot(tent(v)) - 0.3),
            Self::Checks => {
                let (a, b) = (soft(tent(u) - 0.25), soft(tent(v) - 0.25));
                a * (1.0 - b) + b * (1.0 - a)
            }
        }
    }

    /// The `index`-th texture of this kind: RGBA, [`SIDE`] pixels a side. The same index gives the same picture.
    pub(crate) fn draw(self, index: u32) -> Vec<u8> {
        let mut dice = Dice(u64::from(index) * 3 + self as u64 + 0x1234_5678);
        let (sin, cos) = dice.between(0.0, std::f32::consts::PI).sin_cos();
        let period = dice.between(18.0, 44.0);
        let (shift_u, shift_v) = (dice.next(), dice.next());
        let paper = dice.colour(0.55, 1.0);
        let ink = dice.colour(0.0, 0.45);
        let noise = dice.between(4.0, 22.0);
        let mut pixels = Vec::with_capacity((SIDE * SIDE * 4) as usize);
        for y in 0..SIDE {
            for x in 0..SIDE {
                let (x, y) = (x as f32, y as f32);
                let u = (x * cos + y * sin) / period + shift_u;
                let v = (y * cos - x * sin) / period + shift_v;
                let share = self.ink(u, v);
                let grain = (dice.next() - 0.5) * 2.0 * noise;
                let channels =
                    paper.iter().zip(ink).map(|(paper, ink)| (paper + (ink - paper) * share) * 255.0 + grain);
                pixels.extend(channels.map(|value| value.clamp(0.0, 255.0) as u8));
                pixels.push(255);
            }
        }
        pixels
    }
}

/// `SplitMix64` (Steele, Lea and Flood, 2014).
struct Dice(u64);

impl Dice {
    /// From 0 up to 1.
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1 << 24) as f32
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next()
    }

    fn colour(&mut self, low: f32, high: f32) -> [f32; 3] {
        [self.between(low, high), self.between(low, high), self.between(low, high)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_texture_is_a_full_opaque_picture_and_always_the_same() {
        for kind in Texture::ALL {
            let pixels = kind.draw(3);
            assert_eq!(pixels.len(), (SIDE * SIDE * 4) as usize);
            assert!(pixels.chunks(4).all(|pixel| pixel[3] == 255));
            assert_eq!(pixels, kind.draw(3));
        }
    }

    #[test]
    fn no_two_textures_are_alike() {
        let all: Vec<_> = Texture::ALL.iter().flat_map(|kind| (0..EACH).map(|index| kind.draw(index))).collect();
        for (index, texture) in all.iter().enumerate() {
            assert!(!all[..index].contains(texture), "{index}");
        }
    }

    #[test]
    fn both_colours_show() {
        for kind in Texture::ALL {
            let mean = |of: &dyn Fn(f32) -> bool| {
                (0..4000).filter(|step| of(kind.ink(*step as f32 * 0.0137, *step as f32 * 0.0311))).count()
            };
            assert!(mean(&|ink| ink > 0.9) > 400 && mean(&|ink| ink < 0.1) > 400, "{kind:?}");
        }
    }
}
