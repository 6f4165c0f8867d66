//! Zips that the page did not write (PKWARE's APPNOTE.TXT, 6.3.10), truthful ones and others.

use std::io::Write;

use flate2::{Compression, write::DeflateEncoder};

/// A file as the headers of a zip tell of it, whatever is true.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    /// 1 is encrypted.
    pub(crate) flags: u16,
    /// 0 is stored, 8 deflated.
    pub(crate) method: u16,
    pub(crate) crc: u32,
    /// Bytes before they were packed.
    pub(crate) size: u32,
    pub(crate) packed_size: u32,
    pub(crate) packed: Vec<u8>,
}

impl Entry {
    /// `bytes` as they are.
    pub(crate) fn stored(name: &str, bytes: &[u8]) -> Self {
        let size = bytes.len() as u32;
        let (name, packed) = (name.as_bytes().to_vec(), bytes.to_vec());
        Self { name, flags: 0, method: 0, crc: crc32(bytes), size, packed_size: size, packed }
    }

    /// `bytes` deflated.
    pub(crate) fn deflated(name: &str, bytes: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        // Writing into memory does not fail.
        let packed = encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default();
        Self { method: 8, packed_size: packed.len() as u32, packed, ..Self::stored(name, bytes) }
    }

    /// What its two headers have in common: version 2.0, midnight of the first of January 1980, no extra field.
    fn header(&self) -> Vec<u8> {
        let mut header = vec![20, 0];
        header.extend(self.flags.to_le_bytes());
        header.extend(self.method.to_le_bytes());
        header.extend([0, 0, 0x21, 0]);
        header.extend(self.crc.to_le_bytes());
        header.extend(self.packed_size.to_le_bytes());
        header.extend(self.size.to_le_bytes());
        header.extend((self.name.len() as u16).to_le_bytes());
        header.extend([0; 2]);
        header
    }
}

/// A zip of `files` (name, bytes), stored as they are.
#[must_use]
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_of(&files.iter().map(|(name, bytes)| Entry::stored(name, bytes)).collect::<Vec<_>>())
}

/// A zip of `files` (name, bytes) whose names may be in any code page.
#[must_use]
pub fn zip_of_raw_names(files: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let entry = |(name, bytes): &(Vec<u8>, Vec<u8>)| Entry { name: name.clone(), ..Entry::stored("", bytes) };
    zip_of(&files.iter().map(entry).collect::<Vec<_>>())
}

/// A zip of `entries`.
pub(crate) fn zip_of(entries: &[Entry]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let (offset, header) = (out.len() as u32, entry.header());
        out.extend(b"PK\x03\x04");
        out.extend(&header);
        out.extend(&entry.name);
        out.extend(&entry.packed);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(header);
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(&entry.name);
    }
    let (start, length, count) = (out.len() as u32, directory.len() as u32, entries.len() as u16);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}

/// `zip` with an end as those of more than 65,535 files have it.
pub(crate) fn with_zip64_end(zip: &[u8], count: u64) -> Vec<u8> {
    let (body, end) = zip.split_at(zip.len() - 22);
    let start = u64::from(u32::from_le_bytes([end[16], end[17], end[18], end[19]]));
    let at = body.len() as u64;
    let mut out = body.to_vec();
    out.extend(b"PK\x06\x06");
    out.extend(44u64.to_le_bytes());
    out.extend([45, 0, 45, 0]);
    out.extend([0; 8]);
    for number in [count, count, at - start, start] {
        out.extend(number.to_le_bytes());
    }
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend(at.to_le_bytes());
    out.extend(1u32.to_le_bytes());
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([255; 12]);
    out.extend([0; 2]);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_crc() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn headers_have_their_lengths() {
        let bytes = zip(&[("a.txt", b"one"), ("b.txt", b"three")]);
        assert_eq!(bytes.len(), 2 * (30 + 5) + 3 + 5 + 2 * (46 + 5) + 22);
        let start = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        assert_eq!(bytes[bytes.len() - 6..][..4], (start as u32).to_le_bytes());
    }
}
