//! Damaged pictures, and headers that lie.
#![cfg(test)]

use headstart_fuzz::{Fuzz, PeakAlloc, pictures};
use headstart_vision::{Limits, VisionError, decode, square};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Small enough that memory beyond them is seen.
const LIMITS: Limits = Limits {
    max_bytes: 1 << 20,
    max_side: 2_048,
    max_pixels: 1 << 20,
    max_memory: 8 << 20,
    max_reduced_pixels: 1 << 22,
};
/// What a picture of that many pixels may take while it is decoded: a decoder's picture and its buffers, and our own copies.
const MOST: usize = 24 << 20;
/// What was found: each took gigabytes or seconds.
const FRAME_LARGER_THAN_PICTURE: &[u8] = include_bytes!("findings/frame-larger-than-picture.webp");
const EXIF_OF_4_GIB: &[u8] = include_bytes!("findings/exif-of-4-gib.webp");

#[test]
fn a_damaged_picture_is_a_picture_or_an_error() {
    let mut seeds = pictures::sound();
    seeds.push(EXIF_OF_4_GIB.to_vec());
    let fuzz = Fuzz::new("pictures", env!("CARGO_TARGET_TMPDIR"), seeds).made_by(pictures::damaged);
    fuzz.with_unsound(vec![FRAME_LARGER_THAN_PICTURE.to_vec()]).count(10_000).memory(MOST, 16).run(|bytes| {
        let Ok(picture) = decode(bytes, &LIMITS) else { return false };
        let (width, height) = picture.dimensions();
        assert!(width > 0 && height > 0 && LIMITS.check_pixels(width, height).is_ok(), "{width}×{height}");
        assert_eq!(square(&picture, 32).dimensions(), (32, 32));
        true
    });
}

#[test]
fn a_frame_larger_than_its_picture_is_damage_and_broken_metadata_are_none() {
    assert!(matches!(decode(FRAME_LARGER_THAN_PICTURE, &LIMITS), Err(VisionError::Damaged(_))));
    assert_eq!(decode(EXIF_OF_4_GIB, &LIMITS).map(|picture| picture.dimensions()), Ok((19, 13)));
}
