//! JPEG in every layout: the right pixels, or none.
#![cfg(test)]

mod made;

use headstart_vision::{Limits, RgbImage, VisionError, decode};
use image::Rgb;
use image::codecs::jpeg::JpegEncoder;
use made::{JFIF, Layout, Scan};

fn opened(bytes: &[u8]) -> RgbImage {
    decode(bytes, &Limits::default()).unwrap()
}

fn refused(bytes: &[u8]) -> VisionError {
    decode(bytes, &Limits::default()).unwrap_err()
}

fn worst(a: &RgbImage, b: &RgbImage) -> u8 {
    assert_eq!(a.dimensions(), b.dimensions());
    a.iter().zip(b.iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

fn mean(a: &RgbImage, b: &RgbImage) -> f64 {
    let sum: u64 = a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

const TWO: (usize, usize) = (2, 2);
const ONE: (usize, usize) = (1, 1);

/// Samplings that programs write, and those that the standard allows besides.
fn samplings() -> Vec<Vec<(usize, usize)>> {
    let chroma_once = [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (1, 4), (4, 2)];
    let odd = [
        [ONE, (2, 1), (2, 1)],
        [ONE, (1, 2), (1, 2)],
        [ONE, TWO, TWO],
        [ONE, TWO, ONE],
        [ONE, (2, 1), (1, 2)],
        [(2, 1), (1, 2), (1, 2)],
        [TWO, (2, 1), (2, 1)],
        [TWO, (1, 2), ONE],
        [(2, 1), (2, 1), (2, 1)],
        [(3, 1), ONE, ONE],
    ];
    chroma_once.iter().map(|luma| vec![*luma, ONE, ONE]).chain(odd.map(Vec::from)).collect()
}

/// Ways to divide three components into scans.
fn divisions() -> Vec<(bool, Vec<Scan>)> {
    let sequential: [&[Scan]; 5] = [
        &[(&[0, 1, 2], 0, 63)],
        &[(&[0], 0, 63), (&[1], 0, 63), (&[2], 0, 63)],
        &[(&[2], 0, 63), (&[1], 0, 63), (&[0], 0, 63)],
        &[(&[1, 2], 0, 63), (&[0], 0, 63)],
        &[(&[0], 0, 63), (&[1, 2], 0, 63)],
    ];
    let progressive: [&[Scan]; 2] = [
        &[(&[0, 1, 2], 0, 0), (&[0], 1, 63), (&[2], 1, 63), (&[1], 1, 63)],
        &[(&[2], 0, 0), (&[1], 0, 0), (&[0], 0, 0), (&[0], 1, 5), (&[1], 1, 63), (&[2], 1, 63), (&[0], 6, 63)],
    ];
    let sequential = sequential.iter().map(|scans| (false, scans.to_vec()));
    sequential.chain(progressive.iter().map(|scans| (true, scans.to_vec()))).collect()
}

#[test]
fn every_sampling_scan_and_restart_layout_shows_the_same() {
    let mut seen = 0;
    for (width, height) in [(97, 71), (64, 48), (130, 33)] {
        for sampling in samplings() {
            for (progressive, scans) in divisions() {
                for restart in [0, 1, 5] {
                    let layout = Layout {
                        progressive,
                        scans: scans.clone(),
                        restart,
                        ..Layout::baseline(width, height, &sampling)
                    };
                    // Neighbouring blocks differ by some levels, which decoders may smooth.
                    let opened = decode(&layout.encode(), &Limits::default());
                    let off = opened.as_ref().map(|image| worst(image, &layout.picture()));
                    assert!(off.as_ref().is_ok_and(|off| *off <= 30), "{off:?}: {layout:?}");
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, 3 * 17 * 7 * 3);
}

#[test]
fn grey_ones_of_any_sampling_are_read() {
    for sampling in [(1, 1), (2, 2), (2, 1)] {
        let layout = Layout::baseline(45, 30, &[sampling]);
        assert!(worst(&opened(&layout.encode()), &layout.picture()) <= 1, "{sampling:?}");
    }
}

#[test]
fn what_no_decoder_here_gets_right_is_unsupported() {
    let alone: Vec<Scan> = vec![(&[0], 0, 63), (&[1], 0, 63), (&[2], 0, 63)];
    // Chroma of two in four blocks, of which the picture's edge needs one.
    let half = Layout { scans: alone, ..Layout::baseline(97, 71, &[(4, 1), (2, 1), (2, 1)]) };
    let uneven = Layout::baseline(97, 71, &[(3, 1), (2, 1), (2, 1)]);
    for layout in [half, uneven] {
        assert!(matches!(refused(&layout.encode()), VisionError::Unsupported { .. }), "{layout:?}");
    }
    // Interlaced in whole units the first is read.
    let together = Layout::baseline(97, 71, &[(4, 1), (2, 1), (2, 1)]);
    assert!(worst(&opened(&together.encode()), &together.picture()) <= 30);
}

#[test]
fn arithmetic_coding_is_named() {
    let mut bytes = Layout::baseline(40, 30, &[ONE, ONE, ONE]).encode();
    let frame = bytes.windows(2).position(|pair| pair == b"\xff\xc0").unwrap();
    bytes[frame + 1] = 0xc9;
    let VisionError::Unsupported { format } = refused(&bytes) else { panic!("{:?}", refused(&bytes)) };
    assert!(format.contains("rithmetic"), "{format}");
    // Whether half of it is there nobody here can tell.
    assert_eq!(refused(&bytes[..bytes.len() - 20]), VisionError::CutShort);
}

#[test]
fn standard_tables_may_be_left_out() {
    const AVI1: &[u8] = b"\xff\xe0\0\x10AVI1\0\0\0\0\0\0\0\0\0\0";
    for sampling in [vec![ONE], vec![(2, 1), ONE, ONE], vec![TWO, ONE, ONE]] {
        for (notes, restart) in [(JFIF, 0), (AVI1, 0), (b"", 0), (AVI1, 3)] {
            let with = Layout { notes: notes.to_vec(), restart, ..Layout::baseline(97, 71, &sampling) };
            let without = Layout { with_tables: false, ..with.clone() };
            assert!(without.encode().len() < with.encode().len());
            assert!(worst(&opened(&without.encode()), &with.picture()) <= 30, "{without:?}");
            let bytes = without.encode();
            assert_eq!(opened(&bytes[..bytes.len() - 2]), opened(&bytes), "{without:?}");
        }
    }
}

/// What stands in place of the end marker, where only that is missing.
const ENDS: [&[u8]; 6] = [b"", b"\0\0", &[0; 4096], b"\xff", b"\xff\xff", b"\xff\xd9trailer"];

fn layouts() -> Vec<Layout> {
    let mut layouts: Vec<_> = divisions()
        .into_iter()
        .map(|(progressive, scans)| Layout { progressive, scans, ..Layout::baseline(97, 71, &[TWO, ONE, ONE]) })
        .collect();
    layouts.push(Layout::baseline(97, 71, &[ONE]));
    layouts.push(Layout { restart: 3, ..Layout::baseline(97, 71, &[TWO, ONE, ONE]) });
    layouts
}

#[test]
fn a_missing_end_marker_alone_changes_nothing() {
    for layout in layouts() {
        let bytes = layout.encode();
        let whole = opened(&bytes);
        for end in ENDS {
            let changed = [&bytes[..bytes.len() - 2], end].concat();
            assert_eq!(
                decode(&changed, &Limits::default()).as_ref(),
                Ok(&whole),
                "{layout:?} with {:?}",
                &end[..end.len().min(8)]
            );
        }
    }
}

#[test]
fn half_a_picture_is_refused_whatever_stands_at_its_end() {
    for layout in layouts() {
        let bytes = layout.encode();
        let whole = opened(&bytes);
        let data = bytes.windows(2).position(|pair| pair == b"\xff\xda").unwrap();
        for part in [10, 30, 50, 70, 85] {
            let cut = data + 14 + (bytes.len() - data - 14) * part / 100;
            for end in &ENDS[..5] {
                let cut = [&bytes[..cut], end].concat();
                assert_eq!(decode(&cut, &Limits::default()), Err(VisionError::CutShort), "{part} % of {layout:?}");
            }
            // Given an end, a progressive one shows all of its picture, if less sharply.
            let ended = decode(&[&bytes[..cut], b"\xff\xd9"].concat(), &Limits::default());
            match ended {
                Err(VisionError::CutShort) => {}
                Ok(image) => assert!(mean(&image, &whole) <= 3.0, "{part} % of {layout:?}"),
                Err(other) => panic!("{part} % of {layout:?}: {other:?}"),
            }
        }
    }
}

/// A photo with texture, as encoders write it.
fn photo() -> (RgbImage, Vec<u8>) {
    let image = RgbImage::from_fn(160, 120, |x, y| {
        Rgb([(x * 3 / 2 + (x * y) % 13) as u8, (2 * y + (x + y) % 7) as u8, (200 - x - y % 5) as u8])
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&image).unwrap();
    (image, bytes)
}

#[test]
fn a_photo_that_was_cut_and_given_an_end_is_refused() {
    let (_, bytes) = photo();
    for part in 40..90 {
        let cut = bytes.len() * part / 100;
        let filled = vec![0; bytes.len() - 2 - cut];
        for cut in [[&bytes[..cut], b"\xff\xd9"].concat(), [&bytes[..cut], &filled, b"\xff\xd9"].concat()] {
            assert_eq!(refused(&cut), VisionError::CutShort, "{part} %");
        }
    }
}

#[test]
fn an_odd_adobe_mark_changes_nothing() {
    let marks: [&[u8]; 7] = [
        b"Adobe\0d\0\0\0\0\x03",
        b"Adobe\0d\0\0\0\0\xff",
        b"Adobe\0d\0\0\0\0\x02",
        b"Adobe\0d",
        b"Adobe",
        b"Adobe\0d\0\0\0\0\x01and more",
        b"",
    ];
    for jfif in [JFIF, b""] {
        let plain = Layout { notes: jfif.to_vec(), ..Layout::baseline(97, 71, &[TWO, ONE, ONE]) };
        for mark in marks {
            let length = (mark.len() as u16 + 2).to_be_bytes();
            let notes = [jfif, b"\xff\xee", &length, mark].concat();
            let marked = Layout { notes, ..plain.clone() };
            assert!(worst(&opened(&marked.encode()), &plain.picture()) <= 30, "{mark:?}");
        }
    }
}

#[test]
fn the_marks_say_what_the_components_are() {
    let adobe = b"\xff\xee\0\x0eAdobe\0d\0\0\0\0\0";
    let layout = |notes: &[&[u8]]| Layout { notes: notes.concat(), ..Layout::baseline(40, 30, &[ONE, ONE, ONE]) };
    // Adobe's mark says red, green and blue; JFIF knows brightness and chroma alone, and has the last word.
    let both = layout(&[JFIF, adobe]);
    assert!(worst(&opened(&both.encode()), &both.picture()) <= 30);
    let alone = opened(&layout(&[adobe]).encode());
    // The first block's levels, as `made` draws them.
    assert!(
        alone.get_pixel(4, 4).0.iter().zip([90, 115, 146]).all(|(a, b)| a.abs_diff(b) <= 4),
        "{:?}",
        alone.get_pixel(4, 4)
    );
}

#[test]
fn beyond_the_limit_it_comes_smaller_as_the_mean_of_its_pixels() {
    let (_, bytes) = photo();
    let whole = opened(&bytes);
    let limits = Limits { max_pixels: 160 * 120 - 1, max_reduced_pixels: 1 << 30, ..Limits::default() };
    let smaller = decode(&bytes, &limits).unwrap();
    assert_eq!(smaller.dimensions(), (80, 60));
    let means = image::imageops::thumbnail(&whole, 80, 60);
    assert!(worst(&smaller, &means) <= 20, "{}", worst(&smaller, &means));
    // Half of it is half of it at any size.
    assert_eq!(decode(&bytes[..bytes.len() / 2], &limits), Err(VisionError::CutShort));
    // What follows is made from the smaller picture: the square that the base sees hardly differs.
    let squares = [&whole, &smaller].map(|image| headstart_vision::square(image, 30));
    let off: f64 = squares[0].iter().zip(squares[1].iter()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    assert!(off / f64::from(30 * 30 * 3) < 1.0, "{off}");
}

#[test]
fn memory_counts_beside_pixels() {
    let (_, baseline) = photo();
    let progressive =
        Layout { progressive: true, scans: divisions()[5].1.clone(), ..Layout::baseline(160, 120, &[ONE; 3]) };
    let limits = Limits { max_memory: 120_000, ..Limits::default() };
    assert_eq!(decode(&baseline, &limits).unwrap().dimensions(), (160, 120));
    // Its coefficients take 115,200 bytes, whatever the size that it comes in.
    assert_eq!(decode(&progressive.encode(), &limits).unwrap().dimensions(), (20, 15));
    let none = Limits { max_memory: 100_000, ..limits };
    assert!(matches!(decode(&progressive.encode(), &none), Err(VisionError::TooManyPixels { .. })));
}
