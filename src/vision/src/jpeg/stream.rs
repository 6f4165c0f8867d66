//! A JPEG put together anew from the parts that its pixels need.

use super::header::Header;
use super::marker::{END_OF_IMAGE, HUFFMAN_TABLES, START_OF_IMAGE};
use super::tables::STANDARD;

/// The parts of `header` as a file of their own, its last scan followed by `tail`: no metadata, nothing between the parts,
/// the standard Huffman tables first where some are left out, and an end.
pub(super) fn assemble(header: &Header<'_>, tail: &[u8]) -> Vec<u8> {
    let size: usize = header.parts.iter().map(|part| 4 + part.payload.len() + part.data.len()).sum();
    let mut bytes = Vec::with_capacity(size + STANDARD.len() + tail.len() + 8);
    bytes.extend([0xff, START_OF_IMAGE]);
    if header.lacks_tables {
        push_segment(&mut bytes, HUFFMAN_TABLES, &STANDARD);
    }
    for part in &header.parts {
        push_segment(&mut bytes, part.marker, part.payload);
        bytes.extend(part.data);
    }
    bytes.extend(tail);
    bytes.extend([0xff, END_OF_IMAGE]);
    bytes
}

fn push_segment(bytes: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    // A payload comes out of a segment, so its length fits one.
    let length = u16::try_from(payload.len() + 2).unwrap_or(u16::MAX);
    bytes.extend([0xff, marker]);
    bytes.extend(length.to_be_bytes());
    bytes.extend(payload);
}
