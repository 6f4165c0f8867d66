//! Files that may be pictures, by their names and by their first bytes.

/// Endings of pictures, in small letters: the one list of the project.
const ENDINGS: [&str; 18] = [
    "jpg", "jpeg", "jpe", "jfif", "pjpeg", "png", "webp", "gif", "bmp", "dib", "avif", "heic", "heif", "tif", "tiff",
    "ico", "jxl", "mpo",
];
/// Endings of heads.
const HEADS: [&str; 2] = ["safetensors", "head"];
/// Endings of zips: Teachable Machine calls its projects `.tm`.
const ZIPS: [&str; 2] = ["zip", "tm"];

/// Bytes of a file that [`is_picture`] needs to see.
pub const FIRST_BYTES: usize = 64;

/// What a file is by its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// A picture.
    Picture,
    /// A trained head.
    Head,
    /// A zip.
    Zip,
    /// Anything else, or none at all: only its bytes can say.
    Other,
}

impl Ending {
    /// That of the file at `path`, whatever its case.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let is_in = |list: &[&str]| list.iter().any(|known| ending.eq_ignore_ascii_case(known));
        if is_in(&ENDINGS) {
            Self::Picture
        } else if is_in(&HEADS) {
            Self::Head
        } else if is_in(&ZIPS) {
            Self::Zip
        } else {
            Self::Other
        }
    }
}

/// Whether a file that begins with these bytes, [`FIRST_BYTES`] where there are so many, is a picture of a known format. A TIFF
/// is known by its name alone: what cameras write as raw begins like one.
#[must_use]
pub fn is_picture(first: &[u8]) -> bool {
    use infer::image;

    // Two letters alone say little: 4 bytes behind the size are reserved.
    let is_bmp = image::is_bmp(first) && first.get(6..10) == Some(&[0; 4]);
    let is_webp = first.starts_with(b"RIFF") && image::is_webp(first);
    is_bmp
        || is_webp
        || [image::is_jpeg, image::is_png, image::is_ico, image::is_heif, image::is_avif, |first: &[u8]| {
            first.starts_with(b"GIF8")
        }]
        .iter()
        .any(|is| is(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_known_whatever_their_case() {
        for (path, ending) in [
            ("cats/a.JPG", Ending::Picture),
            ("a.jfif", Ending::Picture),
            ("a.Heif", Ending::Picture),
            ("a.tiff", Ending::Picture),
            ("a.jxl", Ending::Picture),
            ("a.MPO", Ending::Picture),
            ("my.safetensors", Ending::Head),
            ("my.head", Ending::Head),
            ("x/project.tm", Ending::Zip),
            ("cats.jpg/a", Ending::Other),
            ("jpg", Ending::Other),
            ("a.svg", Ending::Other),
        ] {
            assert_eq!(Ending::of(path), ending, "{path}");
        }
    }

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        for first in [
            &b"\xff\xd8\xff\xe0\0\x10JFIF"[..],
            b"\x89PNG\r\n\x1a\n",
            b"GIF89a\0\0",
            b"RIFF\0\0\0\0WEBPVP8 ",
            b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0",
            b"\0\0\x01\0\x01\0",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B",
        ] {
            assert!(is_picture(first), "{first:?}");
        }
        for first in [
            &b""[..],
            b"BMW and others",
            b"RIFF\0\0\0\0WAVEfmt ",
            b"PK\x03\x04",
            b"GIFT",
            b"<!doctype html>",
            b"\0\0\0\x18ftypmp42\0\0\0\0isommp42",
            b"%PDF-1.4",
            b"II*\0\x08\0\0\0\0\0",
            b"MM\0*\0\0\0\x08\0\0",
        ] {
            assert!(!is_picture(first), "{first:?}");
        }
    }
}
