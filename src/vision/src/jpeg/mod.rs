//! JPEG, in every layout that cameras and programs write.
//!
//! Two decoders read it. `zune-jpeg` is the faster, and right for the layouts that nearly all photos have; what it gets
//! wrong without a word (a scan a component, chroma that is sampled more finely than luma) or refuses (tables left out, an
//! odd Adobe mark) `jpeg-decoder` reads, which also decodes at a reduced size. Which of them, the header says. Compared
//! were both with libjpeg, over all that `cjpeg` can write.

mod header;
mod lenient;
mod marker;
mod stream;
mod tables;
mod whole;

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::{DynamicImage, ImageDecoder, RgbImage};

use self::header::{Adobe, Colour, Header, Process};
use self::marker::Parts;
use crate::reduce::FACTORS;
use crate::{Limits, VisionError};

/// The pixels of a JPEG, as they lie in the file. One with more pixels than [`Limits::max_pixels`], or whose decoding would
/// take more than [`Limits::max_memory`], comes smaller.
///
/// # Errors
/// [`VisionError::TooManyPixels`] where even that takes too much, [`VisionError::Unsupported`] for arithmetic coding and
/// other rare kinds, [`VisionError::CutShort`] for what ends before its last pixel, [`VisionError::Damaged`] for what makes
/// no sense.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, VisionError> {
    let header = Header::read(bytes)?;
    let (width, height) = (header.width, header.height);
    limits.check_reduced(width, height)?;
    if width == 0 || height == 0 {
        return Err(VisionError::Damaged("it has no pixels".to_owned()));
    }
    let factor = FACTORS
        .into_iter()
        .find(|factor| limits.allows(width, height, *factor) && memory(&header, *factor) <= limits.max_memory)
        .ok_or_else(|| limits.exceeded_by(Some([width, height])))?;
    if !header.components_are_all_there() || !header.data_may_suffice() {
        return Err(VisionError::CutShort);
    }
    if !header.has_end {
        return to_the_end(bytes, &header, factor, limits);
    }
    let ordinary = is_ordinary(&header);
    let fast = if factor == 1 && ordinary { fast(bytes, limits).ok() } else { None };
    let image = match fast {
        Some(image) => image,
        None => {
            supported(&header)?;
            lenient::decode(&header, &stream::assemble(&header, &[]), factor)?
        }
    };
    // To make sure of it costs as much as decoding.
    let suspicious = !ordinary || whole::ends_in_repetition(&image);
    if suspicious && whole::ends_early(&header) { Err(VisionError::CutShort) } else { Ok(image) }
}

/// The segments of a JPEG that programs keep their notes in (APP1).
pub(crate) fn notes(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    Parts::of(bytes).filter(|part| part.marker == marker::APP1).map(|part| part.payload)
}

/// The pixels of a file whose end is not certain, where its data reach to the last of them.
fn to_the_end(bytes: &[u8], header: &Header<'_>, factor: u32, limits: &Limits) -> Result<RgbImage, VisionError> {
    // Whether such a file is whole nothing here can tell, and a browser shows what is left of it.
    supported(header).map_err(|_| VisionError::CutShort)?;
    let image = whole::decode_to_the_end(header, factor)?;
    // To the last bit as with its end.
    let fast = (factor == 1 && is_ordinary(header)).then(|| fast(&[bytes, b"\xff\xd9"].concat(), limits).ok());
    Ok(fast.flatten().unwrap_or(image))
}

/// The faster decoder.
fn fast(bytes: &[u8], limits: &Limits) -> Result<RgbImage, image::ImageError> {
    let mut decoder = JpegDecoder::new(Cursor::new(bytes))?;
    decoder.set_limits(limits.for_decoder())?;
    Ok(DynamicImage::from_decoder(decoder)?.into_rgb8())
}

/// Whether a file has the layout that nearly all have, which the faster decoder gets right.
fn is_ordinary(header: &Header<'_>) -> bool {
    let components = &header.components;
    let all = |scan: &header::Scan| scan.components.len() == components.len();
    let in_order = match header.process {
        Process::Sequential => matches!(&header.scans[..], [only] if all(only)),
        Process::Progressive => header.scans.iter().filter(|scan| scan.band[0] == 0).all(all),
        Process::Lossless => false,
    };
    let sampled = match &components[..] {
        [_] => true,
        [first, others @ ..] => {
            let others_once = others.iter().all(|other| (other.across, other.down) == (1, 1));
            let first_twice = first.across <= 2 && first.down <= 2;
            // Of CMYK only what is not subsampled.
            others_once && first_twice && (others.len() == 2 || (first.across, first.down) == (1, 1))
        }
        [] => false,
    };
    let ids = || components.iter().map(|component| component.id);
    // Where the decoder's idea of the colours is libjpeg's.
    let coloured = match (header.colour(), header.adobe) {
        (_, Adobe::Short) | (Colour::YCbCr, Adobe::Transform(0)) => false,
        (Colour::YCbCr, Adobe::Absent) => !ids().eq(*b"RGB"),
        (Colour::Ycck, Adobe::Transform(transform)) => transform == 2,
        (_, Adobe::Transform(transform)) => transform <= 1,
        (_, Adobe::Absent) => true,
    };
    in_order && sampled && coloured && !header.lacks_tables && header.rare.is_none()
}

/// Whether the more lenient decoder reads such a file rightly.
///
/// # Errors
/// [`VisionError::Unsupported`] where it does not.
fn supported(header: &Header<'_>) -> Result<(), VisionError> {
    let unsupported = |kind: &str| Err(VisionError::Unsupported { format: kind.to_owned() });
    if let Some(kind) = header.rare {
        return unsupported(kind);
    }
    let [across, down] = header.finest();
    let rare = || unsupported("Unevenly sampled JPEG");
    for (index, component) in header.components.iter().enumerate() {
        if across % component.across != 0 || down % component.down != 0 {
            return rare();
        }
        // Alone in a scan a component has as many blocks as it needs, beside others as many as fill whole units. Where
        // neither all nor one of a unit's are its own, the decoder takes the one for the other.
        let alone = header.scans.iter().any(|scan| scan.components == [index]) && header.components.len() > 1;
        let differ = |size: u32, own: u8, most: u8| {
            let (own, most) = (u32::from(own), u32::from(most));
            1 < own && own < most && (size * own).div_ceil(8 * most) != size.div_ceil(8 * most) * own
        };
        if alone && (differ(header.width, component.across, across) || differ(header.height, component.down, down)) {
            return rare();
        }
    }
    Ok(())
}

/// About as many bytes as decoding takes.
fn memory(header: &Header<'_>, factor: u32) -> u64 {
    let pixels = u64::from(header.width) * u64::from(header.height);
    let reduced = pixels / u64::from(factor * factor);
    let count = header.components.len() as u64;
    let [across, down] = header.finest().map(u64::from);
    let sampled: u64 = header.components.iter().map(|c| u64::from(c.across) * u64::from(c.down)).sum();
    // Progressive frames keep all their coefficients, of 16 bits.
    let coefficients = if header.process == Process::Progressive { 2 * pixels * sampled / (across * down) } else { 0 };
    let planes = if factor == 1 && is_ordinary(header) { 0 } else { reduced * sampled / (across * down) };
    coefficients + planes + reduced * count.max(3)
}
