//! A look at a zip's end (APPNOTE.TXT 6.3.10, 4.3.14 to 4.3.16) before its directory is read: the reader makes room for as many
//! entries as a zip64 end claims.

use std::io::{self, Read, Seek, SeekFrom};

use zip::read::{ArchiveOffset, Config};

use crate::ArchiveError;
use crate::limits::MOST_ENTRIES;

/// Bytes of the end, and of its comment at most.
const END: u64 = 22;
const COMMENT: u64 = 65_535;
/// Bytes of the locator of a zip64 end, which stands right before the end.
const LOCATOR: u64 = 20;
/// The reader looks some bytes further back than an end can lie.
const MARGIN: u64 = 256;
/// Bytes of a zip64 end, without what nobody puts into it.
const END_64: usize = 56;

/// How the zip's directory is to be found.
///
/// # Errors
/// [`ArchiveError::TooMany`] where more entries are claimed than are read; [`ArchiveError::NotAZip`] where there is no end,
/// or a zip64 end that makes no sense.
pub(crate) fn look(zip: &mut (impl Read + Seek)) -> Result<Config, ArchiveError> {
    let tail = tail(zip).map_err(|_| ArchiveError::NotAZip)?;
    let mut config = Config { archive_offset: ArchiveOffset::Detect };
    let mut found = false;
    // Whichever of these the reader takes, its claim is checked.
    for at in (0..tail.len()).filter(|at| tail[*at..].starts_with(b"PK\x05\x06")) {
        found = true;
        let locator = at.checked_sub(LOCATOR as usize).map(|start| &tail[start..at]);
        let Some(locator) = locator.filter(|locator| locator.starts_with(b"PK\x06\x07")) else { continue };
        let end = end_64(zip, number(locator, 8)).map_err(|_| ArchiveError::NotAZip)?;
        if !end.starts_with(b"PK\x06\x06") || number(&end, 4) != END_64 as u64 - 12 {
            return Err(ArchiveError::NotAZip);
        }
        if number(&end, 24).max(number(&end, 32)) > MOST_ENTRIES {
            return Err(ArchiveError::TooMany { limit: MOST_ENTRIES });
        }
        // The zip64 end is taken where the locator says and nowhere else.
        config.archive_offset = ArchiveOffset::Known(0);
    }
    if found { Ok(config) } else { Err(ArchiveError::NotAZip) }
}

/// The last bytes of the zip: all in which an end may lie, with a locator before it.
fn tail(zip: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
    let length = zip.seek(SeekFrom::End(0))?;
    zip.seek(SeekFrom::Start(length.saturating_sub(END + COMMENT + LOCATOR + MARGIN)))?;
    let mut tail = Vec::new();
    zip.read_to_end(&mut tail)?;
    Ok(tail)
}

fn end_64(zip: &mut (impl Read + Seek), at: u64) -> io::Result<[u8; END_64]> {
    zip.seek(SeekFrom::Start(at))?;
    let mut end = [0; END_64];
    zip.read_exact(&mut end)?;
    Ok(end)
}

/// The 8 bytes at `at` as a number; 0 where there are fewer.
fn number(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |eight| u64::from_le_bytes(*eight))
}
