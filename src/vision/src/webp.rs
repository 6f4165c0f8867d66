//! What a WebP's chunks claim (RFC 9649): the decoder makes room for a frame before it compares its size with the picture's.

use std::iter;

/// Bytes of an animation's frame before its own chunks.
const FRAME: usize = 16;

/// Whether no frame of the WebP in `bytes` says that it is larger than `width` × `height`, the whole picture.
pub(crate) fn frames_fit(bytes: &[u8], [width, height]: [u32; 2]) -> bool {
    // The first chunk comes after `RIFF`, a length, and `WEBP`.
    chunks(bytes.get(12..).unwrap_or_default()).all(|chunk| match chunk.name {
        // What is in a frame is no animation again.
        b"ANMF" => chunks(chunk.data.get(FRAME..).unwrap_or_default()).all(|chunk| still_fits(&chunk, [width, height])),
        _ => still_fits(&chunk, [width, height]),
    })
}

/// Whether a chunk is no picture that is larger than `most`.
fn still_fits(Chunk { name, data, .. }: &Chunk<'_>, most: [u32; 2]) -> bool {
    match *name {
        b"VP8 " => lossy(data).is_none_or(|frame| fits(frame, most)),
        b"VP8L" => lossless(data).is_none_or(|frame| fits(frame, most)),
        _ => true,
    }
}

/// A chunk of a WebP.
pub(crate) struct Chunk<'a> {
    pub(crate) name: &'a [u8; 4],
    /// Its data, as far as they go.
    pub(crate) data: &'a [u8],
    /// Whether all of them are there.
    pub(crate) is_whole: bool,
}

/// The chunks that lie in `bytes` one after the other.
pub(crate) fn chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut rest = bytes;
    iter::from_fn(move || {
        let (name, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        // Chunks begin at even places.
        rest = after.get(length.saturating_add(length % 2)..).unwrap_or_default();
        Some(Chunk { name, data: &after[..length.min(after.len())], is_whole: length <= after.len() })
    })
}

fn fits([width, height]: [u32; 2], most: [u32; 2]) -> bool {
    width <= most[0] && height <= most[1]
}

/// Width and height after a key frame's start code (RFC 6386, 9.1).
fn lossy(data: &[u8]) -> Option<[u32; 2]> {
    let sides: &[u8; 4] = data.get(6..)?.first_chunk()?;
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    Some([side(sides[0], sides[1]), side(sides[2], sides[3])])
}

/// 14 bits each, one less than they are, after a signature.
fn lossless(data: &[u8]) -> Option<[u32; 2]> {
    let sides = u32::from_le_bytes(*data.get(1..)?.first_chunk()?);
    Some([(sides & 0x3fff) + 1, ((sides >> 14) & 0x3fff) + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let padding = vec![0; data.len() % 2];
        [name, &(data.len() as u32).to_le_bytes()[..], data, &padding].concat()
    }

    fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP".to_vec(), chunks.concat()].concat()
    }

    #[test]
    fn a_frame_that_is_larger_than_the_picture_is_found_wherever_it_is() {
        let lossy = chunk(b"VP8 ", b"\xf0\x02\0\x9d\x01\x2a\x13\xe7\xfa\x13rest");
        // 10,003 × 5,114, in the low bits.
        let lossless = chunk(b"VP8L", &[&[0x2f][..], &(10_002u32 | 5_113 << 14).to_le_bytes()].concat());
        for frame in [lossy, lossless] {
            let animated = chunk(b"ANMF", &[vec![0; FRAME], chunk(b"ALPH", b"odd"), frame.clone()].concat());
            for chunks in [vec![frame.clone()], vec![chunk(b"VP8X", &[0; 10]), frame], vec![animated]] {
                let bytes = webp(&chunks);
                assert!(frames_fit(&bytes, [10_003, 5_114]));
                assert!(!frames_fit(&bytes, [10_002, 5_114]) && !frames_fit(&bytes, [10_003, 5_113]));
                // Cut short it has to come to an end.
                for end in 0..bytes.len() {
                    std::hint::black_box(frames_fit(&bytes[..end], [1, 1]));
                }
            }
        }
        assert!(frames_fit(&webp(&[chunk(b"EXIF", &[0; 9])]), [1, 1]) && frames_fit(b"", [1, 1]));
    }

    #[test]
    fn frames_in_frames_come_to_an_end() {
        let mut bytes = Vec::new();
        for _ in 0..1_000_000 {
            bytes.extend(b"ANMF\xff\xff\xff\x7f");
            bytes.extend([0; FRAME]);
        }
        assert!(frames_fit(&webp(&[bytes]), [1, 1]));
    }
}
