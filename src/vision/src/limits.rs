//! How large a picture may be.

use crate::VisionError;

/// The largest file and picture that [`crate::decode`] accepts; what exceeds them is refused before a pixel is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub max_bytes: usize,
    /// Pixels along the longer side.
    pub max_side: u32,
    /// Pixels in all.
    pub max_pixels: u64,
}

impl Default for Limits {
    /// 64 MiB, 16,384 pixels a side, 64 million pixels: the largest phone photos, within what a tab can hold.
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_side: 16_384, max_pixels: 64_000_000 }
    }
}

impl Limits {
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

    /// Whether a picture of that size may be decoded.
    ///
    /// # Errors
    /// [`VisionError::TooManyPixels`] where it may not.
    pub fn check_pixels(&self, width: u32, height: u32) -> Result<(), VisionError> {
        if width.max(height) > self.max_side || u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(self.exceeded_by(Some([width, height])));
        }
        Ok(())
    }

    /// The error for a picture of that width and height, as far as they are known.
    pub(crate) fn exceeded_by(&self, size: Option<[u32; 2]>) -> VisionError {
        VisionError::TooManyPixels { size, max_side: self.max_side, max_pixels: self.max_pixels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_holds_at_its_edge() {
        let limits = Limits { max_bytes: 10, max_side: 100, max_pixels: 5_000 };
        assert!(limits.check_bytes(10).is_ok());
        assert!(limits.check_bytes(11).is_err());
        assert!(limits.check_pixels(100, 50).is_ok());
        assert!(limits.check_pixels(101, 1).is_err());
        assert!(limits.check_pixels(1, 101).is_err());
        assert!(limits.check_pixels(100, 51).is_err());
        assert!(limits.check_pixels(u32::MAX, u32::MAX).is_err());
    }

    #[test]
    fn the_error_names_what_was_found_and_what_is_allowed() {
        let error = Limits::default().check_pixels(30_000, 30_000).unwrap_err().to_string();
        assert!(error.contains("30000×30000") && error.contains("16384") && error.contains("64 million"), "{error}");
    }
}
