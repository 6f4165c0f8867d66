//! Every format, and every way in which a file can be bad.
#![cfg(test)]

use std::io::Cursor;

use headstart_vision::{Limits, RgbImage, VisionError, decode};
use image::{DynamicImage, Frame, ImageFormat, Luma, LumaA, Rgb, Rgba, RgbaImage, codecs::gif::GifEncoder};

/// A smooth picture, which JPEG keeps, without any symmetry.
fn picture() -> RgbImage {
    RgbImage::from_fn(37, 23, |x, y| Rgb([(x * 6) as u8, (y * 10) as u8, (x * 2 + y * 3) as u8]))
}

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn opened(bytes: &[u8]) -> RgbImage {
    decode(bytes, &Limits::default()).unwrap()
}

fn refused(bytes: &[u8]) -> VisionError {
    decode(bytes, &Limits::default()).map(|image| image.dimensions()).unwrap_err()
}

fn worst(a: &RgbImage, b: &RgbImage) -> u8 {
    assert_eq!(a.dimensions(), b.dimensions());
    a.iter().zip(b.iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

#[test]
fn lossless_formats_come_back_as_they_were() {
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Bmp] {
        assert_eq!(opened(&encoded(picture(), format)), picture(), "{format:?}");
    }
}

#[test]
fn jpeg_comes_back_close() {
    assert!(worst(&opened(&encoded(picture(), ImageFormat::Jpeg)), &picture()) <= 24);
}

#[test]
fn of_a_gif_the_first_frame_is_taken() {
    let frame =
        |colour| Frame::new(RgbaImage::from_fn(9, 5, |x, _| Rgba(if x == 0 { [9, 9, 9, 255] } else { colour })));
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    encoder.encode_frames([frame([250, 10, 20, 255]), frame([0, 0, 255, 255])]).unwrap();
    drop(encoder);
    assert_eq!(opened(&bytes).get_pixel(8, 4), &Rgb([250, 10, 20]));
}

#[test]
fn transparency_is_white() {
    let image = RgbaImage::from_fn(3, 1, |x, _| Rgba([0, 0, 255, [255, 128, 0][x as usize]]));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let expected = RgbImage::from_raw(3, 1, vec![0, 0, 255, 127, 127, 255, 255, 255, 255]).unwrap();
        assert_eq!(opened(&encoded(image.clone(), format)), expected, "{format:?}");
    }
    let gif = RgbaImage::from_fn(2, 1, |x, _| Rgba([0, 0, 255, [255, 0][x as usize]]));
    let mut bytes = Vec::new();
    GifEncoder::new(&mut bytes).encode_frame(Frame::new(gif)).unwrap();
    assert_eq!(opened(&bytes).into_raw(), [0, 0, 255, 255, 255, 255]);
}

#[test]
fn grey_and_sixteen_bits() {
    let grey = image::GrayImage::from_fn(20, 4, |x, _| Luma([(x * 12) as u8]));
    let expected = RgbImage::from_fn(20, 4, |x, _| Rgb([(x * 12) as u8; 3]));
    assert_eq!(opened(&encoded(grey.clone(), ImageFormat::Png)), expected);
    assert!(worst(&opened(&encoded(grey, ImageFormat::Jpeg)), &expected) <= 8);

    let grey_alpha = image::GrayAlphaImage::from_pixel(1, 1, LumaA([0, 128]));
    assert_eq!(opened(&encoded(grey_alpha, ImageFormat::Png)).into_raw(), [127; 3]);

    let deep = image::ImageBuffer::from_pixel(1, 1, Rgb([0xffff_u16, 0x8080, 0x0101]));
    assert_eq!(opened(&encoded(deep, ImageFormat::Png)).into_raw(), [255, 128, 1]);
    let deep_alpha = image::ImageBuffer::from_pixel(1, 1, Rgba([0_u16, 0xffff, 0, 0x8080]));
    assert_eq!(opened(&encoded(deep_alpha, ImageFormat::Png)).into_raw(), [127, 255, 127]);
    let deep_grey = image::ImageBuffer::from_pixel(1, 1, Luma([0x8080_u16]));
    assert_eq!(opened(&encoded(deep_grey, ImageFormat::Png)).into_raw(), [128; 3]);
}

/// A chunk of a PNG.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind, data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

