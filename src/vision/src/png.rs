//! A PNG's rows, made into a smaller picture one after the other.

use std::io::Cursor;

use image::RgbImage;
use png::{ColorType, Decoder, Transformations};

use crate::reduce::{FACTORS, Reduction};
use crate::{Limits, VisionError, alpha};

/// The picture in `bytes`, smaller than it is in the file, without ever holding all of it.
///
/// # Errors
/// [`VisionError::TooManyPixels`] where no factor makes it small enough, or where its rows come interlaced;
/// [`VisionError::Damaged`] for what makes no sense or ends before its last row.
pub(crate) fn decode_reduced(bytes: &[u8], limits: &Limits) -> Result<RgbImage, VisionError> {
    let damaged = |error: png::DecodingError| VisionError::Damaged(error.to_string());
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (width, height, interlaced) = (reader.info().width, reader.info().height, reader.info().interlaced);
    limits.check_reduced(width, height)?;
    let factor = FACTORS.into_iter().skip(1).find(|factor| limits.allows(width, height, *factor) && !interlaced);
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
    whole.ok_or_else(|| VisionError::Damaged("its end is missing".to_owned()))
}
