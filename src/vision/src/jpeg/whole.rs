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
/// [`VisionError::CutShort`] where they do not; what [`lenient::decode`] says.
pub(super) fn decode_to_the_end(header: &Header<'_>, factor: u32) -> Result<RgbImage, VisionError> {
    if !header.scans_are_all_there() {
        return Err(VisionError::CutShort);
    }
    match with_tails(header, factor) {
        [Ok(first), Ok(second)] if first == second => Ok(first),
        [Err(error @ VisionError::Unsupported { .. }), _] => Err(error),
        _ => Err(VisionError::CutShort),
    }
}

/// Whether the data of `header`, which has an end marker, end before it: what a decoder made of them, in `image`, looks so,
/// and its means depend on what follows, or the stricter decoder finds no sense in them.
pub(super) fn ends_early(header: &Header<'_>, image: &RgbImage) -> bool {
    if !ends_in_repetition(image) {
        return false;
    }
    match with_tails(header, 8) {
        [Ok(first), Ok(second)] => first != second,
        _ => true,
    }
}

/// Whether the end of the lowest row repeats itself from block to block, as what decoders make of missing data does.
fn ends_in_repetition(image: &RgbImage) -> bool {
    /// Pixels of a block with chroma of half the size, and of four of them.
    const BLOCK: usize = 16;
    const END: usize = 4 * BLOCK;
    let Some(row) = image.rows().next_back() else { return false };
    let row: Vec<[u8; 3]> = row.map(|pixel| pixel.0).collect();
    let end = &row[row.len().saturating_sub(END)..];
    let mut pairs = end.iter().zip(end.iter().skip(BLOCK));
    pairs.all(|(a, b)| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1))
}

fn with_tails(header: &Header<'_>, factor: u32) -> [Result<RgbImage, VisionError>; 2] {
    let trimmed = without_filling(header);
    TAILS.map(|tail| lenient::decode(&trimmed, &stream::assemble(&trimmed, &tail), factor))
}

/// `header` without the zeros that stand in place of what is missing at the end, and without half a marker.
fn without_filling<'a>(header: &Header<'a>) -> Header<'a> {
    let mut trimmed = header.clone();
    if let Some(last) = trimmed.parts.last_mut() {
        let without = |end: u8| last.data.len() - last.data.iter().rev().take_while(|byte| **byte == end).count();
        let (zeros_from, marker_from) = (without(0x00), without(0xff));
        last.data = if zeros_from < last.data.len() {
            // The data's last byte may be a zero, or be stuffed with one.
            &last.data[..=zeros_from]
        } else {
            &last.data[..marker_from]
        };
    }
    trimmed
}