/// A 2×1 PNG with a palette of two colours, the second half transparent, written chunk by chunk.
#[test]
fn a_palette_with_transparency() {
    // One row: filter 0, then the indices 0 and 1 in one bit each; as a stored deflate block with its Adler-32.
    let zlib = [0x78, 0x01, 1, 2, 0, 0xfd, 0xff, 0, 0x40, 0, 0x42, 0, 0x41];
    let bytes = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &[0, 0, 0, 2, 0, 0, 0, 1, 1, 3, 0, 0, 0]),
        chunk(b"PLTE", &[200, 100, 50, 0, 0, 0]),
        chunk(b"tRNS", &[255, 128]),
        chunk(b"IDAT", &zlib),
        chunk(b"IEND", &[]),
    ]
    .concat();
    assert_eq!(opened(&bytes).into_raw(), [200, 100, 50, 127, 127, 127]);
}

#[test]
fn every_cut_of_every_format_is_an_error() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp] {
        let image = if format == ImageFormat::Gif {
            DynamicImage::from(picture()).to_rgba8().into()
        } else {
            DynamicImage::from(picture())
        };
        let bytes = encoded(image, format);
        let whole = opened(&bytes);
        for cut in 16..bytes.len() {
            match decode(&bytes[..cut], &Limits::default()) {
                Err(VisionError::CutShort) => {}
                Err(VisionError::Damaged(_)) if format == ImageFormat::Gif => {}
                // What follows the last pixel (an end marker, a checksum) may be missing where the pixels are right.
                Ok(image) => assert_eq!(image, whole, "{format:?} cut at {cut}"),
                other => panic!("{format:?} cut at {cut} of {}: {other:?}", bytes.len()),
            }
        }
    }
}

#[test]
fn a_png_may_lack_its_last_chunk() {
    let bytes = encoded(picture(), ImageFormat::Png);
    let end = bytes.len() - 12;
    for end in [&bytes[..end], &bytes[..end - 4], &bytes[..end - 3], &[&bytes[..end], &[0; 12]].concat()] {
        assert_eq!(decode(end, &Limits::default()).as_ref(), Ok(&picture()));
    }
    let half = [&bytes[..bytes.len() / 2], &bytes[end..]].concat();
    assert_eq!(refused(&half), VisionError::CutShort);
    assert_eq!(refused(&[&bytes[..bytes.len() / 2], &[0; 400]].concat()), VisionError::CutShort);
}

#[test]
fn a_png_beyond_the_limit_comes_smaller() {
    let limits = Limits { max_pixels: 900, max_reduced_pixels: 1 << 20, ..Limits::default() };
    let colours = RgbaImage::from_fn(50, 31, |x, y| Rgba([(x * 5) as u8, (y * 8) as u8, 200, (255 - x) as u8]));
    let whole = opened(&encoded(colours.clone(), ImageFormat::Png));
    let mean = |x: u32, y: u32, channel: usize| {
        let inside: Vec<_> =
            whole.enumerate_pixels().filter(|(column, row, _)| (column / 2, row / 2) == (x, y)).collect();
        inside.iter().map(|(_, _, pixel)| f64::from(pixel[channel])).sum::<f64>() / inside.len() as f64
    };
    let deep = DynamicImage::from(colours.clone()).into_rgba16();
    for bytes in [encoded(colours, ImageFormat::Png), encoded(deep, ImageFormat::Png)] {
        let smaller = decode(&bytes, &limits).unwrap();
        assert_eq!(smaller.dimensions(), (25, 16));
        for (x, y, pixel) in smaller.enumerate_pixels() {
            for channel in 0..3 {
                assert!((f64::from(pixel[channel]) - mean(x, y, channel)).abs() <= 1.0, "({x}, {y})");
            }
        }
        assert_eq!(decode(&bytes[..bytes.len() / 2], &limits), Err(VisionError::CutShort));
        // Without its last chunk too.
        assert_eq!(decode(&bytes[..bytes.len() - 12], &limits), Ok(smaller));
    }
    let grey = image::GrayImage::from_fn(50, 31, |x, _| Luma([(x * 5) as u8]));
    assert_eq!(decode(&encoded(grey, ImageFormat::Png), &limits).unwrap().get_pixel(3, 0).0, [33; 3]);
}

