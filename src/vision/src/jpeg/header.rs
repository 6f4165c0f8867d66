//! What a JPEG's markers say (ITU-T T.81, annex B), without a look at the coefficients.

use super::marker::{self, Part, Parts};
use crate::VisionError;

/// One colour component of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) id: u8,
    /// How finely it is sampled across, from 1 to 4, beside the others.
    pub(super) across: u8,
    /// The same from top to bottom.
    pub(super) down: u8,
}

/// A scan's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scan {
    /// Which of the frame's components it carries.
    pub(super) components: Vec<usize>,
    /// The first and the last coefficient that it carries.
    pub(super) band: [u8; 2],
    /// The lowest bit of them that it leaves to later scans.
    pub(super) low_bit: u8,
}

/// How the pixels are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Process {
    /// Baseline and extended sequential.
    Sequential,
    Progressive,
    Lossless,
}

/// What the colour components stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Grey,
    Rgb,
    YCbCr,
    Cmyk,
    Ycck,
}

/// Adobe's mark (APP14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Adobe {
    Absent,
    /// With its colour transform.
    Transform(u8),
    /// Too short to have one.
    Short,
}

/// What the markers say.
#[derive(Debug, Clone)]
pub(super) struct Header<'a> {
    pub(super) process: Process,
    /// What kind of JPEG it is, where nothing here decodes that kind.
    pub(super) rare: Option<&'static str>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) components: Vec<Component>,
    pub(super) scans: Vec<Scan>,
    /// Whether a scan uses Huffman tables that nothing before it defines.
    pub(super) lacks_tables: bool,
    pub(super) jfif: bool,
    pub(super) adobe: Adobe,
    /// Whether the end-of-image marker is there.
    pub(super) has_end: bool,
    /// What the pixels need: tables, frame, and each scan with its data.
    pub(super) parts: Vec<Part<'a>>,
}

impl<'a> Header<'a> {
    /// Walks the markers of `bytes` to the end of the image, or as far as they go.
    ///
    /// # Errors
    /// [`VisionError::CutShort`] where they end before the pixels begin, [`VisionError::Damaged`] where they make no sense.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, VisionError> {
        let mut frame: Option<Frame> = None;
        let mut scans = Vec::new();
        let (mut jfif, mut adobe, mut has_end, mut lacks_tables) = (false, Adobe::Absent, false, false);
        let mut tables = [[false; 4]; 2];
        let mut parts = Vec::new();
        for part in Parts::of(bytes) {
            match part.marker {
                marker::END_OF_IMAGE => has_end = true,
                marker::APP0 => jfif |= part.payload.starts_with(b"JFIF\0"),
                marker::APP14 if part.payload.starts_with(b"Adobe") => {
                    adobe = part.payload.get(11).map_or(Adobe::Short, |transform| Adobe::Transform(*transform));
                }
                marker::HUFFMAN_TABLES => {
                    for (class, id) in marker::huffman_tables(part.payload) {
                        tables[class][id] = true;
                    }
                    parts.push(part);
                }
                marker::QUANTIZATION_TABLES | marker::RESTART_INTERVAL => parts.push(part),
                marker::START_OF_SCAN => {
                    let frame = frame.as_ref().ok_or_else(|| damaged("its pixels come before its size"))?;
                    let Some((scan, uses)) = scan(part.payload, &frame.components) else {
                        // What follows the scans before it is no scan.
                        break;
                    };
                    lacks_tables |= uses.iter().any(|(class, id)| !tables[*class][*id]);
                    scans.push(scan);
                    parts.push(part);
                }
                _ if marker::is_frame(part.marker) && frame.is_none() => {
                    frame = Some(read_frame(part.marker, part.payload)?);
                    parts.push(part);
                }
                _ => {}
            }
        }
        let Frame { process, rare, width, height, components } = frame.ok_or(VisionError::CutShort)?;
        if scans.is_empty() {
            return Err(VisionError::CutShort);
        }
        Ok(Self { process, rare, width, height, components, scans, lacks_tables, jfif, adobe, has_end, parts })
    }

    /// What the components stand for, by libjpeg's rule, which browsers share.
    pub(super) fn colour(&self) -> Colour {
        let ids: Vec<u8> = self.components.iter().map(|component| component.id).collect();
        match (self.components.len(), self.adobe) {
            (4, Adobe::Absent | Adobe::Short | Adobe::Transform(0)) => Colour::Cmyk,
            (4, _) => Colour::Ycck,
            (3, _) if self.jfif => Colour::YCbCr,
            (3, Adobe::Transform(0)) => Colour::Rgb,
            (3, Adobe::Absent | Adobe::Short) if ids == *b"RGB" => Colour::Rgb,
            (3, _) => Colour::YCbCr,
            _ => Colour::Grey,
        }
    }

    /// The largest of the components' sampling factors, across and down.
    pub(super) fn finest(&self) -> [u8; 2] {
        let most = |of: fn(&Component) -> u8| self.components.iter().map(of).max().unwrap_or(1);
        [most(|component| component.across), most(|component| component.down)]
    }

    /// Whether every component has a scan.
    pub(super) fn components_are_all_there(&self) -> bool {
        (0..self.components.len()).all(|index| self.scans.iter().any(|scan| scan.components.contains(&index)))
    }

    /// Whether the scans have so many bytes as their blocks take at the very least: a bit for the mean of each (ITU-T T.81, F.1.2)
    /// and, where the other coefficients come with it, one for their end.
    pub(super) fn data_may_suffice(&self) -> bool {
        let bits_a_block = match self.process {
            // Arithmetic codes take less.
            _ if self.rare.is_some() => return true,
            Process::Sequential => 2,
            Process::Progressive => 1,
            Process::Lossless => return true,
        };
        let [across, down] = self.finest();
        let blocks = |size: u32, own: u8, most: u8| u64::from((size * u32::from(own)).div_ceil(8 * u32::from(most)));
        let blocks_of =
            |part: &Component| blocks(self.width, part.across, across) * blocks(self.height, part.down, down);
        let bytes: usize = self.parts.iter().map(|part| part.data.len()).sum();
        self.components.iter().map(blocks_of).sum::<u64>() * bits_a_block <= 8 * bytes as u64
    }

    /// Whether the scans carry every bit of every coefficient.
    pub(super) fn scans_are_all_there(&self) -> bool {
        (0..self.components.len()).all(|index| {
            let of_component = self.scans.iter().filter(|scan| scan.components.contains(&index));
            if self.process != Process::Progressive {
                return of_component.count() > 0;
            }
            let last_bits: Vec<[u8; 2]> = of_component.filter(|scan| scan.low_bit == 0).map(|scan| scan.band).collect();
            (0..64).all(|coefficient| last_bits.iter().any(|[first, last]| (*first..=*last).contains(&coefficient)))
        })
    }
}

