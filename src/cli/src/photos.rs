//! Photos on disk with their classes: a folder a class, or `CLASS.N.jpg` without folders, as the public Dogs vs. Cats
//! archive has them.

mod links;
mod names;
mod reading;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use headstart_archive::{folded, part};
use headstart_protocol::Part;
use serde::Serialize;
use walkdir::WalkDir;

use crate::error::CliError;
use crate::output;
use names::{class_in_name, class_of_folder, file_name, is_litter, looks_like_photo};
use reading::{no_file, reason};

pub(crate) use names::position;
pub(crate) use reading::read_photo;

/// A file that may be a photo, and the class that its place says it is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LabelledFile {
    pub(crate) class: String,
    pub(crate) path: PathBuf,
}

/// A file or folder that gave no photos, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Skipped {
    #[serde(serialize_with = "output::lossy")]
    pub(crate) path: PathBuf,
    pub(crate) reason: String,
}

impl Skipped {
    pub(crate) fn new(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }
}

impl std::fmt::Display for Skipped {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "skipped {}: {}", self.path.display(), self.reason)
    }
}

/// Names what was skipped on standard error, and counts it.
pub(crate) fn note_skipped(skipped: &[Skipped]) {
    skipped.iter().for_each(output::note);
    if skipped.len() > 1 {
        output::note(format_args!("{} skipped in all", skipped.len()));
    }
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Files in the order of class and path; whether they are photos is not known yet.
    pub(crate) files: Vec<LabelledFile>,
    /// What cannot be read or has no class.
    pub(crate) skipped: Vec<Skipped>,
}

impl Listing {
    /// The files of the classes `names`, spelt as there: neither case nor how accents are put together tells classes apart.
    /// Those of other classes are skipped for the reason that `refusal` gives.
    pub(crate) fn within(self, names: &[String], refusal: impl Fn(&str) -> String) -> Self {
        let mut known = BTreeMap::<String, Option<usize>>::new();
        let mut listing = Self { files: Vec::with_capacity(self.files.len()), skipped: self.skipped };
        for LabelledFile { class, path } in self.files {
            let index = known.get(&class).copied().unwrap_or_else(|| {
                let index = position(names, &class);
                known.insert(class.clone(), index);
                index
            });
            match index {
                Some(index) => listing.files.push(LabelledFile { class: names[index].clone(), path }),
                None => listing.skipped.push(Skipped::new(path, refusal(&class))),
            }
        }
        listing.files.sort();
        listing
    }

    /// Those of the classes `names`, which are the ones that are trained.
    pub(crate) fn within_trained(self, names: &[String]) -> Self {
        self.within(names, |class| format!("no photos to train on are of its class, `{class}`"))
    }

    /// The classes of its files, sorted; of spellings of one class the first.
    pub(crate) fn classes(&self) -> Vec<String> {
        let mut spellings: Vec<_> = self.files.iter().map(|file| &file.class).collect();
        spellings.sort_unstable();
        spellings.dedup();
        let mut seen = HashSet::new();
        spellings.into_iter().filter(|class| seen.insert(folded(class))).cloned().collect()
    }

    /// The files of the class folder `folder`, however deep. Links are followed to files, and to the folder itself.
    fn add_class(&mut self, folder: &Path) {
        let class = class_of_folder(folder);
        let entries = WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(|entry| !is_litter(entry.path())) {
            match entry {
                Err(error) => {
                    let path = error.path().unwrap_or(folder);
                    let reason = error.io_error().map_or_else(|| error.to_string(), |error| reason(path, error));
                    self.skipped.push(Skipped::new(path, reason));
                }
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if entry.path_is_symlink() && entry.path().is_dir() => {
                    let reason = "it is a link to a folder, and those are followed only to folders of classes";
                    self.skipped.push(Skipped::new(entry.path(), reason));
                }
                Ok(entry) => self.files.push(LabelledFile { class: class.clone(), path: entry.into_path() }),
            }
        }
    }
}

/// A folder of photos as `train` takes it.
pub(crate) struct Folder {
    /// The classes to train, sorted.
    pub(crate) classes: Vec<String>,
    /// What to train on.
    pub(crate) training: Vec<LabelledFile>,
    /// What to validate on; empty where the folder has no `val`.
    pub(crate) validation: Vec<LabelledFile>,
    /// What cannot be read, or is of a class that is not trained.
    pub(crate) skipped: Vec<Skipped>,
}

