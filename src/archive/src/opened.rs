//! A zip whose directory was read: the given one, or one that lies in it.

use std::io::{Read, Seek};

use headstart_protocol::{LeftOutReason, ProjectManifest};
use zip::CompressionMethod;
use zip::result::ZipError;

use crate::directory::Directory;
use crate::folders::{class_of_zip, folder_of_zip};
use crate::limits::{MOST_DIRECTORY, MOST_FILE, MOST_MANIFEST, is_bomb};
use crate::manifest::Refused;
use crate::manifest_place::ManifestPlace;
use crate::names::{file_name, shown, tidy_path};
use crate::picture::{Ending, FIRST_BYTES, is_picture};
use crate::selection::{Chosen, PlacedProject, Selection};
use crate::source::{Meter, Source};
use crate::{ArchiveError, end, manifest};

/// A zip of which files can be read.
#[derive(Debug)]
pub(crate) struct OpenedZip<R> {
    directory: Directory<R>,
    project: Option<ProjectManifest>,
    /// What the zip is called, where it lies in one.
    name: Option<ZipName>,
}

/// The name of a zip in a zip.
#[derive(Debug)]
struct ZipName {
    path: String,
    /// The class that its photos without a folder are of.
    class: String,
    /// The folder around all of its files that its name is for, if any.
    folder: Option<String>,
}

impl ZipName {
    /// That of `zip`, which holds `files`.
    fn new(zip: &Chosen, files: &[Chosen]) -> Self {
        let name = file_name(&zip.path);
        let paths = files.iter().map(|file| file.path.as_str());
        let is_picture = |path: &str| Ending::of(path) == Ending::Picture;
        // Of other files only their bytes could say whether they count.
        let has_pictures = paths.clone().any(is_picture);
        let folder = folder_of_zip(name, paths.filter(|path| !has_pictures || is_picture(path)));
        Self { path: zip.path.clone(), class: class_of_zip(name), folder }
    }
}

/// The bytes of an entry.
#[derive(Debug)]
pub(crate) struct Unpacked {
    pub(crate) bytes: Vec<u8>,
    /// Where they stand in the file as they are, if they are not compressed.
    pub(crate) start: Option<u64>,
}

impl<R: Read + Seek> OpenedZip<R> {
    /// Reads the directory of the zip in `source`, and chooses among its entries. One that lies `within` a zip brings its photos
    /// and no project.
    ///
    /// # Errors
    /// Every [`ArchiveError`] but [`ArchiveError::Write`] and [`ArchiveError::NoPhoto`].
    pub(crate) fn open(
        mut source: Source<R>,
        meter: &Meter,
        within: Option<&Chosen>,
    ) -> Result<(Self, Selection), ArchiveError> {
        meter.allow(MOST_DIRECTORY);
        let config = end::look(&mut source);
        meter.check()?;
        let directory = Directory::read(config?, source);
        meter.check()?;
        let mut directory = directory.map_err(|error| match error {
            ZipError::InvalidArchive(_) | ZipError::Io(_) => ArchiveError::NotAZip,
            error => ArchiveError::Damaged(error.to_string()),
        })?;
        let paths: Vec<Option<String>> = directory.names.iter().map(|name| tidy_path(name)).collect();
        let placed = if within.is_some() { None } else { find_project(&mut directory, meter, &paths)? };
        let selection = Selection::new(&directory, &paths, placed.as_ref())?;
        let project = placed.map(|placed| placed.project);
        let name = within.map(|zip| ZipName::new(zip, &selection.chosen));
        Ok((Self { directory, project, name }, selection))
    }

    /// The same, known by the name that `zip` has in its zip. `files` are those of this one.
    pub(crate) fn named(self, zip: &Chosen, files: &[Chosen]) -> Self {
        Self { name: self.project.is_none().then(|| ZipName::new(zip, files)), ..self }
    }

    /// Its project.
    pub(crate) fn project(&self) -> Option<&ProjectManifest> {
        self.project.as_ref()
    }

    /// Entries in its directory.
    pub(crate) fn entries(&self) -> u64 {
        self.directory.zip.len() as u64
    }

    /// The path of a file in it. The name of a zip in a zip is a folder around the file where [`folder_of_zip`] says so, and
    /// where the file has none.
    pub(crate) fn path_of(&self, chosen: &Chosen) -> String {
        let path = &chosen.path;
        match &self.name {
            Some(ZipName { folder: Some(folder), .. }) => format!("{folder}/{path}"),
            Some(ZipName { class, .. }) if !path.contains('/') => format!("{class}/{path}"),
            _ => path.clone(),
        }
    }

    /// What a person is told that a file in it is called.
    pub(crate) fn name_of(&self, chosen: &Chosen) -> String {
        self.inside(&chosen.name)
    }

    /// `name` with the zip in the zip in front of it.
    pub(crate) fn inside(&self, name: &str) -> String {
        self.name.as_ref().map_or_else(|| name.to_owned(), |zip| shown(&format!("{}/{name}", zip.path)))
    }

    /// The bytes of an entry, or why they cannot be had.
    ///
    /// # Errors
    /// [`ArchiveError::Source`].
    pub(crate) fn unpack(
        &mut self,
        meter: &Meter,
        chosen: &Chosen,
    ) -> Result<Result<Unpacked, LeftOutReason>, ArchiveError> {
        unpack(&mut self.directory, meter, chosen.number, MOST_FILE)
    }

