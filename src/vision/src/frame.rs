//! Pixels that a camera or the browser's own decoder handed over.

use image::{RgbImage, RgbaImage};

use crate::{VisionError, alpha};

/// The picture in `pixels`: 8-bit RGBA, row by row from the top, alpha composited over white.
///
/// # Errors
/// [`VisionError::BadFrame`] where a side is zero or `pixels` are not `4 * width * height` bytes.
pub fn from_rgba(width: u32, height: u32, pixels: &[u8]) -> Result<RgbImage, VisionError> {
    let bad = VisionError::BadFrame { width, height, bytes: pixels.len() };
    // In u128, because 4 * width * height may exceed 64 bits.
    if width == 0 || height == 0 || 4 * u128::from(width) * u128::from(height) != pixels.len() as u128 {
        return Err(bad);
    }
    let image = RgbaImage::from_raw(width, height, pixels.to_vec()).ok_or(bad)?;
    Ok(alpha::over_white(&image))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_from_the_top() {
        let image = from_rgba(1, 2, &[1, 2, 3, 255, 4, 5, 6, 255]).unwrap();
        assert_eq!(image.into_raw(), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_length_that_does_not_fit_is_refused() {
        for (width, height, bytes) in [(2, 2, 15), (2, 2, 17), (0, 4, 0), (4, 0, 0), (u32::MAX, u32::MAX, 4)] {
            let error = from_rgba(width, height, &vec![0; bytes]).unwrap_err();
            assert_eq!(error, VisionError::BadFrame { width, height, bytes });
        }
    }
}
