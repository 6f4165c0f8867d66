//! PNGs that lack their end, and those too large to be decoded at their full size.

use std::io::Cursor;

use image::RgbImage;
use png::{ColorType, Decoder, DecodingError, Transformations};

use crate::reduce::Reduction;
use crate::{Limits, VisionError, alpha};

/// The picture in `bytes`, smaller than it is in the file, without ever holding all of it.
///
/// # Errors
/// [`VisionError::TooManyPixels`] where no factor makes it small enough, or where its rows come interlaced;
/// [`VisionError::CutShort`] for what ends before its last row, [`VisionError::Damaged`] for what makes no sense.
pub(crate) fn decode_reduced(bytes: &[u8], limits: &Limits) -> Result<RgbImage, VisionError> {
    let damaged = |error: DecodingError| match error {
        DecodingError::IoError(_) => VisionError::CutShort,
        other => VisionError::Damaged(other.to_string()),
    };
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (width, height, interlaced) = (reader.info().width, reader.info().height, reader.info().interlaced);
    limits.check_reduced(width, height)?;
    let factor = limits.factor(width, height).filter(|_| !interlaced);
    let factor = factor.ok_or_else(|| limits.exceeded_by(Some([width, height])))?;
    let channels = match reader.output_color_type().0 {
        ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb => 3,
        ColorType::Rgba => 4,
        ColorType::Indexed => return Err(VisionError::Damaged("its palette is missing".to_owned())),
    };
    let mut reduction = Reduction::new(width, factor);
    let mut rows = 0;
    while let Some(row) = reader.next_row().map_err(damaged)? {
        reduction.push(row.data().chunks_exact(channels).map(|pixel| match *pixel {
            [grey] => [grey; 3],
            [grey, opacity] => alpha::pixel_over_white([grey, grey, grey, opacity].into()).0,
            [red, green, blue, opacity] => alpha::pixel_over_white([red, green, blue, opacity].into()).0,
            _ => [pixel[0], pixel[1], pixel[2]],
        }));
        rows += 1;
    }
    let whole = reduction.finish().filter(|_| rows == height);
    whole.ok_or(VisionError::CutShort)
}

/// `bytes` with what may be missing at the end of a PNG: the checksum of the last chunk that is there, and the end chunk;
/// [`None`] where it has its end. Whether all pixels are there is for the decoder to find out.
pub(crate) fn with_end(bytes: &[u8]) -> Option<Vec<u8>> {
    const SIGNATURE: usize = 8;
    const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";
    let mut at = SIGNATURE;
    while let Some((length, named)) = bytes.get(at..).and_then(|rest| rest.split_first_chunk::<4>()) {
        let length = u32::from_be_bytes(*length) as usize;
        match named.get(..4) {
            Some(b"IEND") => return None,
            // All of it is there, with its checksum.
            Some(_) if named.len() >= length.saturating_add(8) => at += 12 + length,
            Some(name) => {
                let data = &named[4..named.len().min(4 + length)];
                let checksum = crc32fast::hash(&[name, data].concat());
                let length = u32::try_from(data.len()).ok()?;
                let chunk = [&length.to_be_bytes()[..], name, data, &checksum.to_be_bytes()].concat();
                return Some([&bytes[..at], &chunk, END].concat());
            }
            None => break,
        }
    }
    Some([bytes.get(..at)?, END].concat())
}