/// `DIR/train/CLASS/*` with `DIR/val/CLASS/*`, or `DIR/CLASS/*` alone. Which names are parts of a data set is
/// [`headstart_archive::part`]'s to say, but photos to test on are left for `evaluate`: no choice is made on them.
///
/// # Errors
/// [`CliError::Read`] for a folder that cannot be read, [`CliError::NoPhotos`] for one with nothing in it,
/// [`CliError::NothingReadable`] for one with nothing in it that can be read.
pub(crate) fn training_folder(dir: &Path) -> Result<Folder, CliError> {
    let folders: Vec<_> = visible_entries(dir)?.into_iter().filter(|path| path.is_dir()).collect();
    let of_part = |wanted| folders.iter().filter(move |path| part(&file_name(path)) == Some(wanted));
    let train: Vec<_> = of_part(Part::Training).collect();
    let held_out = || of_part(Part::Validation).chain(of_part(Part::Test));
    // One among classes has neither of them: there are photos of trains.
    let has_folders = |path: &&PathBuf| visible_entries(path).is_ok_and(|below| below.iter().any(|path| path.is_dir()));
    let has_parts = train.len() == folders.len() || held_out().next().is_some() || train.iter().any(has_folders);
    if train.is_empty() || !has_parts {
        return Ok(Folder::of(labelled_files(dir)?, Listing::default()));
    }
    let all = |parts: Vec<&PathBuf>| -> Result<Listing, CliError> {
        parts.into_iter().try_fold(Listing::default(), |mut all, part| {
            let listing = labelled_files(part)?;
            all.files.extend(listing.files);
            all.skipped.extend(listing.skipped);
            Ok(all)
        })
    };
    Ok(Folder::of(all(train)?, all(of_part(Part::Validation).collect())?))
}

impl Folder {
    fn of(training: Listing, validation: Listing) -> Self {
        let classes = training.classes();
        let (training, validation) = (training.within_trained(&classes), validation.within_trained(&classes));
        let skipped = training.skipped.into_iter().chain(validation.skipped).collect();
        Self { classes, training: training.files, validation: validation.files, skipped }
    }
}

/// `DIR/CLASS/*`, however deep, or `DIR/CLASS.N.EXT` where no folder has files. Sorted by class and path; what systems leave
/// in folders is left out.
///
/// # Errors
/// [`CliError::Read`] for a folder that cannot be read, [`CliError::NoPhotos`] for one with nothing in it,
/// [`CliError::NothingReadable`] for one with nothing in it that can be read.
pub(crate) fn labelled_files(dir: &Path) -> Result<Listing, CliError> {
    let (folders, loose): (Vec<_>, Vec<_>) = visible_entries(dir)?.into_iter().partition(|path| path.is_dir());
    let mut listing = Listing::default();
    let links = links::leading_back(dir, &folders);
    for (folder, leads_back) in folders.iter().zip(links) {
        match leads_back {
            Some(reason) => listing.skipped.push(Skipped::new(folder, reason)),
            None => listing.add_class(folder),
        }
    }
    let has_folders = !listing.files.is_empty();
    let mut without_class = Vec::new();
    for path in loose {
        let unreadable = match fs::metadata(&path) {
            Ok(found) => no_file(found.file_type()).map(str::to_owned),
            Err(error) => Some(reason(&path, &error)),
        };
        if let Some(reason) = unreadable {
            listing.skipped.push(Skipped { path, reason });
        } else if let Some(class) = class_in_name(&path).filter(|_| !has_folders) {
            listing.files.push(LabelledFile { class, path });
        } else if looks_like_photo(&path) {
            let reason = if has_folders { "it lies beside the folders of classes" } else { "its name says no class" };
            without_class.push(Skipped::new(path, reason));
        }
    }
    if listing.files.is_empty() {
        let count = listing.skipped.len();
        return Err(match listing.skipped.into_iter().next() {
            Some(Skipped { path: first, reason }) if without_class.is_empty() => {
                CliError::NothingReadable { count, first, reason }
            }
            _ => CliError::NoPhotos { dir: dir.to_owned() },
        });
    }
    listing.skipped.extend(without_class);
    listing.files.sort();
    Ok(listing)
}

/// `paths`, and in the place of each folder among them the files in it, however deep and sorted; what systems leave in folders is
/// left out.
///
/// # Errors
/// [`CliError::Read`] for a folder that cannot be read, [`CliError::NoPhotos`] for one without files.
pub(crate) fn files_below(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        let entries = WalkDir::new(path).min_depth(1).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(|entry| !is_litter(entry.path())) {
            let read = |error: walkdir::Error| CliError::Read {
                path: error.path().unwrap_or(path).to_owned(),
                error: error.into(),
            };
            let entry = entry.map_err(read)?;
            if !entry.file_type().is_dir() {
                files.push(entry.into_path());
            }
        }
        if files.len() == before {
            return Err(CliError::NoPhotos { dir: path.clone() });
        }
    }
    Ok(files)
}

fn visible_entries(dir: &Path) -> Result<Vec<PathBuf>, CliError> {
    let read = |error| CliError::Read { path: dir.to_owned(), error };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if !is_litter(&path) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests;
