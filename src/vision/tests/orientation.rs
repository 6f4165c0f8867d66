//! Which way up: wherever a file says so, it is the pixels that are looked at.
#![cfg(test)]

use std::io::Cursor;

use headstart_vision::{Limits, RgbImage, decode};
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat, Rgb};

/// A smooth picture, which JPEG keeps, without any symmetry.
fn picture() -> RgbImage {
    RgbImage::from_fn(37, 23, |x, y| Rgb([(x * 6) as u8, (y * 10) as u8, (x * 2 + y * 3) as u8]))
}

fn encoded(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn opened(bytes: &[u8]) -> RgbImage {
    decode(bytes, &Limits::default()).unwrap()
}

/// A TIFF block whose only entry is tag 0x0112, orientation.
fn exif(orientation: u8) -> Vec<u8> {
    [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0]].concat()
}

#[test]
fn every_exif_orientation_of_a_jpeg_is_undone() {
    let stored = picture();
    let (width, height) = stored.dimensions();
    let bytes = encoded(&stored, ImageFormat::Jpeg);
    let plain = opened(&bytes);
    // Where the upright picture's pixel (x, y) is stored, after the EXIF standard's "0th row, 0th column" table.
    type Source = fn(u32, u32, u32, u32) -> (u32, u32);
    let sources: [Source; 8] = [
        |x, y, _, _| (x, y),
        |x, y, w, _| (w - 1 - x, y),
        |x, y, w, h| (w - 1 - x, h - 1 - y),
        |x, y, _, h| (x, h - 1 - y),
        |x, y, _, _| (y, x),
        |x, y, _, h| (y, h - 1 - x),
        |x, y, w, h| (w - 1 - y, h - 1 - x),
        |x, y, w, _| (w - 1 - y, x),
    ];
    for (index, source) in sources.iter().enumerate() {
        let block = [b"Exif\0\0".to_vec(), exif(index as u8 + 1)].concat();
        let length = (block.len() as u16 + 2).to_be_bytes();
        let turned = opened(&[&bytes[..2], b"\xff\xe1", &length, &block, &bytes[2..]].concat());
        let (w, h) = if index < 4 { (width, height) } else { (height, width) };
        let expected = RgbImage::from_fn(w, h, |x, y| {
            let (column, row) = source(x, y, width, height);
            *plain.get_pixel(column, row)
        });
        assert_eq!(turned, expected, "orientation {}", index + 1);
    }
}

#[test]
fn a_broken_exif_block_is_ignored() {
    let bytes = encoded(&picture(), ImageFormat::Jpeg);
    let block = b"\xff\xe1\0\x0cExif\0\0MM\0\xff";
    assert_eq!(opened(&[&bytes[..2], block, &bytes[2..]].concat()), opened(&bytes));
}

/// The same with the orientation as a long, little endian.
fn long_exif(orientation: u8) -> Vec<u8> {
    [b"II*\0\x08\0\0\0\x01\0\x12\x01\x04\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat()
}

fn xmp(orientation: u8) -> Vec<u8> {
    format!("<x:xmpmeta><rdf:Description tiff:Orientation=\"{orientation}\"/></x:xmpmeta>").into_bytes()
}

/// A JPEG's APP1 segment.
fn app1(mark: &[u8], block: &[u8]) -> Vec<u8> {
    let length = (mark.len() + block.len() + 2) as u16;
    [b"\xff\xe1", &length.to_be_bytes()[..], mark, block].concat()
}

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// Turned by a quarter, as orientation 6 says.
fn turned(plain: &RgbImage) -> RgbImage {
    image::imageops::rotate90(plain)
}

#[test]
fn a_jpeg_says_it_in_many_ways() {
    let bytes = encoded(&picture(), ImageFormat::Jpeg);
    let plain = opened(&bytes);
    let with = |notes: &[Vec<u8>]| opened(&[&bytes[..2], &notes.concat(), &bytes[2..]].concat());
    for (what, notes) in [
        ("a long", vec![app1(EXIF, &long_exif(6))]),
        ("two blocks", vec![app1(EXIF, &exif(6)), app1(EXIF, &exif(1))]),
        ("a broken block first", vec![app1(EXIF, b"MM\0"), app1(EXIF, &exif(6))]),
        ("XMP alone", vec![app1(XMP, &xmp(6))]),
        ("XMP that says otherwise", vec![app1(XMP, &xmp(3)), app1(EXIF, &exif(6))]),
    ] {
        assert_eq!(with(&notes), turned(&plain), "{what}");
    }
    assert_eq!(with(&[app1(EXIF, &exif(1)), app1(EXIF, &exif(6))]), plain);
    assert_eq!(with(&[app1(EXIF, &exif(1)), app1(XMP, &xmp(6))]), plain);
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind, data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

#[test]
fn a_png_says_it_before_or_after_its_pixels() {
    let bytes = encoded(&picture(), ImageFormat::Png);
    let (header, end) = (33, bytes.len() - 12);
    let text = [b"XML:com.adobe.xmp\0\0\0\0\0", &xmp(6)[..]].concat();
    for block in [chunk(b"eXIf", &exif(6)), chunk(b"eXIf", &long_exif(6)), chunk(b"iTXt", &text)] {
        for at in [header, end] {
            let told = [&bytes[..at], &block, &bytes[at..]].concat();
            assert_eq!(opened(&told), turned(&picture()), "at {at}");
            assert_eq!(opened(&told[..told.len() - 12]), turned(&picture()), "at {at}, without an end");
        }
    }
    let both =
        [&bytes[..header], &chunk(b"iTXt", &text), &bytes[header..end], &chunk(b"eXIf", &exif(1)), &bytes[end..]];
    assert_eq!(opened(&both.concat()), picture());
}

#[test]
fn a_webp_says_it_with_or_without_a_mark() {
    for block in [exif(6), long_exif(6), [EXIF, &exif(6)].concat(), [EXIF, &long_exif(6)].concat()] {
        let mut bytes = Vec::new();
        let mut encoder = WebPEncoder::new_lossless(&mut bytes);
        encoder.set_exif_metadata(block).unwrap();
        encoder.write_image(picture().as_raw(), 37, 23, ExtendedColorType::Rgb8).unwrap();
        assert_eq!(opened(&bytes), turned(&picture()));
    }
}
