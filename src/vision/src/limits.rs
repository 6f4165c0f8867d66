//! How large a picture may be.

use crate::VisionError;
use crate::reduce::FACTORS;

/// The largest file and picture that [`crate::decode`] accepts; what exceeds them is refused before a pixel is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub max_bytes: usize,
    /// Pixels along the longer side.
    pub max_side: u32,
    /// Pixels of a picture that is decoded at its full size. A JPEG or PNG with more is made smaller while it is decoded.
    pub max_pixels: u64,
    /// Pixels of a picture that is made smaller while it is decoded.
    pub max_reduced_pixels: u64,
    /// Bytes that decoding a JPEG or PNG may take; where it would take more, they are made smaller too.
    pub max_memory: u64,
}

/// The largest phone photos, of 200 million pixels, and the longest side that a JPEG can have.
const LARGEST_PIXELS: u64 = 256_000_000;
const LONGEST_SIDE: u32 = 65_535;
/// What is decoded at its full size wherever it is decoded, so that the page and the command give the same answer.
const WHOLE_PIXELS: u64 = 64_000_000;

impl Default for Limits {
    /// Within what a tab can hold: 64 MiB, 65,535 pixels a side, 64 million pixels at full size and 256 million made
    /// smaller, 600 MB while decoding.
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_side: LONGEST_SIDE,
            max_pixels: WHOLE_PIXELS,
            max_reduced_pixels: LARGEST_PIXELS,
            max_memory: 600_000_000,
        }
    }
}

impl Limits {
    /// For a program of its own: as many pixels in every format, and whatever memory a progressive JPEG of that size takes.
    #[must_use]
    pub fn roomy() -> Self {
        Self { max_bytes: 512 << 20, max_pixels: LARGEST_PIXELS, max_memory: 4 << 30, ..Self::default() }
    }

    /// The same limits for the decoders themselves: up to eight bytes a pixel (16-bit RGBA) for the picture, and as much
    /// again for the decoder's own buffers.
    pub(crate) fn for_decoder(&self) -> image::Limits {
        let mut limits = image::Limits::no_limits();
        limits.max_image_width = Some(self.max_side);
        limits.max_image_height = Some(self.max_side);
        limits.max_alloc = Some(self.max_pixels.saturating_mul(16));
        limits
    }

    pub(crate) fn check_bytes(&self, bytes: usize) -> Result<(), VisionError> {
        if bytes > self.max_bytes {
            return Err(VisionError::FileTooLarge { bytes, limit: self.max_bytes });
        }
        Ok(())
    }

    /// Whether a picture of that size may be decoded at its full size.
    ///
    /// # Errors
    /// [`VisionError::TooManyPixels`] where it may not.
    pub fn check_pixels(&self, width: u32, height: u32) -> Result<(), VisionError> {
        self.check(width, height, self.max_pixels)
    }

    /// Whether a picture of that size may be decoded at a reduced size.
    ///
    /// # Errors
    /// [`VisionError::TooManyPixels`] where it may not.
    pub fn check_reduced(&self, width: u32, height: u32) -> Result<(), VisionError> {
        self.check(width, height, self.max_pixels.max(self.max_reduced_pixels))
    }

    /// Whether a JPEG or PNG of that size may come `factor` times smaller on each side: at full size up to a number of
    /// pixels that is the same for the page and the command, above it with half of that number.
    pub(crate) fn allows(&self, width: u32, height: u32, factor: u32) -> bool {
        let pixels = u64::from(width) * u64::from(height);
        let whole = self.max_pixels.min(WHOLE_PIXELS);
        if factor == 1 { pixels <= whole } else { pixels.div_ceil(u64::from(factor * factor)) <= whole / 2 }
    }

    /// How many times smaller on each side a picture of that size comes, by its pixels alone; [`None`] where it is too large
    /// for any.
    #[must_use]
    pub fn factor(&self, width: u32, height: u32) -> Option<u32> {
        self.check_reduced(width, height).ok()?;
        FACTORS.into_iter().find(|factor| self.allows(width, height, *factor))
    }

    /// The error for a picture of that width and height, as far as they are known, that is not decoded at its full size.
    pub(crate) fn exceeded_by(&self, size: Option<[u32; 2]>) -> VisionError {
        VisionError::TooManyPixels { size, max_side: self.max_side, max_pixels: self.max_pixels }
    }

    fn check(&self, width: u32, height: u32, max_pixels: u64) -> Result<(), VisionError> {
        if width.max(height) > self.max_side || u64::from(width) * u64::from(height) > max_pixels {
            return Err(VisionError::TooManyPixels {
                size: Some([width, height]),
                max_side: self.max_side,
                max_pixels,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Limits =
        Limits { max_bytes: 10, max_side: 100, max_pixels: 5_000, max_reduced_pixels: 8_000, max_memory: 1 << 20 };

    #[test]
    fn each_limit_holds_at_its_edge() {
        assert!(SMALL.check_bytes(10).is_ok());
        assert!(SMALL.check_bytes(11).is_err());
        assert!(SMALL.check_pixels(100, 50).is_ok());
        assert!(SMALL.check_pixels(101, 1).is_err());
        assert!(SMALL.check_pixels(1, 101).is_err());
        assert!(SMALL.check_pixels(100, 51).is_err());
        assert!(SMALL.check_pixels(u32::MAX, u32::MAX).is_err());
        assert!(SMALL.check_reduced(100, 80).is_ok());
        assert!(SMALL.check_reduced(100, 81).is_err());
    }

    #[test]
    fn above_the_full_size_comes_half_of_it_at_most() {
        assert!(SMALL.allows(100, 50, 1) && !SMALL.allows(100, 51, 1));
        assert!(SMALL.allows(100, 80, 2) && !SMALL.allows(100, 101, 2) && SMALL.allows(100, 101, 4));
        // Phones' 64 million come as 16, 200 million as 12.5; the same on the command line.
        for limits in [Limits::default(), Limits::roomy()] {
            assert_eq!(limits.factor(8_000, 8_000), Some(1));
            assert_eq!(limits.factor(9_248, 6_936), Some(2));
            assert_eq!(limits.factor(12_000, 9_000), Some(2));
            assert_eq!(limits.factor(16_320, 12_240), Some(4));
            assert_eq!(limits.factor(30_000, 30_000), None);
        }
    }

    #[test]
    fn the_error_names_what_was_found_and_what_is_allowed() {
        let error = Limits::default().check_reduced(30_000, 30_000).unwrap_err().to_string();
        assert!(error.contains("30000×30000") && error.contains("65535") && error.contains("256 million"), "{error}");
    }
}
