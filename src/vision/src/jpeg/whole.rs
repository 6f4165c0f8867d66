//! Whether a JPEG's data reach to its last pixel.
//!
//! Decoders fill what is missing of a cut file with grey and say nothing, and a half grey cat still gets an answer. An
//! end-of-image marker says little either way: cameras and downloads lose it, and what was cut is given one.

use image::RgbImage;

use super::header::Header;
use super::{lenient, stream};
use crate::VisionError;

/// What may follow the data: where the pixels depend on which it is, the data end before them. The second has no pattern
/// that could pass for a block without contrast, nor a byte that starts a marker.
const TAILS: [[u8; TAIL]; 2] = [[0; TAIL], unlike_any_code()];
const TAIL: usize = 512;

const fn unlike_any_code() -> [u8; TAIL] {
    let mut bytes = [0; TAIL];
    let mut at = 0;
    let mut state = 1_u32;
    while at < TAIL {
        state = (state * 171) % 30_269;
        bytes[at] = (state % 251) as u8;
        at += 1;
    }
    bytes
}

/// The picture in `header`, which has no end marker, where its data reach to its last pixel.
///
/// # Errors
/// [`VisionError::CutShort`] where they do not, [`VisionError::Unsupported`] as [`lenient::decode`] says.
pub(super) fn decode_to_the_end(header: &Header<'_>, factor: u32) -> Result<RgbImage, VisionError> {
    if header.scans_are_all_there() { up_to_the_end(header, factor) } else { Err(VisionError::CutShort) }
}

/// Whether the data of `header`, which has an end marker, end before it: its means depend on what follows, or the stricter
/// decoder finds no sense in them.
pub(super) fn ends_early(header: &Header<'_>) -> bool {
    up_to_the_end(header, 8).is_err()
}

/// The picture, where it depends neither on what follows the data nor on zeros that stand in place of what is missing.
fn up_to_the_end(header: &Header<'_>, factor: u32) -> Result<RgbImage, VisionError> {
    let data = header.parts.last().map(|last| last.data).unwrap_or_default();
    // Half a marker.
    let data = &data[..without(data, 0xff)];
    let picture = with_tails(header, data, factor)?;
    let zeros_from = without(data, 0x00);
    // A zero after `ff` is stuffed.
    let own = if data[..zeros_from].ends_with(b"\xff") { zeros_from + 1 } else { zeros_from };
    // Zeros may be data: of one colour's blocks, say. Then there are as many as it takes, and otherwise more.
    if own >= data.len() || with_tails(header, &data[..data.len() - 1], factor).is_err() {
        return Ok(picture);
    }
    with_tails(header, &data[..=zeros_from], factor)
}

/// The picture, where it does not depend on what follows `data`, which are the last scan's.
fn with_tails(header: &Header<'_>, data: &[u8], factor: u32) -> Result<RgbImage, VisionError> {
    let mut shorter = header.clone();
    if let Some(last) = shorter.parts.last_mut() {
        last.data = data;
    }
    match TAILS.map(|tail| lenient::decode(&shorter, &stream::assemble(&shorter, &tail), factor)) {
        [Ok(first), Ok(second)] if first == second => Ok(first),
        [Err(error @ VisionError::Unsupported { .. }), _] => Err(error),
        _ => Err(VisionError::CutShort),
    }
}

/// How many bytes there are without those at the end that are `filling`.
fn without(data: &[u8], filling: u8) -> usize {
    data.len() - data.iter().rev().take_while(|byte| **byte == filling).count()
}

/// Whether the end of the lowest row repeats itself from block to block, as what decoders make of missing data does. Seldom
/// does a whole picture's.
pub(super) fn ends_in_repetition(image: &RgbImage) -> bool {
    /// Pixels of a block with chroma of half the size, and of two of them.
    const BLOCK: usize = 16;
    const END: usize = 2 * BLOCK;
    let Some(row) = image.rows().next_back() else { return false };
    let row: Vec<[u8; 3]> = row.map(|pixel| pixel.0).collect();
    let end = &row[row.len().saturating_sub(END)..];
    let mut pairs = end.iter().zip(end.iter().skip(BLOCK));
    pairs.all(|(a, b)| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1))
}