#[test]
fn formats_that_come_whole_or_not_at_all_say_so() {
    let limits = Limits { max_pixels: 37 * 23 - 1, ..Limits::default() };
    for format in [ImageFormat::WebP, ImageFormat::Bmp] {
        let error = decode(&encoded(picture(), format), &limits).unwrap_err();
        assert!(matches!(error, VisionError::TooManyPixels { size: Some([37, 23]), .. }), "{format:?}: {error:?}");
    }
}

#[test]
fn tiff_is_read_on_the_native_machine() {
    assert_eq!(opened(&encoded(picture(), ImageFormat::Tiff)), picture());
}

#[test]
fn empty_garbage_and_foreign() {
    assert_eq!(refused(b""), VisionError::Empty);
    assert_eq!(refused(b"<!doctype html><title>Not found</title>"), VisionError::NotAnImage);
    assert_eq!(refused(&[0x17; 4096]), VisionError::NotAnImage);
    assert_eq!(refused(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), VisionError::Unsupported { format: "HEIC".to_owned() });
}

#[test]
fn one_pixel_is_a_picture() {
    let one = RgbImage::from_pixel(1, 1, Rgb([7, 8, 9]));
    assert_eq!(opened(&encoded(one.clone(), ImageFormat::Png)), one);
}

/// Headers that name 30,000×30,000 pixels: 2.7 GB that must never be allocated.
#[test]
fn a_huge_header_fails_fast() {
    let side = 30_000_u32;
    let mut png = encoded(picture(), ImageFormat::Png);
    png[16..20].copy_from_slice(&side.to_be_bytes());
    png[20..24].copy_from_slice(&side.to_be_bytes());
    let crc = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());

    let mut jpeg = encoded(picture(), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == b"\xff\xc0").unwrap();
    jpeg[frame + 5..frame + 7].copy_from_slice(&(side as u16).to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&(side as u16).to_be_bytes());

    let mut gif = encoded(DynamicImage::from(picture()).to_rgba8(), ImageFormat::Gif);
    gif[6..8].copy_from_slice(&(side as u16).to_le_bytes());
    gif[8..10].copy_from_slice(&(side as u16).to_le_bytes());

    let mut bmp = encoded(picture(), ImageFormat::Bmp);
    bmp[18..22].copy_from_slice(&side.to_le_bytes());
    bmp[22..26].copy_from_slice(&side.to_le_bytes());

    let start = std::time::Instant::now();
    assert_eq!(refused(&png[..33]), VisionError::CutShort);
    for bytes in [&png, &jpeg, &gif, &bmp] {
        assert!(matches!(refused(bytes), VisionError::TooManyPixels { .. }), "{:?}", refused(bytes));
    }
    assert!(start.elapsed().as_millis() < 500);
}

#[test]
fn the_callers_limits_hold() {
    let bytes = encoded(picture(), ImageFormat::Png);
    let pixels = 37 * 23;
    let allowed = Limits {
        max_bytes: bytes.len(),
        max_side: 37,
        max_pixels: pixels,
        max_reduced_pixels: pixels,
        ..Limits::default()
    };
    assert!(decode(&bytes, &allowed).is_ok());
    for limits in [
        Limits { max_bytes: bytes.len() - 1, ..allowed },
        Limits { max_side: 36, ..allowed },
        Limits { max_pixels: pixels - 1, max_reduced_pixels: pixels - 1, ..allowed },
    ] {
        assert!(
            matches!(
                decode(&bytes, &limits),
                Err(VisionError::FileTooLarge { .. } | VisionError::TooManyPixels { .. })
            ),
            "{limits:?}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = decode(&bytes, &Limits::default());
    }

    #[test]
    fn damaged_files_never_panic(
        format in proptest::sample::select(vec![
            ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp,
        ]),
        hits in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), 0_u8..), 1..8),
    ) {
        let mut bytes = encoded(DynamicImage::from(picture()).to_rgba8(), if format == ImageFormat::Jpeg { ImageFormat::Png } else { format });
        if format == ImageFormat::Jpeg {
            bytes = encoded(picture(), format);
        }
        for (place, value) in hits {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        // Small, so that a size that was hit does not make the test slow.
        let limits = Limits { max_side: 512, max_pixels: 100_000, ..Limits::default() };
        let _ = decode(&bytes, &limits);
    }
}
