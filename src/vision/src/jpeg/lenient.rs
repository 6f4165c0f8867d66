//! The decoder for every layout that a JPEG may have (`jpeg-decoder`), at full or at reduced size.

use image::RgbImage;
use jpeg_decoder::{ColorTransform, Decoder, PixelFormat};

use super::header::{Colour, Header};
use crate::VisionError;

/// The pixels of a file that was put together anew from `header`, `factor` (1, 2, 4 or 8) times smaller on each side: each
/// pixel is then the mean of those in its place, as the coefficients alone say.
///
/// # Errors
/// [`VisionError::Unsupported`] and [`VisionError::Damaged`] as the decoder says.
pub(super) fn decode(header: &Header<'_>, bytes: &[u8], factor: u32) -> Result<RgbImage, VisionError> {
    let mut decoder = Decoder::new(bytes);
    decoder.set_color_transform(match header.colour() {
        Colour::Grey => ColorTransform::Grayscale,
        Colour::Rgb => ColorTransform::RGB,
        Colour::YCbCr => ColorTransform::YCbCr,
        Colour::Cmyk => ColorTransform::CMYK,
        Colour::Ycck => ColorTransform::YCCK,
    });
    if factor > 1 {
        // The smallest scale that reaches what is asked for on either side. A side is at most 65,535.
        let side = |pixels: u32| u16::try_from(pixels.div_ceil(factor)).unwrap_or(u16::MAX);
        decoder.scale(side(header.width), side(header.height)).map_err(explain)?;
    }
    let pixels = decoder.decode().map_err(explain)?;
    let info = decoder.info().ok_or_else(|| VisionError::Damaged("it has no size".to_owned()))?;
    let rgb = match info.pixel_format {
        PixelFormat::RGB24 => pixels,
        PixelFormat::L8 => pixels.into_iter().flat_map(|level| [level; 3]).collect(),
        PixelFormat::L16 => pixels.as_chunks().0.iter().flat_map(|[low, high]| [grey(*low, *high); 3]).collect(),
        PixelFormat::CMYK32 => pixels.as_chunks().0.iter().flat_map(|inks| without_ink(*inks)).collect(),
    };
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    RgbImage::from_raw(width, height, rgb)
        .ok_or_else(|| VisionError::Damaged("its pixels do not fit its size".to_owned()))
}

/// The upper eight of a grey level's sixteen bits.
fn grey(low: u8, high: u8) -> u8 {
    u16::from_ne_bytes([low, high]).to_be_bytes()[0]
}

/// The colour that is left of white under cyan, magenta, yellow and black ink.
fn without_ink([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    [cyan, magenta, yellow].map(|ink| {
        let light = u16::from(255 - ink) * u16::from(255 - black);
        // Of two bytes' product a 255th is a byte.
        ((light + 127) / 255) as u8
    })
}

fn explain(error: jpeg_decoder::Error) -> VisionError {
    match error {
        jpeg_decoder::Error::Unsupported(_) => VisionError::Unsupported { format: "Rare JPEG".to_owned() },
        other => VisionError::Damaged(other.to_string()),
    }
}
