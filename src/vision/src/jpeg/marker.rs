//! A JPEG's markers and what each carries (ITU-T T.81, B.1).

pub(super) const START_OF_IMAGE: u8 = 0xd8;
pub(super) const END_OF_IMAGE: u8 = 0xd9;
pub(super) const START_OF_SCAN: u8 = 0xda;
pub(super) const QUANTIZATION_TABLES: u8 = 0xdb;
pub(super) const HUFFMAN_TABLES: u8 = 0xc4;
pub(super) const RESTART_INTERVAL: u8 = 0xdd;
pub(super) const APP0: u8 = 0xe0;
pub(super) const APP1: u8 = 0xe1;
pub(super) const APP14: u8 = 0xee;

/// Whether a marker starts a frame.
pub(super) fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, HUFFMAN_TABLES | 0xc8 | 0xcc)
}

/// A marker with what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) marker: u8,
    /// What the segment holds after its length; empty where the marker stands alone.
    pub(super) payload: &'a [u8],
    /// Of a scan its entropy-coded data, with its restart markers.
    pub(super) data: &'a [u8],
}

/// The parts of a file, up to the end-of-image marker of the first picture, or to a segment that is cut short. An
/// end-of-image marker inside a segment (a thumbnail's, say) does not count. Bytes between parts that belong to nothing
/// are skipped, as decoders do.
pub(super) struct Parts<'a> {
    rest: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let start = self.rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff));
        let Some(start) = start else {
            self.rest = &[];
            return None;
        };
        let (marker, after) = (self.rest[start + 1], &self.rest[start + 2..]);
        self.rest = if marker == END_OF_IMAGE { &[] } else { after };
        if stands_alone(marker) {
            return Some(Part { marker, payload: &[], data: &[] });
        }
        let Some((payload, after)) = segment(after) else {
            self.rest = &[];
            return None;
        };
        let (data, after) =
            if marker == START_OF_SCAN { after.split_at(scan_length(after)) } else { (&after[..0], after) };
        self.rest = after;
        Some(Part { marker, payload, data })
    }
}

/// TEM, the restart markers, the start and the end of the image have no length.
fn stands_alone(marker: u8) -> bool {
    matches!(marker, 0x01 | 0xd0..=0xd9)
}

/// The segment whose length `bytes` begin with, and what follows it; the length counts itself.
fn segment(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)).max(2) - 2)
}

/// How much entropy-coded data `bytes` begin with: `ff 00` is a stuffed byte, and restart markers may stand in it.
fn scan_length(bytes: &[u8]) -> usize {
    let end = bytes.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff));
    end.unwrap_or(bytes.len())
}

/// The Huffman tables that a segment defines, as class (0: DC, 1: AC) and number.
pub(super) fn huffman_tables(payload: &[u8]) -> Vec<(usize, usize)> {
    let mut rest = payload;
    let mut found = Vec::new();
    while let Some((head, after)) = rest.split_first_chunk::<17>() {
        found.push((usize::from(head[0] >> 4 & 1), usize::from(head[0] & 3)));
        let codes = head[1..].iter().map(|count| usize::from(*count)).sum();
        rest = after.get(codes..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"\xff\xd8\xff\xe1\0\x06\xff\xd8\xff\xd9\xff\xda\0\x02ab\xff\0c\xff\xd3d\xff\xff\xd9trailer";

    fn has_end(bytes: &[u8]) -> bool {
        Parts::of(bytes).any(|part| part.marker == END_OF_IMAGE)
    }

    #[test]
    fn the_end_counts_only_outside_segments() {
        let end = WHOLE.len() - b"trailer".len();
        assert!(has_end(WHOLE));
        for cut in 0..WHOLE.len() {
            assert_eq!(has_end(&WHOLE[..cut]), cut >= end, "cut at {cut}");
        }
    }

    #[test]
    fn a_scan_keeps_its_stuffed_bytes_and_restarts() {
        let scan = Parts::of(WHOLE).find(|part| part.marker == START_OF_SCAN).unwrap();
        assert_eq!(scan.data, b"ab\xff\0c\xff\xd3d\xff");
    }

    #[test]
    fn several_scans_and_stray_bytes_are_walked() {
        assert!(has_end(b"\xff\xd8stray\xff\xda\0\x02a\xff\xc4\0\x03x\xff\xda\0\x02b\xff\xd9"));
        assert!(!has_end(b"\xff\xd8\xff\xda\0\x02a\xff\xc4\0\x03x\xff\xda\0\x02b"));
    }

    #[test]
    fn tables_are_named() {
        let one = [&[0x11][..], &[0; 15], &[2], b"xy"].concat();
        let two = [&one[..], &[0x00], &[0; 16]].concat();
        assert_eq!(huffman_tables(&two), [(1, 1), (0, 0)]);
    }
}
