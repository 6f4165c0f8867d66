//! A zip that is taken apart.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use headstart_protocol::{ProjectManifest, Unzipped};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::{ArchiveError, MANIFEST, manifest};

/// The most bytes of one file: what the decoder takes of a photo.
const MOST_FILE_MIB: u64 = 64;
/// The most bytes of all files.
const MOST_GIB: u64 = 4;
/// Endings of the files that are handed over: pictures, and heads.
const ENDINGS: [&str; 9] = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "heic", "avif", "safetensors"];

/// A file out of a zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedFile {
    /// Its path in the zip.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A zip that is being read, file by file.
#[derive(Debug)]
pub struct ArchiveReader {
    zip: ZipArchive<Cursor<Vec<u8>>>,
    project: Option<ProjectManifest>,
    /// Numbers of the entries to hand over that have not been yet, the last one first.
    left: Vec<usize>,
    read: u32,
    passed_over: u32,
    /// Bytes of the files so far, unpacked.
    bytes: u64,
}

impl ArchiveReader {
    /// Opens the zip in `bytes`, and the project in it where there is one.
    ///
    /// # Errors
    /// Every [`ArchiveError`] but [`ArchiveError::Write`]. A project whose photos are not all there is refused before any
    /// is handed over.
    pub fn open(bytes: Vec<u8>) -> Result<Self, ArchiveError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| match error {
            ZipError::InvalidArchive(_) | ZipError::Io(_) => ArchiveError::NotAZip,
            error => ArchiveError::Damaged(error.to_string()),
        })?;
        let mut reader = Self { zip, project: None, left: Vec::new(), read: 0, passed_over: 0, bytes: 0 };
        if let Some(number) = reader.zip.index_for_name(MANIFEST) {
            let file = reader.entry(number)?;
            reader.project = Some(manifest::read(&file.bytes)?);
        }
        reader.choose()?;
        Ok(reader)
    }

    /// Finds the entries to hand over.
    fn choose(&mut self) -> Result<(), ArchiveError> {
        let photos = self.project.iter().flat_map(|project| &project.photos);
        if let Some(missing) = photos.clone().find(|photo| self.zip.index_for_name(&photo.path).is_none()) {
            return Err(ArchiveError::PhotoMissing { name: missing.name.clone() });
        }
        let named: HashSet<&str> = photos.map(|photo| photo.path.as_str()).collect();
        let mut total = 0u64;
        for number in (0..self.zip.len()).rev() {
            let path = name(&self.zip, number);
            if path == MANIFEST || path.ends_with('/') || is_litter(&path) {
                continue;
            }
            if named.contains(&*path) || is_wanted(&path) {
                self.left.push(number);
                let entry = self.zip.by_index_raw(number).map_err(|error| ArchiveError::Damaged(error.to_string()))?;
                total = total.saturating_add(entry.size());
            } else {
                self.passed_over += 1;
            }
        }
        if total > MOST_GIB << 30 { Err(ArchiveError::TooLarge { limit: MOST_GIB }) } else { Ok(()) }
    }

    /// The next file; `None` after the last.
    ///
    /// # Errors
    /// [`ArchiveError::Damaged`], [`ArchiveError::Unreadable`], [`ArchiveError::FileTooLarge`],
    /// [`ArchiveError::TooLarge`].
    pub fn next_file(&mut self) -> Result<Option<ArchivedFile>, ArchiveError> {
        let Some(number) = self.left.pop() else { return Ok(None) };
        let file = self.entry(number)?;
        self.bytes += file.bytes.len() as u64;
        if self.bytes > MOST_GIB << 30 {
            return Err(ArchiveError::TooLarge { limit: MOST_GIB });
        }
        self.read += 1;
        Ok(Some(file))
    }

    /// What the zip held, after its last file.
    #[must_use]
    pub fn finish(self) -> Unzipped {
        Unzipped { project: self.project, files: self.read, passed_over: self.passed_over }
    }

    fn entry(&mut self, number: usize) -> Result<ArchivedFile, ArchiveError> {
        let path = name(&self.zip, number);
        let entry = self.zip.by_index(number).map_err(|error| match error {
            ZipError::UnsupportedArchive(_)
            | ZipError::CompressionMethodNotSupported(_)
            | ZipError::InvalidPassword => ArchiveError::Unreadable { path: path.clone() },
            error => ArchiveError::Damaged(error.to_string()),
        })?;
        let limit = MOST_FILE_MIB << 20;
        let mut bytes = Vec::new();
        // What an entry says of its size may be a lie.
        if entry.size() <= limit {
            let damaged = |error: std::io::Error| ArchiveError::Damaged(format!("`{path}`: {error}"));
            entry.take(limit + 1).read_to_end(&mut bytes).map_err(damaged)?;
            if bytes.len() as u64 <= limit {
                return Ok(ArchivedFile { path, bytes });
            }
        }
        Err(ArchiveError::FileTooLarge { path, limit: MOST_FILE_MIB })
    }
}

/// An entry's path; empty for one that is no text.
fn name(zip: &ZipArchive<Cursor<Vec<u8>>>, number: usize) -> String {
    zip.name_for_index(number).and_then(Result::ok).unwrap_or_default().into_owned()
}

/// Whether `path` is what systems leave in folders: `__MACOSX` holds what macOS adds beside each file, under the file's own
/// name, and files that begin with a dot are nobody's photos.
fn is_litter(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| part.starts_with('.') || part == "__MACOSX")
}

/// Whether the file at `path` may be a picture or a head, by its name.
fn is_wanted(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}
