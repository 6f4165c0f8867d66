//! Pixels to the numbers that the base was trained on.

use image::RgbImage;

/// Mean of ImageNet's red, green and blue, from 0 to 1 (torchvision's figures).
pub const IMAGENET_MEAN: [f32; 3] = [0.485, 0.456, 0.406];
/// Standard deviation of ImageNet's red, green and blue (torchvision's figures).
pub const IMAGENET_STD: [f32; 3] = [0.229, 0.224, 0.225];

/// `(p / 255 − mean) / std` of every pixel as planes, red first: `[3, height, width]`, row-major.
#[must_use]
pub fn normalise(image: &RgbImage) -> Vec<f32> {
    let (width, height) = image.dimensions();
    let mut planes = Vec::with_capacity(3 * width as usize * height as usize);
    for channel in 0..3 {
        let (mean, std) = (IMAGENET_MEAN[channel], IMAGENET_STD[channel]);
        let number: [f32; 256] = std::array::from_fn(|value| (value as f32 / 255.0 - mean) / std);
        let pixels = image.as_raw().as_chunks::<3>().0.iter();
        planes.extend(pixels.map(|pixel| number[usize::from(pixel[channel])]));
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_of_known_figures() {
        let image = RgbImage::from_raw(2, 1, vec![0, 255, 128, 255, 0, 64]).unwrap();
        // By hand, e.g. (0 − 0.485) / 0.229 = −2.117904.
        let expected = [-2.117_904, 2.248_908, 2.428_571, -2.035_714, 0.426_492, -0.688_976];
        for (found, expected) in normalise(&image).into_iter().zip(expected) {
            assert!((found - expected).abs() < 2e-6, "{found} for {expected}");
        }
    }

    #[test]
    fn rows_follow_each_other_in_a_plane() {
        let image = RgbImage::from_fn(3, 2, |x, y| image::Rgb([(y * 3 + x) as u8, 0, 0]));
        let planes = normalise(&image);
        assert_eq!(planes.len(), 18);
        assert!(planes[..6].is_sorted() && planes[0] < planes[5]);
        assert!(planes[6..12].iter().all(|value| *value == planes[6]));
    }
}
