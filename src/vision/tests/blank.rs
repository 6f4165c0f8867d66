//! Pictures that show nothing, and those that only seem to.
#![cfg(test)]

use std::io::Cursor;

use headstart_vision::{Limits, RgbImage, VisionError, decode};
use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgb, Rgba, RgbaImage};

fn picture() -> RgbImage {
    RgbImage::from_fn(37, 23, |x, y| Rgb([(x * 6) as u8, (y * 10) as u8, (x * 2 + y * 3) as u8]))
}

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn with_alpha(alpha: u8) -> RgbaImage {
    let mut image = DynamicImage::from(picture()).into_rgba8();
    image.pixels_mut().for_each(|pixel| pixel[3] = alpha);
    image
}

#[test]
fn one_colour_or_none_is_told_as_blank() {
    for colour in [[255; 3], [0; 3], [20, 30, 200]] {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Bmp] {
            let blank = encoded(RgbImage::from_pixel(37, 23, Rgb(colour)), format);
            assert_eq!(decode(&blank, &Limits::default()), Err(VisionError::Blank), "{colour:?} {format:?}");
        }
    }
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let clear = encoded(with_alpha(0), format);
        assert_eq!(decode(&clear, &Limits::default()), Err(VisionError::Blank), "{format:?}");
    }
}

/// A bitmap of 32 bits a pixel: version 3 without masks, or with those of versions 3, 4 and 5.
fn bitmap(header: u32, alpha: u8) -> Vec<u8> {
    let image = picture();
    let (width, height) = image.dimensions();
    let (compression, masked) = if header == 40 { (0_u32, false) } else { (3, true) };
    let mut bytes = [&b"BM"[..], &[0; 8], &(14 + header).to_le_bytes(), &header.to_le_bytes()].concat();
    bytes.extend([width, height].iter().flat_map(|side| side.to_le_bytes()));
    bytes.extend([1, 0, 32, 0]);
    bytes.extend([compression, 0, 2_835, 2_835, 0, 0].iter().flat_map(|value| value.to_le_bytes()));
    if masked {
        let masks = [0x00ff_0000_u32, 0x0000_ff00, 0x0000_00ff, 0xff00_0000];
        bytes.extend(masks.iter().flat_map(|mask| mask.to_le_bytes()));
        // sRGB, where there is room to say so.
        bytes.extend(b"BGRs");
    }
    bytes.resize(14 + header as usize, 0);
    for row in image.rows().rev() {
        bytes.extend(row.flat_map(|Rgb([red, green, blue])| [*blue, *green, *red, alpha]));
    }
    bytes
}

#[test]
fn an_alpha_that_was_never_filled_in_is_none() {
    for header in [40, 56, 108, 124] {
        for alpha in [0, 255] {
            let opened = decode(&bitmap(header, alpha), &Limits::default());
            assert_eq!(opened, Ok(picture()), "a header of {header} bytes, alpha {alpha}");
        }
    }
    // One that is filled in counts: at a half, each colour is halfway to white.
    let half = decode(&bitmap(124, 127), &Limits::default()).unwrap();
    assert!(half.get_pixel(0, 0).0.iter().all(|level| level.abs_diff(128) <= 1), "{:?}", half.get_pixel(0, 0));
}

#[test]
fn of_an_animation_the_first_frame_that_shows_something_is_taken() {
    let clear = RgbaImage::new(37, 23);
    let black = RgbaImage::from_pixel(37, 23, Rgba([0, 0, 0, 255]));
    let shows = with_alpha(255);
    let gif = |frames: &[&RgbaImage]| {
        let mut bytes = Vec::new();
        GifEncoder::new(&mut bytes).encode_frames(frames.iter().map(|frame| Frame::new((*frame).clone()))).unwrap();
        decode(&bytes, &Limits::default())
    };
    let expected = gif(&[&shows]).unwrap();
    for frames in [vec![&clear, &shows], vec![&black, &black, &shows], vec![&clear, &black, &clear, &shows, &black]] {
        assert_eq!(gif(&frames).as_ref(), Ok(&expected), "{} frames", frames.len());
    }
    assert_eq!(gif(&[&shows, &black]), Ok(expected));
    assert_eq!(gif(&[&clear, &clear]), Err(VisionError::Blank));
}
