//! A heat map over the photo that it is of.

use image::{Rgb, RgbImage};

use crate::{heat_colour, heat_scale};

/// `photo` under the colours of `heat`, `[side, side]`, row-major, which is of the whole photo squeezed to a square. The
/// strongest places ([`heat_scale`]) have the strongest colour, which hides the photo at a `strength` of 1 and is not seen at 0.
#[must_use]
pub fn overlay(photo: &RgbImage, heat: &[f32], side: usize, strength: f32) -> RgbImage {
    let (width, height) = photo.dimensions();
    let scale = heat_scale(heat);
    let across: Vec<_> = (0..width).map(|x| between(x, width, side)).collect();
    let down: Vec<_> = (0..height).map(|y| between(y, height, side)).collect();
    let value = |row: usize, column: usize| heat.get(row * side + column).copied().unwrap_or_default();
    RgbImage::from_fn(width, height, |x, y| {
        let (left, right, by) = across[x as usize];
        let row = |row| value(row, left) * (1.0 - by) + value(row, right) * by;
        let (above, below, by) = down[y as usize];
        let [red, green, blue, opacity] = heat_colour((row(above) * (1.0 - by) + row(below) * by) / scale);
        let opacity = f32::from(opacity) / 255.0 * strength.clamp(0.0, 1.0);
        let Rgb(under) = *photo.get_pixel(x, y);
        let mix = |under: u8, over: u8| (f32::from(under) * (1.0 - opacity) + f32::from(over) * opacity).round() as u8;
        Rgb([mix(under[0], red), mix(under[1], green), mix(under[2], blue)])
    })
}

/// Between which two of `side` numbers the pixel `at` of `pixels` lies, and how far on the way to the second.
fn between(at: u32, pixels: u32, side: usize) -> (usize, usize, f32) {
    let last = side.saturating_sub(1);
    let place = (at as f32 + 0.5) / pixels as f32 * side as f32 - 0.5;
    let place = place.clamp(0.0, last as f32);
    let before = place as usize;
    (before, (before + 1).min(last), place - before as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: Rgb<u8> = Rgb([128; 3]);

    /// 2×2: for the class above left, against it below right, half as much.
    const HEAT: [f32; 4] = [1.0, 0.0, 0.0, -0.5];

    #[test]
    fn the_map_lies_over_the_whole_photo_whatever_its_proportions() {
        let photo = RgbImage::from_pixel(400, 100, GREY);
        let seen = overlay(&photo, &HEAT, 2, 1.0);
        let at = |x, y| seen.get_pixel(x, y).0;
        let strongest = heat_colour(1.0);
        assert_eq!(at(0, 0), strongest[..3]);
        assert_eq!((at(399, 0), at(0, 99)), (GREY.0, GREY.0));
        let [red, _, blue] = at(399, 99);
        assert!(blue > red + 30, "{:?}", at(399, 99));
        // It fades from one place to the next.
        assert!(at(100, 0)[1] < at(200, 0)[1] && at(200, 0)[1] < at(290, 0)[1]);
    }

    #[test]
    fn strength_says_how_much_of_the_photo_is_left() {
        let photo = RgbImage::from_pixel(10, 10, GREY);
        assert_eq!(overlay(&photo, &HEAT, 2, 0.0), photo);
        assert_eq!(overlay(&photo, &[0.0; 4], 2, 1.0), photo);
        let [half, whole] = [0.5, 1.0].map(|strength| overlay(&photo, &HEAT, 2, strength).get_pixel(0, 0).0);
        for ((half, whole), under) in half.into_iter().zip(whole).zip(GREY.0) {
            assert!((f32::from(half) - (f32::from(whole) + f32::from(under)) / 2.0).abs() <= 1.0);
        }
    }
}
