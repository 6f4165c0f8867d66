//! PNGs that lack their end, and those too large to be decoded at their full size.

use std::io::{self, Cursor, Read};
use std::iter;

use flate2::read::ZlibDecoder;
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
                let data = &named[4..named.len().min(length.saturating_add(4))];
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

/// Whether the compressed data in `bytes` reach to the picture's last row: where they do not, the decoder leaves the rest as
/// it was, and says nothing. Where `bytes` were `mended`, what they end with must be no part of something else.
pub(crate) fn reaches_its_end(bytes: &[u8], mended: bool) -> bool {
    let Ok(reader) = Decoder::new(Cursor::new(bytes)).read_info() else { return false };
    let info = reader.info();
    let rows = |[width, height]: [u32; 2]| {
        let row = (u64::from(width) * info.bits_per_pixel() as u64).div_ceil(8) + 1;
        if width == 0 { 0 } else { row * u64::from(height) }
    };
    let needed: u64 = if info.interlaced {
        // Each pass: where it begins, and how far its pixels are apart (Adam7).
        let passes = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
        let inside = |side: u32, start: u32, apart: u32| side.saturating_sub(start).div_ceil(apart);
        passes.map(|[x, y, dx, dy]| rows([inside(info.width, x, dx), inside(info.height, y, dy)])).iter().sum()
    } else {
        rows([info.width, info.height])
    };
    let data: Vec<u8> =
        chunks(bytes).filter(|(name, _)| *name == b"IDAT").flat_map(|(_, data)| data).copied().collect();
    let mut decoder = ZlibDecoder::new(&data[..]);
    let unpacked = io::copy(&mut decoder.by_ref().take(needed), &mut io::sink());
    // The checksum may be missing, but not be another.
    let sum = decoder.read(&mut [0]);
    let fits = sum.map_or_else(|error| error.kind() == io::ErrorKind::UnexpectedEof, |beyond| beyond == 0);
    unpacked.is_ok_and(|unpacked| unpacked == needed) && (fits || !mended)
}

/// The chunks of a PNG, each with its name, as far as they are whole.
pub(crate) fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    iter::from_fn(move || {
        let (length, named) = rest.split_first_chunk::<4>()?;
        let (name, data) = named.split_first_chunk::<4>()?;
        let (data, after) = data.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        // A checksum follows.
        rest = after.get(4..).unwrap_or_default();
        Some((name, data))
    })
}
