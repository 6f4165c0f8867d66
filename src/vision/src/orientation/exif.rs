//! The orientation in an EXIF block: a TIFF header and its first directory (EXIF 2.32, 4.5).

const ORIENTATION: u16 = 0x0112;
const BYTE: u16 = 1;
const SHORT: u16 = 3;
const LONG: u16 = 4;

/// An EXIF block's first directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Directory<'a> {
    entries: &'a [u8],
    little_endian: bool,
}

impl<'a> Directory<'a> {
    /// The first directory of a block, with or without its `Exif` mark; [`None`] where it is no such block.
    pub(super) fn read(block: &'a [u8]) -> Option<Self> {
        let tiff = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
        let little_endian = match tiff.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        let whole = Self { entries: tiff, little_endian };
        let start = usize::try_from(whole.long(4)?).ok()?;
        let count = usize::from(whole.short(start)?);
        let entries = tiff.get(start + 2..)?;
        Some(Self { entries: &entries[..entries.len().min(12 * count)], little_endian })
    }

    /// The orientation, from 1 to 8. The standard makes it a short, and some programs a long or a byte.
    pub(super) fn orientation(&self) -> Option<u8> {
        let entry =
            (0..self.entries.len() / 12).map(|index| 12 * index).find(|at| self.short(*at) == Some(ORIENTATION))?;
        let value = match self.short(entry + 2)? {
            BYTE => u32::from(*self.entries.get(entry + 8)?),
            SHORT => u32::from(self.short(entry + 8)?),
            LONG => self.long(entry + 8)?,
            _ => return None,
        };
        u8::try_from(value).ok().filter(|value| (1..=8).contains(value))
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = *self.entries.get(at..)?.first_chunk()?;
        Some(if self.little_endian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes = *self.entries.get(at..)?.first_chunk()?;
        Some(if self.little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(block: &[u8]) -> Option<u8> {
        Directory::read(block)?.orientation()
    }

    #[test]
    fn every_type_in_both_orders() {
        let big = |kind: u8, value: [u8; 4]| {
            [&b"MM\0*\0\0\0\x08\0\x02\x01\x0f\0\x02\0\0\0\x01A\0\0\0\x01\x12\0"[..], &[kind, 0, 0, 0, 1], &value]
                .concat()
        };
        let little = |kind: u8| [&b"II*\0\x08\0\0\0\x01\0\x12\x01"[..], &[kind, 0, 1, 0, 0, 0], b"\x06\0\0\0"].concat();
        assert_eq!(said(&big(3, [0, 6, 0, 0])), Some(6));
        assert_eq!(said(&big(4, [0, 0, 0, 6])), Some(6));
        assert_eq!(said(&big(1, [6, 0, 0, 0])), Some(6));
        assert_eq!([1, 3, 4].map(|kind| said(&little(kind))), [Some(6); 3]);
        assert_eq!(said(&[b"Exif\0\0", &little(3)[..]].concat()), Some(6));
        // Another type, and values that stand for no orientation.
        assert_eq!(said(&big(5, [0, 6, 0, 0])), None);
        assert_eq!([0, 9].map(|value| said(&big(3, [0, value, 0, 0]))), [None; 2]);
        assert_eq!(said(&big(4, [0, 1, 0, 6])), None);
    }

    #[test]
    fn what_is_cut_or_nonsense_says_nothing() {
        let block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0";
        assert_eq!(said(block), Some(6));
        assert!((0..block.len() - 2).all(|cut| said(&block[..cut]).is_none()));
        assert_eq!(said(b"MM\0*\xff\xff\xff\xff\0\x01"), None);
        assert_eq!(said(b"XX\0*\0\0\0\x08\0\x01"), None);
    }
}