    /// Whether an entry is a picture by its first bytes.
    ///
    /// # Errors
    /// [`ArchiveError::Source`].
    pub(crate) fn is_picture(&mut self, meter: &Meter, chosen: &Chosen) -> Result<bool, ArchiveError> {
        meter.allow(MOST_FILE);
        let mut first = Vec::new();
        if check(&self.directory, chosen.number).is_ok()
            && let Ok(entry) = self.directory.zip.by_index(chosen.number)
        {
            // What cannot be read is none.
            let _ = entry.take(FIRST_BYTES as u64).read_to_end(&mut first);
        }
        meter.check()?;
        Ok(is_picture(&first))
    }

    /// The bytes of a zip in it: where they lie, or unpacked.
    ///
    /// # Errors
    /// [`ArchiveError::Source`].
    pub(crate) fn source_of(
        &mut self,
        meter: &Meter,
        chosen: &Chosen,
    ) -> Result<Result<Source<R>, LeftOutReason>, ArchiveError> {
        meter.allow(MOST_DIRECTORY);
        let place = lies_at(&mut self.directory, chosen.number);
        let source = match place.map(|place| place.and_then(|(start, count)| self.directory.source.part(start, count)))
        {
            Ok(Some(part)) => Ok(part),
            Ok(None) => {
                let unpacked = unpack(&mut self.directory, meter, chosen.number, MOST_FILE)?;
                unpacked.map(|unpacked| self.directory.source.unpacked(unpacked.bytes))
            }
            Err(reason) => Err(reason),
        };
        meter.check()?;
        Ok(source)
    }
}

/// The project of a zip with entries of these tidied paths: the one whose manifest lies furthest out, where no other lies as far
/// out. Files in folders may be called as manifests are by chance: then they are none.
fn find_project<R: Read + Seek>(
    directory: &mut Directory<R>,
    meter: &Meter,
    paths: &[Option<String>],
) -> Result<Option<PlacedProject>, ArchiveError> {
    let candidates = ManifestPlace::candidates(paths);
    for depth in candidates.chunk_by(|a, b| a.depth() == b.depth()) {
        let mut ours = Vec::new();
        for place in depth {
            let read = match unpack(directory, meter, place.number, MOST_MANIFEST)? {
                Ok(Unpacked { bytes, .. }) => manifest::read(&bytes),
                Err(reason) => {
                    let why = format!("its manifest cannot be read ({})", words(reason));
                    Err(Refused { is_ours: false, error: ArchiveError::Project(why) })
                }
            };
            match read {
                Err(Refused { is_ours: false, .. }) if place.depth() > 0 => {}
                read => ours.push((read, place)),
            }
        }
        let Some((_, first)) = ours.first() else { continue };
        let is_alone = ours.len() == 1;
        // Which of two files is meant, nobody can say.
        if ours.iter().all(|(_, place)| place.root == first.root) && (directory.has_twins || !is_alone) {
            return Err(ArchiveError::Project("two files of its zip have the same path".to_owned()));
        }
        let Some((read, place)) = ours.pop().filter(|_| is_alone) else { return Ok(None) };
        let project = read.map_err(|refused| refused.error)?;
        return Ok(Some(PlacedProject { project, place: place.clone() }));
    }
    Ok(None)
}

/// The bytes of the entry `number`, which may have `limit` of them, or why they cannot be had.
fn unpack<R: Read + Seek>(
    directory: &mut Directory<R>,
    meter: &Meter,
    number: usize,
    limit: u64,
) -> Result<Result<Unpacked, LeftOutReason>, ArchiveError> {
    // Packed it is hardly larger, with its header.
    meter.allow(2 * limit);
    let unpacked = read(directory, number, limit);
    meter.check()?;
    Ok(unpacked)
}

fn read<R: Read + Seek>(directory: &mut Directory<R>, number: usize, limit: u64) -> Result<Unpacked, LeftOutReason> {
    let method = check(directory, number)?;
    let length = directory.source.length();
    let entry = directory.zip.by_index(number).map_err(|_| LeftOutReason::Damaged)?;
    let start = entry.data_start().filter(|_| method == CompressionMethod::Stored);
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
    if bytes.len() as u64 != size {
        return Err(LeftOutReason::Damaged);
    }
    Ok(Unpacked { bytes, start: start.and_then(|start| directory.source.place_in_file(start)) })
}

/// How an entry is compressed, or why it cannot be read.
fn check<R: Read + Seek>(directory: &Directory<R>, number: usize) -> Result<CompressionMethod, LeftOutReason> {
    let entry = directory.zip.by_index_data(number).map_err(|_| LeftOutReason::Damaged)?;
    match entry.compression() {
        _ if entry.encrypted() => Err(LeftOutReason::Encrypted),
        method @ (CompressionMethod::Stored | CompressionMethod::Deflated) => Ok(method),
        #[expect(deprecated, reason = "the constants have no numbers")]
        method => Err(LeftOutReason::Unsupported { method: method.to_u16() }),
    }
}

/// Where the bytes of an entry lie that is not compressed; none for any other.
fn lies_at<R: Read + Seek>(directory: &mut Directory<R>, number: usize) -> Result<Option<(u64, u64)>, LeftOutReason> {
    if check(directory, number)? != CompressionMethod::Stored {
        return Ok(None);
    }
    let entry = directory.zip.by_index(number).map_err(|_| LeftOutReason::Damaged)?;
    let (start, size) = (entry.data_start(), entry.size());
    Ok(start.map(|start| (start, size)))
}

/// A reason in the words of this crate's errors.
fn words(reason: LeftOutReason) -> &'static str {
    match reason {
        LeftOutReason::Encrypted => "it is encrypted",
        LeftOutReason::Unsupported { .. } => "it is compressed in a way that is not read",
        LeftOutReason::TooLarge | LeftOutReason::Bomb => "it is too large",
        LeftOutReason::Damaged
        | LeftOutReason::BadName
        | LeftOutReason::Duplicate
        | LeftOutReason::Missing
        | LeftOutReason::Nested => "it is damaged",
    }
}
