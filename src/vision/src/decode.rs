//! A file's bytes to pixels.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, RgbImage};

use crate::orientation::orientation;
use crate::{Limits, VisionError, alpha, animation, format, is_blank, jpeg, png, webp};

/// The picture in `bytes`: JPEG, PNG, WebP, GIF or BMP (on the native machine TIFF too), 8 bits a channel, turned as its
/// EXIF or XMP orientation says, transparency on white. Of an animation it is the first frame that shows something. A JPEG
/// or PNG too large to be decoded at its full size comes smaller.
///
/// # Errors
/// [`VisionError::Empty`], [`VisionError::NotAnImage`] and [`VisionError::Unsupported`] by the first bytes,
/// [`VisionError::FileTooLarge`] and [`VisionError::TooManyPixels`] before any pixel is decoded, [`VisionError::Blank`] for
/// one that shows nothing, [`VisionError::CutShort`] where it ends before its last pixel, and [`VisionError::Damaged`] for
/// all else that a decoder refuses.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, VisionError> {
    if bytes.is_empty() {
        return Err(VisionError::Empty);
    }
    limits.check_bytes(bytes.len())?;
    let format = format::recognise(bytes)?;
    let mut image = match format {
        ImageFormat::Jpeg => jpeg::decode(bytes, limits)?.into(),
        ImageFormat::Png => whole_png(bytes, limits)?,
        _ => others(bytes, format, limits)?,
    };
    if image.as_rgb8().is_some_and(is_blank) {
        image = animation::first_that_shows(bytes, format, limits).ok_or(VisionError::Blank)?.into();
    }
    image.apply_orientation(orientation(bytes, format));
    Ok(image.into_rgb8())
}

/// A PNG, which may lack its last chunk, but none of its pixels.
fn whole_png(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, VisionError> {
    let mended = png::with_end(bytes);
    let bytes = mended.as_deref().unwrap_or(bytes);
    let image = match others(bytes, ImageFormat::Png, limits) {
        Err(VisionError::Damaged(_)) if mended.is_some() => return Err(VisionError::CutShort),
        decoded => decoded?,
    };
    // To make sure of it costs a part of decoding; a row that shows something was there.
    let shows = image.as_rgb8().and_then(|image| image.rows().next_back()).is_some_and(|mut row| {
        let first = row.next();
        row.any(|pixel| Some(pixel) != first)
    });
    if shows || png::reaches_its_end(bytes, mended.is_some()) { Ok(image) } else { Err(VisionError::CutShort) }
}

/// Every format but JPEG.
fn others(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<DynamicImage, VisionError> {
    let refused = |error: ImageError| explain(error, bytes, format, limits);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.for_decoder());
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    let fits = decoder.total_bytes() <= limits.max_memory;
    if format == ImageFormat::Png && !(fits && limits.allows(width, height, 1)) {
        match png::decode_reduced(bytes, limits) {
            // Its rows come interlaced, but there is room for all of it.
            Err(VisionError::TooManyPixels { .. }) if fits => {}
            decoded => return decoded.map(DynamicImage::from),
        }
    }
    limits.check_pixels(width, height)?;
    if width == 0 || height == 0 {
        return Err(VisionError::Damaged("it has no pixels".to_owned()));
    }
    if format == ImageFormat::WebP && !webp::frames_fit(bytes, [width, height]) {
        return Err(VisionError::Damaged("a frame is larger than the picture".to_owned()));
    }
    let mut allowance = limits.for_decoder();
    allowance.reserve(decoder.total_bytes()).map_err(refused)?;
    decoder.set_limits(allowance).map_err(refused)?;
    let image = DynamicImage::from_decoder(decoder).map_err(refused)?;
    Ok(flatten(image, format))
}

/// Eight bits of red, green and blue, whatever came.
fn flatten(image: DynamicImage, format: ImageFormat) -> DynamicImage {
    if !image.color().has_alpha() {
        return image.into_rgb8().into();
    }
    let image = image.into_rgba8();
    // Many programs write bitmaps with room for an alpha that they never fill in.
    let filled_in = format != ImageFormat::Bmp || image.pixels().any(|pixel| pixel[3] > 0);
    if filled_in { alpha::over_white(&image).into() } else { DynamicImage::from(image).into_rgb8().into() }
}

/// A decoder's error in our words.
fn explain(error: ImageError, bytes: &[u8], format: ImageFormat, limits: &Limits) -> VisionError {
    match error {
        ImageError::Limits(_) => limits.exceeded_by(None),
        ImageError::Unsupported(_) => VisionError::Unsupported { format: format!("Rare {format:?}") },
        ImageError::IoError(_) => VisionError::CutShort,
        _ if format::is_cut(bytes, format) => VisionError::CutShort,
        other => VisionError::Damaged(other.to_string()),
    }
}
