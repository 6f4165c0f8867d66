//! A zip that is taken apart.

use std::collections::VecDeque;
use std::io::{Read, Seek, SeekFrom};

use headstart_protocol::{LeftOut, LeftOutReason, ProjectManifest, Unzipped, ZipContents};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::limits::{MOST_DIRECTORY, MOST_FILE, MOST_MANIFEST, is_bomb};
use crate::selection::{Chosen, Selection, leave_out};
use crate::source::{Meter, Source};
use crate::{ArchiveError, MANIFEST, end, manifest};

/// A file out of a zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedFile {
    /// Its path in the zip.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where these stand in the zip as they are, if they are not compressed.
    pub start: Option<u64>,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It was read.
    File(ArchivedFile),
    /// It could not be: [`ArchiveReader::finish`] tells of it.
    LeftOut,
}

/// A zip that is being read, file by file.
#[derive(Debug)]
pub struct ArchiveReader<R> {
    zip: ZipArchive<Source<R>>,
    meter: Meter,
    /// Bytes of all of it.
    length: u64,
    project: Option<ProjectManifest>,
    /// The entries that have not been read yet.
    left: VecDeque<Chosen>,
    went: Unzipped,
    /// Whether a photo that the project names was read.
    has_photo: bool,
}

impl<R: Read + Seek> ArchiveReader<R> {
    /// Opens the zip that `source` holds, and the project in it where there is one. Of the files nothing is read yet.
    ///
    /// # Errors
    /// Every [`ArchiveError`] but [`ArchiveError::Write`].
    pub fn open(source: R) -> Result<Self, ArchiveError> {
        let meter = Meter::default();
        meter.allow(MOST_DIRECTORY);
        let mut source = Source::new(source, meter.clone());
        let length = source.seek(SeekFrom::End(0)).map_err(|error| ArchiveError::Source(error.to_string()))?;
        let config = end::look(&mut source);
        meter.check()?;
        let zip = ZipArchive::with_config(config?, source);
        meter.check()?;
        let mut zip = zip.map_err(|error| match error {
            ZipError::InvalidArchive(_) | ZipError::Io(_) => ArchiveError::NotAZip,
            error => ArchiveError::Damaged(error.to_string()),
        })?;
        let mut project = None;
        if let Some(number) = zip.index_for_name_raw(MANIFEST.as_bytes()) {
            // Which of two files is meant, nobody can say.
            if zip.has_duplicate_names() {
                return Err(ArchiveError::Project("two files of its zip have the same path".to_owned()));
            }
            let (json, _) = unpack(&mut zip, &meter, number, length, MOST_MANIFEST)?
                .map_err(|reason| ArchiveError::Project(format!("its manifest cannot be read ({})", words(reason))))?;
            project = Some(manifest::read(&json)?);
        }
        let Selection { chosen, went } = Selection::new(&zip, project.as_ref())?;
        Ok(Self { zip, meter, length, project, left: chosen.into(), went, has_photo: false })
    }

    /// What the zip holds.
    #[must_use]
    pub fn contents(&self) -> ZipContents {
        ZipContents { project: self.project.clone(), files: count(self.left.len()) }
    }

    /// Reads the next file; `None` after the last.
    ///
    /// # Errors
    /// [`ArchiveError::Source`], and at the end [`ArchiveError::NoPhoto`].
    pub fn next_entry(&mut self) -> Result<Option<Entry>, ArchiveError> {
        let Some(Chosen { number, path, name, is_of_project, .. }) = self.left.pop_front() else {
            return self.check_photos().map(|()| None);
        };
        match unpack(&mut self.zip, &self.meter, number, self.length, MOST_FILE)? {
            Ok((bytes, start)) => {
                self.went.files += 1;
                self.has_photo |= is_of_project;
                Ok(Some(Entry::File(ArchivedFile { path, bytes, start })))
            }
            Err(reason) => {
                leave_out(&mut self.went, LeftOut { name, reason });
                Ok(Some(Entry::LeftOut))
            }
        }
    }

    /// How it went, after the last file.
    #[must_use]
    pub fn finish(&self) -> Unzipped {
        self.went.clone()
    }

    /// A project that lost all of its photos is not worth the one whose place it would take.
    fn check_photos(&self) -> Result<(), ArchiveError> {
        let photos = self.project.as_ref().map_or(0, |project| project.photos.len());
        match self.went.left_out.first() {
            Some(first) if photos > 0 && !self.has_photo => {
                Err(ArchiveError::NoPhoto { photos: count(photos), first: first.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// An entry's bytes, and where they stand in the zip if they are not compressed.
type Unpacked = (Vec<u8>, Option<u64>);

/// The bytes of an entry that may have `limit` of them, in a zip of `length`, or why they cannot be had.
fn unpack<R: Read + Seek>(
    zip: &mut ZipArchive<Source<R>>,
    meter: &Meter,
    number: usize,
    length: u64,
    limit: u64,
) -> Result<Result<Unpacked, LeftOutReason>, ArchiveError> {
    // Packed it is hardly larger, with its header.
    meter.allow(2 * limit);
    let unpacked = read(zip, number, length, limit);
    meter.check()?;
    Ok(unpacked)
}

fn read<R: Read + Seek>(
    zip: &mut ZipArchive<Source<R>>,
    number: usize,
    length: u64,
    limit: u64,
) -> Result<Unpacked, LeftOutReason> {
    let entry = zip.by_index_data(number).map_err(|_| LeftOutReason::Damaged)?;
    if entry.encrypted() {
        return Err(LeftOutReason::Encrypted);
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(LeftOutReason::Unsupported);
    }
    let is_stored = entry.compression() == CompressionMethod::Stored;
    let entry = zip.by_index(number).map_err(|_| LeftOutReason::Damaged)?;
    let start = entry.data_start().filter(|_| is_stored);
    let (size, packed) = (entry.size(), entry.compressed_size());
    if size > limit {
        return Err(LeftOutReason::TooLarge);
    }
    // Room is made only for what the zip can hold: what an entry says of its sizes may be a lie.
    if packed > length {
        return Err(LeftOutReason::Damaged);
    }
    if is_bomb(size, packed) {
        return Err(LeftOutReason::Bomb);
    }
    let mut bytes = Vec::with_capacity(size as usize);
    entry.take(size + 1).read_to_end(&mut bytes).map_err(|_| LeftOutReason::Damaged)?;
    if bytes.len() as u64 == size { Ok((bytes, start)) } else { Err(LeftOutReason::Damaged) }
}

/// A reason in the words of this crate's errors.
fn words(reason: LeftOutReason) -> &'static str {
    match reason {
        LeftOutReason::Encrypted => "it is encrypted",
        LeftOutReason::Unsupported => "it is compressed in a way that is not read",
        LeftOutReason::TooLarge | LeftOutReason::Bomb => "it is too large",
        LeftOutReason::Damaged | LeftOutReason::BadName | LeftOutReason::Duplicate | LeftOutReason::Missing => {
            "it is damaged"
        }
    }
}

/// As many as a message can say; a zip has fewer.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
