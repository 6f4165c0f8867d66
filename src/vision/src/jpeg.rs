//! Whether a JPEG is all there.
//!
//! The decoder fills what is missing of a cut file with grey and says nothing, and a half grey cat still gets an answer.
//! So the markers are walked first (ITU-T T.81, B.1): a whole file has an end-of-image marker outside every segment.

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// Whether `bytes` reach the end-of-image marker that closes the picture. One inside a segment (a thumbnail's, say) does
/// not count.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((marker, after)) = next_marker(rest) {
        rest = match marker {
            END_OF_IMAGE => return true,
            _ if stands_alone(marker) => after,
            _ => match after_segment(after) {
                Some(data) if marker == START_OF_SCAN => after_scan(data),
                Some(next) => next,
                None => return false,
            },
        };
    }
    false
}

/// The next marker's code and what follows it. Bytes before it that belong to nothing are skipped, as decoders do.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let start = bytes.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff))?;
    Some((bytes[start + 1], &bytes[start + 2..]))
}

/// TEM, the restart markers and the start of the image have no length.
fn stands_alone(marker: u8) -> bool {
    matches!(marker, 0x01 | 0xd0..=0xd8)
}

/// What follows the segment whose length `bytes` begin with; the length counts itself.
fn after_segment(bytes: &[u8]) -> Option<&[u8]> {
    let (length, _) = bytes.split_first_chunk()?;
    bytes.get(usize::from(u16::from_be_bytes(*length)).max(2)..)
}

/// What follows a scan's data, in which `ff 00` is a stuffed byte and restart markers may stand.
fn after_scan(data: &[u8]) -> &[u8] {
    let end = data.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff));
    &data[end.unwrap_or(data.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"\xff\xd8\xff\xe1\0\x06\xff\xd8\xff\xd9\xff\xda\0\x02ab\xff\0c\xff\xd3d\xff\xff\xd9trailer";

    #[test]
    fn the_end_counts_only_outside_segments() {
        let end = WHOLE.len() - b"trailer".len();
        assert!(is_whole(WHOLE));
        for cut in 0..WHOLE.len() {
            assert_eq!(is_whole(&WHOLE[..cut]), cut >= end, "cut at {cut}");
        }
    }

    #[test]
    fn several_scans_and_stray_bytes_are_walked() {
        assert!(is_whole(b"\xff\xd8stray\xff\xda\0\x02a\xff\xc4\0\x03x\xff\xda\0\x02b\xff\xd9"));
        assert!(!is_whole(b"\xff\xd8\xff\xda\0\x02a\xff\xc4\0\x03x\xff\xda\0\x02b"));
    }
}
