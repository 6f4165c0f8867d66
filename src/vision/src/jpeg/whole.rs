//! Whether a JPEG's data reach to its last pixel.
//!
//! Decoders fill what is missing of a cut file with grey and say nothing, and a half grey cat still gets an answer. An
//! end-of-image marker says little either way: cameras and downloads lose it, and what was cut is given one.

use image::RgbImage;

use super::header::Header;
use super::{lenient, stream};
use crate::VisionError;

/// What may follow the data: where the pixels depend on which it is, the data end before them.
const TAILS: [[u8; 32]; 2] = [[0x00; 32], [0x5a; 32]];

/// The picture in `header`, whose last scan has no certain end, where its data reach to its last pixel.
///
/// # Errors
/// [`VisionError::Damaged`] where they do not; what [`lenient::decode`] says.
pub(super) fn decode_to_the_end(header: &Header<'_>, factor: u32) -> Result<RgbImage, VisionError> {
    if !header.scans_are_all_there() {
        return Err(cut_short());
    }
    let trimmed = without_filling(header);
    let [first, second] = TAILS.map(|tail| lenient::decode(&trimmed, &stream::assemble(&trimmed, &tail), factor));
    match (first, second) {
        (Ok(first), Ok(second)) if first == second => Ok(first),
        (Err(error @ VisionError::Unsupported { .. }), _) => Err(error),
        _ => Err(cut_short()),
    }
}

/// Whether a decoder filled the lowest row of `image` with its grey.
pub(super) fn ends_in_filling(image: &RgbImage) -> bool {
    let row = 3 * image.width() as usize;
    image.as_raw().rchunks(row.max(1)).next().is_some_and(|last| last.iter().all(|level| level.abs_diff(128) <= 1))
}

pub(super) fn cut_short() -> VisionError {
    VisionError::Damaged("its end is missing".to_owned())
}

/// `header` without the zeros that stand in place of what is missing at the end, and without half a marker.
fn without_filling<'a>(header: &Header<'a>) -> Header<'a> {
    let mut trimmed = header.clone();
    if let Some(last) = trimmed.parts.last_mut() {
        let filled = last.data.iter().rev().take_while(|byte| **byte == 0).count();
        let bytes = last.data.len() - filled;
        let after_ff = last.data[..bytes].ends_with(b"\xff");
        last.data = match (after_ff, filled) {
            (true, 0) => &last.data[..bytes - 1],
            // The data's last byte may be a zero, or be stuffed with one.
            (_, 1..) => &last.data[..=bytes],
            (false, 0) => last.data,
        };
    }
    trimmed
}
