//! Zips that are larger than any limit of the format's first version, or of the reader.

use std::io::{self, Read, Seek, SeekFrom};

use headstart_protocol::{MOST_PHOTOS, ProjectManifest, ZipContents};

use super::{foreign, open, project, read};
use crate::{ArchiveError, ArchiveReader, ArchiveWriter, ArchivedFile, Entry};

#[test]
fn more_files_than_are_read_are_refused() {
    let names: Vec<String> = (0..=MOST_PHOTOS).map(|number| format!("{number}.jpg")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(open(foreign(false, &files)).err(), Some(ArchiveError::TooMany { limit: MOST_PHOTOS as u64 }));
    assert_eq!(open(foreign(false, &files[1..])).unwrap().contents().files as usize, MOST_PHOTOS);
}

/// More than 65,535 files take a zip64 end, which the reader understands; one that claims more than anybody has is refused
/// before any room is made for it.
#[test]
fn many_files_are_written_with_a_zip64_end() {
    let mut writer = ArchiveWriter::default();
    let mut zip = Vec::new();
    for number in 0..66_000 {
        zip.extend(writer.add(&format!("{number}.txt"), b"").unwrap());
    }
    zip.extend(writer.add("a.jpg", b"one").unwrap());
    let empty = ProjectManifest { photos: Vec::new(), ..project() };
    zip.extend(writer.finish(&empty).unwrap());
    let (found, manifest, went) = read(zip.clone()).unwrap();
    assert_eq!((found.len(), went.passed_over, manifest), (1, 66_000, Some(empty)));

    let end = zip.windows(4).rposition(|window| window == b"PK\x06\x06").unwrap();
    assert_eq!(zip[end + 32..end + 40], 66_002u64.to_le_bytes());
    for at in [end + 24, end + 32] {
        zip[at..at + 8].copy_from_slice(&1_000_000_000u64.to_le_bytes());
    }
    assert_eq!(open(zip.clone()).err(), Some(ArchiveError::TooMany { limit: 200_000 }));
    // However far back a reader may look for an end.
    for behind in (0..400).step_by(7).chain((65_000..66_000).step_by(3)) {
        let behind = vec![0; behind];
        let error = open([&zip[..], &behind].concat()).err();
        assert!(matches!(error, Some(ArchiveError::TooMany { .. } | ArchiveError::NotAZip)), "{error:?}");
    }
}

/// A zip of more than 4 GiB, of which only what is not zeros is kept.
#[derive(Default)]
struct Sparse {
    pieces: Vec<(u64, Vec<u8>)>,
    length: u64,
    at: u64,
}

impl Sparse {
    fn push(&mut self, part: &[u8]) {
        static ZEROS: [u8; 1 << 16] = [0; 1 << 16];
        for piece in part.chunks(ZEROS.len()) {
            if piece != &ZEROS[..piece.len()] {
                self.pieces.push((self.length, piece.to_vec()));
            }
            self.length += piece.len() as u64;
        }
    }
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = buffer.len().min(self.length.saturating_sub(self.at) as usize);
        buffer[..read].fill(0);
        let first = self.pieces.partition_point(|(start, bytes)| start + bytes.len() as u64 <= self.at);
        for (start, bytes) in &self.pieces[first..] {
            let (from, to) = ((*start).max(self.at), (start + bytes.len() as u64).min(self.at + read as u64));
            if from >= to {
                break;
            }
            let (into, out) = ((from - self.at) as usize, (from - start) as usize);
            let length = (to - from) as usize;
            buffer[into..into + length].copy_from_slice(&bytes[out..out + length]);
        }
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[test]
fn a_zip_of_more_than_4_gib_is_written_and_read() {
    let mut writer = ArchiveWriter::default();
    let mut zip = Sparse::default();
    let zeros = vec![0; 64 << 20];
    for number in 0..66 {
        zip.push(&writer.add(&format!("{number}.bmp"), &zeros).unwrap());
    }
    zip.push(&writer.add("last.jpg", b"beyond 4 GiB").unwrap());
    let empty = ProjectManifest { photos: Vec::new(), ..project() };
    zip.push(&writer.finish(&empty).unwrap());
    assert!(zip.length > 66 << 26);
    let mut reader = ArchiveReader::open(zip).unwrap();
    assert_eq!(reader.contents(), ZipContents { project: Some(empty), files: 67 });
    let mut last = None;
    while let Some(Entry::File(file)) = reader.next_entry().unwrap() {
        last = Some(file);
    }
    let went = reader.finish();
    assert_eq!((went.files, went.left_out_count), (67, 0));
    let ArchivedFile { path, bytes, start } = last.unwrap();
    assert_eq!((path.as_str(), &bytes[..]), ("last.jpg", &b"beyond 4 GiB"[..]));
    assert!(start.is_some_and(|start| start > 66 << 26));
}
