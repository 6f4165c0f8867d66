//! Which way up a picture is, wherever its file says so.

mod container;
mod exif;
mod xmp;

use image::ImageFormat;
use image::metadata::Orientation;

/// How the picture in `bytes` must be turned: as its EXIF block says (of several the first), or else its XMP packet.
///
/// A block that makes no sense is no reason to refuse the pixels: it says nothing.
pub(crate) fn orientation(bytes: &[u8], format: ImageFormat) -> Orientation {
    let notes = match format {
        ImageFormat::Jpeg => container::of_jpeg(bytes),
        ImageFormat::Png => container::of_png(bytes),
        ImageFormat::WebP => container::of_webp(bytes),
        _ => return Orientation::NoTransforms,
    };
    let exif = notes.exif.iter().find_map(|block| exif::Directory::read(block));
    let said = exif.and_then(|directory| directory.orientation()).or_else(|| notes.xmp.and_then(xmp::orientation));
    said.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms)
}
