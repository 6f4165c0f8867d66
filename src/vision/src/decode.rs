//! A file's bytes to pixels.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, RgbImage, metadata::Orientation};

use crate::{Limits, VisionError, alpha, format, jpeg, webp};

/// The picture in `bytes`: JPEG, PNG, WebP, GIF or BMP, of an animation the first frame, 8 bits a channel, turned as its
/// EXIF orientation says, transparency on white.
///
/// # Errors
/// [`VisionError::Empty`], [`VisionError::NotAnImage`] and [`VisionError::Unsupported`] by the first bytes,
/// [`VisionError::FileTooLarge`] and [`VisionError::TooManyPixels`]
/// before any pixel is decoded, [`VisionError::Damaged`] for all else that a decoder refuses.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, VisionError> {
    if bytes.is_empty() {
        return Err(VisionError::Empty);
    }
    limits.check_bytes(bytes.len())?;
    let format = format::recognise(bytes)?;
    let refused = |error: ImageError| explain(error, format, limits);

    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.for_decoder());
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    limits.check_pixels(width, height)?;
    if width == 0 || height == 0 {
        return Err(VisionError::Damaged("it has no pixels".to_owned()));
    }
    if format == ImageFormat::Jpeg && !jpeg::is_whole(bytes) {
        return Err(VisionError::Damaged("its end is missing".to_owned()));
    }
    if format == ImageFormat::WebP && !webp::frames_fit(bytes, [width, height]) {
        return Err(VisionError::Damaged("a frame is larger than the picture".to_owned()));
    }
    // A broken EXIF block is no reason to refuse the pixels.
    let may_be_asked = format != ImageFormat::WebP || webp::is_whole(bytes);
    let orientation = may_be_asked.then(|| decoder.orientation().ok()).flatten().unwrap_or(Orientation::NoTransforms);
    let mut allowance = limits.for_decoder();
    allowance.reserve(decoder.total_bytes()).map_err(refused)?;
    decoder.set_limits(allowance).map_err(refused)?;
    let image = DynamicImage::from_decoder(decoder).map_err(refused)?;
    let mut image = flatten(image);
    image.apply_orientation(orientation);
    Ok(image.into_rgb8())
}

/// Eight bits of red, green and blue, whatever came.
fn flatten(image: DynamicImage) -> DynamicImage {
    if image.color().has_alpha() { alpha::over_white(&image.into_rgba8()).into() } else { image.into_rgb8().into() }
}

/// A decoder's error in our words.
fn explain(error: ImageError, format: ImageFormat, limits: &Limits) -> VisionError {
    match error {
        ImageError::Limits(_) => limits.exceeded_by(None),
        ImageError::Unsupported(_) => VisionError::Unsupported { format: format!("rare {format:?}") },
        other => VisionError::Damaged(other.to_string()),
    }
}
