//! Which entries of a zip are handed over.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};

use headstart_protocol::{LeftOut, LeftOutReason, MOST_PHOTOS, ProjectManifest, Unzipped};
use zip::ZipArchive;

use crate::limits::{MOST_FILE, is_bomb};
use crate::names::{is_litter, is_safe, is_wanted, shown};
use crate::{ArchiveError, MANIFEST};

/// An entry to hand over.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    /// Its number in the zip.
    pub(crate) number: usize,
    /// Its path.
    pub(crate) path: String,
    /// What a person knows it by: the photo's name in the project, else its path.
    pub(crate) name: String,
    /// Whether it is a photo that the project names.
    pub(crate) is_of_project: bool,
    /// What its bytes in the zip are known to take, header included, where they lie.
    bytes: (u64, u64),
}

/// The entries to hand over, in their order, and what is left out beforehand.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) chosen: Vec<Chosen>,
    pub(crate) went: Unzipped,
}

impl Selection {
    /// The pictures and heads of `zip`, and whatever files `project` names.
    ///
    /// # Errors
    /// [`ArchiveError::TooMany`], [`ArchiveError::Damaged`].
    pub(crate) fn new<R: Read + Seek>(
        zip: &ZipArchive<R>,
        project: Option<&ProjectManifest>,
    ) -> Result<Self, ArchiveError> {
        let mut selection = Self::default();
        let photos = project.map(|project| &project.photos[..]).unwrap_or_default();
        let mut missing: HashMap<&str, &str> =
            photos.iter().map(|photo| (photo.path.as_str(), photo.name.as_str())).collect();
        let mut paths = HashSet::new();
        for number in 0..zip.len() {
            let entry = zip.by_index_data(number).map_err(|error| ArchiveError::Damaged(error.to_string()))?;
            let path = entry.name().map_err(|error| ArchiveError::Damaged(error.to_string()))?.into_owned();
            if path == MANIFEST || path.ends_with('/') {
                continue;
            }
            let photo = missing.remove(path.as_str());
            if photo.is_none() && is_litter(&path) {
                continue;
            }
            if photo.is_none() && !is_wanted(&path) {
                selection.went.passed_over += 1;
                continue;
            }
            let name = shown(photo.unwrap_or(&path));
            let (size, packed) = (entry.size(), entry.compressed_size());
            let reason = if !is_safe(&path) {
                Some(LeftOutReason::BadName)
            } else if size > MOST_FILE {
                Some(LeftOutReason::TooLarge)
            } else if is_bomb(size, packed) {
                Some(LeftOutReason::Bomb)
            } else if !paths.insert(path.clone()) {
                // Names in two encodings may be the same text.
                Some(LeftOutReason::Duplicate)
            } else {
                None
            };
            match reason {
                Some(reason) => leave_out(&mut selection.went, LeftOut { name, reason }),
                None => {
                    // A local header has 30 bytes and more.
                    let end = entry.header_start().saturating_add(30).saturating_add(packed);
                    let bytes = (entry.header_start(), end);
                    selection.chosen.push(Chosen { number, path, name, is_of_project: photo.is_some(), bytes });
                }
            }
            if selection.chosen.len() > MOST_PHOTOS {
                return Err(ArchiveError::TooMany { limit: MOST_PHOTOS as u64 });
            }
        }
        selection.leave_out_overlapping();
        for photo in photos.iter().filter(|photo| missing.contains_key(photo.path.as_str())) {
            leave_out(&mut selection.went, LeftOut { name: shown(&photo.name), reason: LeftOutReason::Missing });
        }
        Ok(selection)
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
