//! What can be measured of a photo without knowing what is on it.

use image::RgbImage;

use crate::square;

/// Side of the square that is measured, whatever size the base sees: figures of one photo are then the same at both.
const SIDE: usize = 150;
/// Pixels of a square's edge that are its border: 3 % of its side.
const BORDER: usize = 5;
/// Pixels that the second blur takes together, as in the paper.
const WINDOW: usize = 9;

/// What is measured of a photo. All of it lies between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Width over height of the photo, as a share: width / (width + height).
    pub shape: f32,
    /// 0 for a photo without any detail, near 1 for one whose every pixel differs from its neighbours: see [`look`].
    pub sharpness: f32,
    /// Mean of its luma.
    pub brightness: f32,
    /// Standard deviation of its luma, doubled.
    pub contrast: f32,
    /// Mean red, green and blue of its outermost pixels, all around.
    pub border: [f32; 3],
    /// Standard deviation of their luma, doubled.
    pub border_contrast: f32,
}

/// Measures `image`.
///
/// Its sharpness is what a blur takes away from it (Crete, Dolmiere, Ladret and Nicolas, "The Blur Effect", 2007): how much less
/// neighbouring pixels differ once the photo has been blurred, as a share. What was sharp loses nearly all of that, what was blurred
/// before hardly anything, however much or little there is to see, as long as it is more than rounding. It is taken along rows and along columns, and the lower one
/// counts, because a shaken photo is blurred one way only.
#[must_use]
pub fn look(image: &RgbImage) -> Look {
    let square = square(image, SIDE);
    let (pixels, _) = square.as_raw().as_chunks::<3>();
    let luma: Vec<f32> = pixels.iter().map(luma).collect();
    let is_border = |at: usize| {
        let inside = BORDER..SIDE - BORDER;
        !inside.contains(&(at % SIDE)) || !inside.contains(&(at / SIDE))
    };
    let around: Vec<usize> = (0..pixels.len()).filter(|at| is_border(*at)).collect();
    let (brightness, contrast) = mean_and_contrast(luma.iter().copied());
    let (_, border_contrast) = mean_and_contrast(around.iter().map(|at| luma[*at]));
    let [across, down] = [1, SIDE].map(|stride| sharpness(&luma, stride));
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    Look {
        shape: (width / (width + height).max(1.0)) as f32,
        sharpness: across.min(down),
        brightness,
        contrast,
        border: [0, 1, 2].map(|channel| {
            let sum: f32 = around.iter().map(|at| f32::from(pixels[*at][channel])).sum();
            sum / (255 * around.len().max(1)) as f32
        }),
        border_contrast,
    }
}

/// From 0 to 1.
fn luma(pixel: &[u8; 3]) -> f32 {
    let [red, green, blue] = pixel.map(f32::from);
    (0.299 * red + 0.587 * green + 0.114 * blue) / 255.0
}

/// The mean, and the standard deviation doubled, of values between 0 and 1.
fn mean_and_contrast(values: impl ExactSizeIterator<Item = f32> + Clone) -> (f32, f32) {
    let n = values.len().max(1) as f64;
    let mean = values.clone().map(f64::from).sum::<f64>() / n;
    let variance = values.map(|value| (f64::from(value) - mean).powi(2)).sum::<f64>() / n;
    (mean as f32, (2.0 * variance.sqrt()).min(1.0) as f32)
}

/// Of a square's luma along one of its axes, whose pixels are `stride` apart.
fn sharpness(luma: &[f32], stride: usize) -> f32 {
    let other = SIDE + 1 - stride;
    let (mut differences, mut lost) = (0.0, 0.0);
    for line in 0..SIDE {
        let pixel = |at: usize| luma[line * other + at * stride];
        let blurred = |at: usize| {
            let taken = at as isize - (WINDOW / 2) as isize..=at as isize + (WINDOW / 2) as isize;
            taken.map(|at| pixel(at.clamp(0, SIDE as isize - 1) as usize)).sum::<f32>() / WINDOW as f32
        };
        let mut before = blurred(0);
        for at in 1..SIDE {
            let now = blurred(at);
            let difference = (pixel(at) - pixel(at - 1)).abs();
            differences += difference;
            lost += (difference - (now - before).abs()).max(0.0);
            before = now;
        }
    }
    if differences > 0.0 { lost / differences } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use image::imageops::blur;

    use super::*;

    fn noise(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            Rgb([(x * 7919 + y * 104_729 + x * y * 31).wrapping_mul(2_654_435_761).to_le_bytes()[3]; 3])
        })
    }

    #[test]
    fn one_colour_has_no_detail() {
        let look = look(&RgbImage::from_pixel(40, 30, Rgb([255, 0, 51])));
        assert!((look.shape - 4.0 / 7.0).abs() < 1e-6);
        assert_eq!(look.border, [1.0, 0.0, 0.2]);
        assert!((look.brightness - (0.299 + 0.2 * 0.114)).abs() < 1e-4);
        assert!(look.sharpness == 0.0 && look.contrast < 1e-3 && look.border_contrast < 1e-3, "{look:?}");
    }

    fn checks() -> RgbImage {
        RgbImage::from_fn(150, 150, |x, y| Rgb([if (x / 16 + y / 16) % 2 == 0 { 220 } else { 30 }; 3]))
    }

    #[test]
    fn a_blur_is_seen_whatever_is_on_the_photo() {
        let faint = |image: &RgbImage| {
            RgbImage::from_fn(image.width(), image.height(), |x, y| {
                Rgb(image.get_pixel(x, y).0.map(|value| 80 + value / 3))
            })
        };
        for image in [noise(150, 150), checks(), faint(&checks())] {
            let (before, after) = (look(&image).sharpness, look(&blur(&image, 4.0)).sharpness);
            assert!(before > 0.6 && after < 0.5 * before, "{before} {after}");
        }
    }

    #[test]
    fn a_blur_one_way_counts() {
        let sharp = checks();
        let shaken = RgbImage::from_fn(150, 150, |x, y| {
            let sum: u32 = (0..15).map(|step| u32::from(sharp.get_pixel((x + step).min(149), y)[0])).sum();
            Rgb([(sum / 15) as u8; 3])
        });
        let (before, after) = (look(&sharp).sharpness, look(&shaken).sharpness);
        assert!(after < 0.5 * before, "{before} {after}");
        let turned = image::imageops::rotate90(&shaken);
        assert!((look(&turned).sharpness - after).abs() < 1e-4);
    }

    #[test]
    fn the_border_is_what_runs_around() {
        let mut image = noise(300, 150);
        for (x, y, pixel) in image.enumerate_pixels_mut() {
            if !(12..288).contains(&x) || !(6..144).contains(&y) {
                *pixel = Rgb([255, 128, 0]);
            }
        }
        let look = look(&image);
        assert!(look.border_contrast < 0.01 && look.contrast > 0.3, "{look:?}");
        assert!((look.border[0] - 1.0).abs() < 0.01 && look.border[2] < 0.01, "{look:?}");
    }

    #[test]
    fn the_smallest_pictures_are_measured() {
        for (width, height) in [(1, 1), (1, 900), (3, 2)] {
            let found = look(&noise(width, height));
            let all = [found.shape, found.sharpness, found.brightness, found.contrast, found.border_contrast];
            assert!(all.iter().chain(&found.border).all(|value| (0.0..=1.0).contains(value)), "{found:?}");
        }
    }
}
