//! Small pictures of every kind that is decoded, damaged ones, and headers that lie.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use rand::{Rng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use crate::mutate;

/// What this crate's own encoders do not write, by others: progressive and CMYK JPEG, lossy WebP, palettes, animations.
const RARE: [&[u8]; 14] = [
    include_bytes!("../pictures/animated.webp"),
    include_bytes!("../pictures/apng.png"),
    include_bytes!("../pictures/baseline-restart.jpg"),
    include_bytes!("../pictures/cmyk.jpg"),
    include_bytes!("../pictures/grey.jpg"),
    include_bytes!("../pictures/interlaced-16.png"),
    include_bytes!("../pictures/lossy-alpha.webp"),
    include_bytes!("../pictures/lossy.webp"),
    include_bytes!("../pictures/one-bit.png"),
    include_bytes!("../pictures/palette.bmp"),
    include_bytes!("../pictures/palette.png"),
    include_bytes!("../pictures/progressive.jpg"),
    include_bytes!("../pictures/rle.bmp"),
    include_bytes!("../pictures/two-frames.gif"),
];
const FORMATS: [ImageFormat; 5] =
    [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp];
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Bytes of a PNG chunk around its data: length, type, sum.
const CHUNK: usize = 12;

/// Sound pictures of a kilobyte or two, one of each kind.
///
/// # Panics
/// Where an encoder fails.
#[must_use]
pub fn sound() -> Vec<Vec<u8>> {
    let picture = RgbImage::from_fn(29, 17, |x, y| Rgb([(x * 8) as u8, (y * 15) as u8, (x * 3 + y * 5) as u8]));
    let rgb = DynamicImage::from(picture);
    let deep = DynamicImage::from(rgb.to_rgba16());
    let written = FORMATS.iter().map(|format| encoded(&rgb, *format));
    let others = [
        encoded(&deep, ImageFormat::Png),
        encoded(&rgb.to_rgba8().into(), ImageFormat::WebP),
        encoded(&rgb.to_luma8().into(), ImageFormat::Jpeg),
        encoded(&rgb.to_luma_alpha8().into(), ImageFormat::Png),
    ];
    written.chain(others).chain(RARE.map(<[u8]>::to_vec)).collect()
}

/// `picture` in every format that is decoded.
///
/// # Panics
/// Where an encoder fails.
#[must_use]
pub fn in_every_format(picture: &RgbImage) -> Vec<Vec<u8>> {
    let picture = DynamicImage::from(picture.clone());
    FORMATS.iter().map(|format| encoded(&picture, *format)).collect()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture in memory is written");
    bytes.into_inner()
}

/// One of `seeds`, damaged; every eighth with a header that claims another size. Of a PNG's chunks half have sums that are
/// right all the same: others are refused by them at once.
#[must_use]
pub fn damaged(random: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    if random.random_ratio(1, 8) {
        return bomb(random, seeds);
    }
    let mut bytes = mutate(random, seeds);
    if random.random() {
        mend_sums(&mut bytes);
    }
    bytes
}

/// One of `seeds` whose header claims so many pixels that memory may not do, or all but none.
#[must_use]
pub fn bomb(random: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    const SIDES: [u32; 9] = [0, 1, 2, 4_000, 8_000, 16_383, 16_384, 65_535, u32::MAX];
    let mut bytes = seeds.choose(random).cloned().unwrap_or_default();
    let sides = [(); 2].map(|()| *SIDES.choose(random).unwrap_or(&0));
    claim(&mut bytes, sides);
    bytes
}

/// Writes another width and height into the header of a picture, of whichever format.
pub fn claim(bytes: &mut [u8], [width, height]: [u32; 2]) {
    let little = |side: u32| (side as u16).to_le_bytes();
    let big = |side: u32| (side as u16).to_be_bytes();
    let (at, field) = if bytes.starts_with(PNG) {
        (16, [width.to_be_bytes(), height.to_be_bytes()].concat())
    } else if bytes.starts_with(b"BM") {
        (18, [width.to_le_bytes(), height.to_le_bytes()].concat())
    } else if bytes.starts_with(b"GIF") {
        // The frame's own size decides, behind a palette.
        let frame = bytes.iter().position(|byte| *byte == b',').unwrap_or_default();
        put(bytes, frame + 5, &[little(width), little(height)].concat());
        (6, [little(width), little(height)].concat())
    } else if bytes.starts_with(b"RIFF") {
        let less = |side: u32| side.wrapping_sub(1).to_le_bytes();
        match bytes.get(12..16) {
            Some(b"VP8X") => (24, [&less(width)[..3], &less(height)[..3]].concat()),
            Some(b"VP8L") => {
                let sides = (width.wrapping_sub(1) & 0x3fff) | (height.wrapping_sub(1) & 0x3fff) << 14;
                (21, sides.to_le_bytes().to_vec())
            }
            _ => (26, [little(width), little(height)].concat()),
        }
    } else {
        // Start of frame: baseline, extended or progressive.
        let is_frame = |pair: &[u8]| pair[0] == 0xff && matches!(pair[1], 0xc0..=0xc2);
        let Some(frame) = bytes.windows(2).position(is_frame) else { return };
        (frame + 5, [big(height), big(width)].concat())
    };
    put(bytes, at, &field);
    mend_sums(bytes);
}

/// Writes `field` at `at`, if there are so many bytes.
fn put(bytes: &mut [u8], at: usize, field: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + field.len()) {
        place.copy_from_slice(field);
    }
}

/// Puts the sums of a PNG's chunks right, as far as their lengths lead.
fn mend_sums(bytes: &mut [u8]) {
    if !bytes.starts_with(PNG) {
        return;
    }
    let mut rest = &mut bytes[PNG.len()..];
    while let Some(length) = rest.first_chunk().map(|length| u32::from_be_bytes(*length) as usize) {
        let Some((chunk, after)) = length.checked_add(CHUNK).and_then(|whole| rest.split_at_mut_checked(whole)) else {
            return;
        };
        let (data, sum) = chunk.split_at_mut(length + 8);
        sum.copy_from_slice(&crc32fast::hash(&data[4..]).to_be_bytes());
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    /// Width and height by a decoder's own account.
    fn size(bytes: &[u8]) -> Option<(u32, u32)> {
        image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.into_dimensions().ok()
    }

    #[test]
    fn what_is_sound_is_and_claims_are_heard() {
        let (mut heard, pictures) = (0, sound());
        for picture in &pictures {
            assert!(image::load_from_memory(picture).is_ok() || picture.starts_with(b"BM"), "{picture:?}");
            let mut claiming = picture.clone();
            claim(&mut claiming, [4_000, 3_000]);
            heard += usize::from(size(&claiming) == Some((4_000, 3_000)));
        }
        // A container's size and its picture's may have to agree.
        assert!(heard + 3 >= pictures.len(), "{heard} of {}", pictures.len());
    }

    #[test]
    fn sums_are_mended_as_far_as_chunks_go() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let picture = sound().into_iter().find(|bytes| bytes.starts_with(PNG)).unwrap();
        let mut mended = picture.clone();
        mended[29] ^= 1;
        mend_sums(&mut mended);
        assert_eq!(mended, picture);
        for _ in 0..500 {
            let mut damaged = mutate(&mut random, std::slice::from_ref(&picture));
            mend_sums(&mut damaged);
        }
    }
}