/// What the frame's header says.
struct Frame {
    process: Process,
    rare: Option<&'static str>,
    width: u32,
    height: u32,
    components: Vec<Component>,
}

fn read_frame(marker: u8, payload: &[u8]) -> Result<Frame, VisionError> {
    let (head, rest) = payload.split_first_chunk::<6>().ok_or_else(|| damaged("its size is cut short"))?;
    let [precision, h1, h0, w1, w0, count] = *head;
    let components: Vec<Component> = rest
        .chunks_exact(3)
        .take(usize::from(count))
        .map(|raw| Component { id: raw[0], across: raw[1] >> 4, down: raw[1] & 15 })
        .collect();
    if components.len() < usize::from(count)
        || components.iter().any(|c| !(1..=4).contains(&c.across) || !(1..=4).contains(&c.down))
    {
        return Err(damaged("its colour components make no sense"));
    }
    let process = match marker {
        0xc2 | 0xca => Process::Progressive,
        0xc3 => Process::Lossless,
        _ => Process::Sequential,
    };
    let rare = match marker {
        0xc0..=0xc2 if precision != 8 => Some("12-bit JPEG"),
        0xc0..=0xc3 if !matches!(components.len(), 1 | 3 | 4) => Some("Multi-band JPEG"),
        0xc0..=0xc3 => None,
        0xc9..=0xcb => Some("Arithmetic-coded JPEG"),
        _ => Some("Hierarchical JPEG"),
    };
    let side = |high: u8, low: u8| u32::from(u16::from_be_bytes([high, low]));
    Ok(Frame { process, rare, width: side(w1, w0), height: side(h1, h0), components })
}

fn damaged(reason: &str) -> VisionError {
    VisionError::Damaged(reason.to_owned())
}

/// A scan's header, and the Huffman tables that it uses as class (0: DC, 1: AC) and number.
fn scan(payload: &[u8], frame: &[Component]) -> Option<(Scan, Vec<(usize, usize)>)> {
    let (count, rest) = payload.split_first()?;
    let (named, rest) = rest.split_at_checked(2 * usize::from(*count))?;
    let [first, last, bits] = *rest.first_chunk()?;
    let mut components = Vec::new();
    let mut uses = Vec::new();
    for pair in named.chunks_exact(2) {
        components.push(frame.iter().position(|component| component.id == pair[0])?);
        let (dc, ac) = (usize::from(pair[1] >> 4 & 3), usize::from(pair[1] & 3));
        // Of a direct current coefficient that is refined come plain bits.
        if first == 0 && bits >> 4 == 0 {
            uses.push((0, dc));
        }
        if last > 0 {
            uses.push((1, ac));
        }
    }
    (!components.is_empty()).then_some((Scan { components, band: [first, last], low_bit: bits & 15 }, uses))
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;
    use image::{Rgb, RgbImage};

    use super::*;

    #[test]
    fn data_of_one_colour_suffice_for_their_size_and_not_for_a_hundred_times_that() {
        let mut bytes = Vec::new();
        JpegEncoder::new(&mut bytes).encode_image(&RgbImage::from_pixel(160, 120, Rgb([90; 3]))).unwrap();
        assert!(Header::read(&bytes).unwrap().data_may_suffice());
        let size = [0, 120, 0, 160];
        let at = bytes.windows(4).position(|window| window == size).unwrap();
        bytes[at..at + 4].copy_from_slice(&[4, 176, 6, 64]);
        let header = Header::read(&bytes).unwrap();
        assert_eq!((header.width, header.height), (1600, 1200));
        assert!(!header.data_may_suffice());
    }
}
