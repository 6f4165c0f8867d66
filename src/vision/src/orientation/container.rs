//! Where a file keeps what is said about its picture.

use crate::{jpeg, png, webp};

/// The EXIF blocks, in their order, and the XMP packet of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Notes<'a> {
    pub(super) exif: Vec<&'a [u8]>,
    pub(super) xmp: Option<&'a [u8]>,
}

/// Of a JPEG: its APP1 segments.
pub(super) fn of_jpeg(bytes: &[u8]) -> Notes<'_> {
    let mut notes = Notes::default();
    for payload in jpeg::notes(bytes) {
        if payload.starts_with(b"Exif\0") {
            notes.exif.push(payload);
        } else if let Some(packet) = payload.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
            notes.xmp.get_or_insert(packet);
        }
    }
    notes
}

/// Of a PNG: `eXIf`, before the pixels or after them, and the text that Adobe names.
pub(super) fn of_png(bytes: &[u8]) -> Notes<'_> {
    let mut notes = Notes::default();
    for (name, data) in png::chunks(bytes) {
        match name {
            b"eXIf" => notes.exif.push(data),
            // The keyword, not compressed; then a language and a translated keyword, both of which end with a zero.
            b"iTXt" => {
                if let Some(text) = data.strip_prefix(b"XML:com.adobe.xmp\0\0\0") {
                    notes.xmp.get_or_insert(text);
                }
            }
            _ => {}
        }
    }
    notes
}

/// Of a WebP: its `EXIF` and `XMP ` chunks.
pub(super) fn of_webp(bytes: &[u8]) -> Notes<'_> {
    let mut notes = Notes::default();
    for chunk in webp::chunks(bytes.get(12..).unwrap_or_default()).filter(|chunk| chunk.is_whole) {
        match chunk.name {
            b"EXIF" => notes.exif.push(chunk.data),
            b"XMP " => {
                notes.xmp.get_or_insert(chunk.data);
            }
            _ => {}
        }
    }
    notes
}
