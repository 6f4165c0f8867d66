//! Which entries of a zip are handed over.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};

use headstart_protocol::{LeftOut, LeftOutReason, MOST_PHOTOS, ProjectManifest, Unzipped};

use crate::ArchiveError;
use crate::directory::{Directory, damaged};
use crate::folders::TEACHABLE;
use crate::limits::{MOST_FILE, is_bomb};
use crate::manifest_place::{ManifestPlace, key};
use crate::model::model_in;
use crate::names::{file_name, is_litter, shown};
use crate::picture::Ending;

/// An entry to hand over.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    /// Its number in the zip.
    pub(crate) number: usize,
    /// Its path: the project's for a photo that it names, else tidied.
    pub(crate) path: String,
    /// What a person knows it by: the photo's name in the project, else its path.
    pub(crate) name: String,
    /// What it is taken for.
    pub(crate) kind: Kind,
    /// What its bytes in the zip are known to take, header included, where they lie.
    bytes: (u64, u64),
}

/// What an entry is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A photo that the project names.
    OfProject,
    /// A picture or a head, by its name.
    File,
    /// Its name does not say: a picture, if its first bytes are one's.
    Unknown,
    /// A zip.
    Zip,
}

/// The entries to hand over, in their order, and what is left out beforehand.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) chosen: Vec<Chosen>,
    pub(crate) went: Unzipped,
}

/// A project with the place of its manifest.
#[derive(Debug)]
pub(crate) struct PlacedProject {
    pub(crate) project: ProjectManifest,
    pub(crate) place: ManifestPlace,
}

impl Selection {
    /// The pictures, heads and zips of a zip, and whatever files the project names. `paths` are tidied; [`None`] stands for a name
    /// that no file can have.
    ///
    /// # Errors
    /// [`ArchiveError::TooMany`], [`ArchiveError::Damaged`], [`ArchiveError::Model`].
    pub(crate) fn new<R: Read + Seek>(
        directory: &Directory<R>,
        paths: &[Option<String>],
        placed: Option<&PlacedProject>,
    ) -> Result<Self, ArchiveError> {
        let mut selection = Self::default();
        let photos = placed.map(|placed| &placed.project.photos[..]).unwrap_or_default();
        let mut missing: HashMap<String, _> = photos.iter().map(|photo| (key(&photo.path), photo)).collect();
        let named: HashSet<String> = missing.keys().cloned().collect();
        let is_teachable = paths.iter().flatten().any(|path| path.contains(TEACHABLE));
        let mut sure = 0;
        for (number, (path, raw)) in paths.iter().zip(&directory.names).enumerate() {
            if placed.is_some_and(|placed| placed.place.number == number) || raw.ends_with(['/', '\\']) {
                continue;
            }
            let within = placed.and_then(|placed| placed.place.within(path.as_deref()?));
            let photo = within.and_then(|path| missing.remove(path));
            let is_its_manifest =
                is_teachable && path.as_deref().is_some_and(|path| file_name(path) == "manifest.json");
            if photo.is_none() && (is_litter(raw) || is_its_manifest) {
                continue;
            }
            let kind = match (photo, Ending::of(raw)) {
                (Some(_), _) => Kind::OfProject,
                (None, Ending::Picture | Ending::Head) => Kind::File,
                // Files of a zip beside the project's would take the place of its own.
                (None, Ending::Zip | Ending::Other) if placed.is_some() => {
                    selection.went.passed_over += 1;
                    continue;
                }
                (None, Ending::Zip) => Kind::Zip,
                (None, Ending::Other) => Kind::Unknown,
            };
            let entry = directory.zip.by_index_data(number).map_err(|error| damaged(&error))?;
            let (size, packed) = (entry.size(), entry.compressed_size());
            let may_be_large = kind == Kind::Zip && packed == size;
            let reason = if path.is_none() {
                Some(LeftOutReason::BadName)
            } else if photo.is_none() && [within, path.as_deref()].iter().flatten().any(|path| named.contains(*path)) {
                // Names that were written differently may be the same.
                Some(LeftOutReason::Duplicate)
            } else if size > MOST_FILE && !may_be_large {
                Some(LeftOutReason::TooLarge)
            } else if is_bomb(size, packed) {
                Some(LeftOutReason::Bomb)
            } else {
                None
            };
            let name = shown(photo.map_or(raw, |photo| &photo.name));
            match (reason, path) {
                (None, Some(path)) => {
                    sure += usize::from(kind != Kind::Unknown);
                    let path = photo.map_or(path, |photo| &photo.path).clone();
                    // A local header has 30 bytes and more.
                    let end = entry.header_start().saturating_add(30).saturating_add(packed);
                    let bytes = (entry.header_start(), end);
                    selection.chosen.push(Chosen { number, path, name, kind, bytes });
                }
                // It need not have been a picture.
                _ if kind == Kind::Unknown => selection.went.passed_over += 1,
                (reason, _) => {
                    let reason = reason.unwrap_or(LeftOutReason::BadName);
                    leave_out(&mut selection.went, LeftOut { name, reason });
                }
            }
            if sure > MOST_PHOTOS {
                return Err(ArchiveError::TooMany { limit: MOST_PHOTOS as u64 });
            }
        }
        selection.leave_out_overlapping();
        for photo in photos.iter().filter(|photo| missing.contains_key(&key(&photo.path))) {
            leave_out(&mut selection.went, LeftOut { name: shown(&photo.name), reason: LeftOutReason::Missing });
        }
        let has_some = selection.chosen.iter().any(|chosen| chosen.kind != Kind::Unknown);
        match model_in(paths.iter().flatten()) {
            Some(file) if !has_some && placed.is_none() => Err(ArchiveError::Model { file }),
            _ => Ok(selection),
        }
    }

    /// Leaves out, and names, what is called a zip: those in a zip that lies in a zip are not opened.
    pub(crate) fn leave_zips_out(&mut self) {
        let chosen = std::mem::take(&mut self.chosen);
        let (zips, chosen): (Vec<_>, _) = chosen.into_iter().partition(|one| one.kind == Kind::Zip);
        self.chosen = chosen;
        for Chosen { name, .. } in zips {
            leave_out(&mut self.went, LeftOut { name, reason: LeftOutReason::Nested });
        }
    }

    /// Entries that share bytes turn a small zip into any number of files. Of those that do, the one that reaches into the
    /// next is wrong.
    fn leave_out_overlapping(&mut self) {
        let mut ranges: Vec<_> = self.chosen.iter().map(|chosen| (chosen.bytes, chosen.number)).collect();
        ranges.sort_unstable();
        let overlapping: HashSet<usize> =
            ranges.windows(2).filter(|pair| pair[0].0.1 > pair[1].0.0).map(|pair| pair[0].1).collect();
        let chosen = std::mem::take(&mut self.chosen);
        let (wrong, chosen): (Vec<_>, _) = chosen.into_iter().partition(|one| overlapping.contains(&one.number));
        self.chosen = chosen;
        for Chosen { name, .. } in wrong {
            leave_out(&mut self.went, LeftOut { name, reason: LeftOutReason::Damaged });
        }
    }
}

/// Counts a file that could not be read, and names it among the first.
pub(crate) fn leave_out(went: &mut Unzipped, file: LeftOut) {
    went.left_out_count += 1;
    if went.left_out.len() < Unzipped::NAMED {
        went.left_out.push(file);
    }
}
