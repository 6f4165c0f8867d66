//! Which format a file is in, by its first bytes; names and extensions are never asked.

use image::ImageFormat;

use crate::VisionError;

/// What is decoded here. TIFF, which no phone and hardly a browser writes or shows, would make the worker larger.
#[cfg(target_arch = "wasm32")]
const DECODED: &[ImageFormat] =
    &[ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp];
#[cfg(not(target_arch = "wasm32"))]
const DECODED: &[ImageFormat] =
    &[ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::Tiff];

/// Beginnings of picture formats that are known but not decoded here. A browser may read some of them.
const FOREIGN: [(&[u8], &str); 14] = [
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\0\0\x01\0", "ICO"),
    (b"8BPS", "Photoshop"),
    (b"qoif", "QOI"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"FUJIFILMCCD-RAW", "Raw camera"),
    (b"IIRO", "Raw camera"),
];

/// Brands of the ISO container (ISO/IEC 14496-12 `ftyp`) that hold still pictures. AVIF first: its files often name the
/// general `mif1` too.
const BRANDS: [(&[u8], &str); 9] = [
    (b"avif", "AVIF"),
    (b"avis", "AVIF"),
    (b"heic", "HEIC"),
    (b"heix", "HEIC"),
    (b"hevc", "HEIC"),
    (b"heim", "HEIC"),
    (b"heis", "HEIC"),
    (b"mif1", "HEIF"),
    (b"msf1", "HEIF"),
];

/// The format of `bytes` where it is one that we decode.
///
/// # Errors
/// [`VisionError::Unsupported`] for another known picture format, [`VisionError::NotAnImage`] for anything else.
pub(crate) fn recognise(bytes: &[u8]) -> Result<ImageFormat, VisionError> {
    let foreign = |format: &str| Err(VisionError::Unsupported { format: format.to_owned() });
    if let Ok(format) = image::guess_format(bytes)
        && DECODED.contains(&format)
    {
        return Ok(format);
    }
    if let Some((_, format)) = FOREIGN.iter().find(|(start, _)| bytes.starts_with(start)) {
        return foreign(format);
    }
    if let Some(format) = iso_brand(bytes) {
        return foreign(format);
    }
    if is_svg(bytes) {
        return foreign("SVG");
    }
    Err(VisionError::NotAnImage)
}

/// Whether `bytes` are of a format that is decoded here, whatever comes of it.
#[must_use]
pub fn is_decoded_here(bytes: &[u8]) -> bool {
    recognise(bytes).is_ok()
}

/// Whether the end that such a file announces, or has, is missing; only of formats whose decoders do not say so themselves.
pub(crate) fn is_cut(bytes: &[u8], format: ImageFormat) -> bool {
    match format {
        ImageFormat::WebP => {
            let announced = bytes.get(4..).and_then(|rest| rest.first_chunk());
            announced.is_none_or(|length| u64::from(u32::from_le_bytes(*length)) + 8 > bytes.len() as u64)
        }
        ImageFormat::Gif => bytes.iter().rev().find(|byte| **byte != 0) != Some(&b';'),
        _ => false,
    }
}

/// The still picture format that an ISO container's `ftyp` box names, as its major or a compatible brand.
fn iso_brand(bytes: &[u8]) -> Option<&'static str> {
    let (length, rest) = bytes.split_first_chunk()?;
    let brands = rest.strip_prefix(b"ftyp")?;
    let end = (u32::from_be_bytes(*length) as usize).saturating_sub(8).min(brands.len());
    let named: Vec<_> = brands[..end].chunks_exact(4).collect();
    BRANDS.iter().find(|(brand, _)| named.contains(brand)).map(|(_, format)| *format)
}

fn is_svg(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    start.starts_with("<svg") || (start.starts_with("<?xml") && start.contains("<svg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(bytes: &[u8]) -> String {
        match recognise(bytes) {
            Err(VisionError::Unsupported { format }) => format,
            other => panic!("{bytes:?}: {other:?}"),
        }
    }

    #[test]
    fn known_formats_that_are_not_decoded_are_named() {
        assert_eq!(foreign(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), "HEIC");
        assert_eq!(foreign(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf"), "AVIF");
        assert_eq!(foreign(b"\0\0\0\x14ftypmsf1\0\0\0\0msf1"), "HEIF");
        assert_eq!(foreign(b"II+\0\x08\0\0\0"), "TIFF");
        assert_eq!(foreign(b"\xff\x0a\xfa"), "JPEG XL");
        assert_eq!(foreign(b"<?xml version=\"1.0\"?>\n<svg/>"), "SVG");
        assert_eq!(foreign(b"\xef\xbb\xbf <svg/>"), "SVG");
    }

    #[test]
    fn other_files_are_no_pictures() {
        let video: &[u8] = b"\0\0\0\x18ftypisom\0\0\0\0isommp42";
        let brand_after_the_box: &[u8] = b"\0\0\0\x10ftypisom\0\0\0\0heic";
        for bytes in [video, brand_after_the_box, b"hello", b"P", b"<html><svg/></html>", b"%PDF-1.7", b"\0\0\0\0ftyp"]
        {
            assert_eq!(recognise(bytes), Err(VisionError::NotAnImage), "{bytes:?}");
        }
    }
}
