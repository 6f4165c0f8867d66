//! The square that the base sees.

use image::{RgbImage, imageops::FilterType};

/// The whole of `image` squeezed to `size`×`size` pixels, never cropped, as the shipped heads were trained.
///
/// The filter is a triangle widened by the scale when it shrinks, what other libraries call antialiased bilinear.
#[must_use]
pub fn square(image: &RgbImage, size: usize) -> RgbImage {
    let side = u32::try_from(size).unwrap_or(u32::MAX);
    image::imageops::resize(image, side, side, FilterType::Triangle)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One axis of the plain definition: output `o` is the mean of the inputs under a triangle centred on it, as wide as
    /// two of the larger of the input's and the output's pixels.
    fn weights(from: usize, to: usize, output: usize) -> Vec<f64> {
        let scale = from as f64 / to as f64;
        let radius = scale.max(1.0);
        let centre = (output as f64 + 0.5) * scale;
        let raw: Vec<f64> =
            (0..from).map(|input| (1.0 - ((input as f64 + 0.5 - centre) / radius).abs()).max(0.0)).collect();
        let sum: f64 = raw.iter().sum();
        raw.iter().map(|weight| weight / sum).collect()
    }

    fn reference(image: &RgbImage, size: usize, x: usize, y: usize, channel: usize) -> f64 {
        let across = weights(image.width() as usize, size, x);
        let down = weights(image.height() as usize, size, y);
        let mut sum = 0.0;
        for (column, row, pixel) in image.enumerate_pixels() {
            sum += across[column as usize] * down[row as usize] * f64::from(pixel[channel]);
        }
        sum
    }

    fn pattern(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([0, 1, 2].map(|c: u32| ((x * 7 * (c + 1) + y * 13 * (c + 2) + x * y * (c + 1)) % 256) as u8))
        })
    }

    #[test]
    fn agrees_with_the_definition() {
        for (width, height, size) in [(40, 30, 15), (31, 57, 24), (7, 5, 20), (16, 16, 16), (1, 1, 9), (3, 50, 11)] {
            let image = pattern(width, height);
            let squared = square(&image, size);
            assert_eq!(squared.dimensions(), (size as u32, size as u32));
            for (x, y, pixel) in squared.enumerate_pixels() {
                for channel in 0..3 {
                    let expected = reference(&image, size, x as usize, y as usize, channel);
                    let error = (f64::from(pixel[channel]) - expected).abs();
                    assert!(error <= 0.51, "{width}×{height} → {size}: ({x}, {y}) {} for {expected}", pixel[channel]);
                }
            }
        }
    }

    #[test]
    fn nothing_is_cropped() {
        let mut image = RgbImage::new(600, 100);
        for y in 0..100 {
            for x in (0..10).chain(590..600) {
                image.put_pixel(x, y, image::Rgb([255; 3]));
            }
        }
        let squared = square(&image, 30);
        assert!(squared.get_pixel(0, 15)[0] > 60 && squared.get_pixel(29, 15)[0] > 60);
        assert_eq!(squared.get_pixel(15, 15)[0], 0);
    }
}
