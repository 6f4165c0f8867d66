//! A photo small, to be looked at.

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

use crate::{VisionError, shrunk};

/// Of 100; what shows no flaws at this size.
const QUALITY: u8 = 80;

/// `image` as a JPEG with its proportions, whose longer side has `longest` pixels at most.
///
/// # Errors
/// [`VisionError::Damaged`] for a picture without pixels.
pub fn thumbnail(image: &RgbImage, longest: u32) -> Result<Vec<u8>, VisionError> {
    let mut bytes = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(shrunk(image, longest).as_ref());
    encoded.map_err(|error| VisionError::Damaged(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, decode};

    #[test]
    fn proportions_are_kept_and_nothing_is_enlarged() {
        for ((width, height), expected) in
            [((1600, 1200), (160, 120)), ((300, 900), (53, 160)), ((40, 30), (40, 30)), ((4000, 2), (160, 1))]
        {
            let half = |x, _| if 2 * x < width { image::Rgb([200, 30, 90]) } else { image::Rgb([90, 200, 30]) };
            let bytes = thumbnail(&RgbImage::from_fn(width, height, half), 160).unwrap();
            let small = decode(&bytes, &Limits::default()).unwrap();
            assert_eq!(small.dimensions(), expected);
            assert!(small.get_pixel(0, 0).0.iter().zip([200, 30, 90]).all(|(a, b)| a.abs_diff(b) < 6));
            assert!(bytes.len() < 20_000);
        }
    }
}
