//! Classes by the folders that photos lie in.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::alike::{folded, tidy_name};
use crate::names::{file_name, tidy_path};

/// What the path of a photo says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The class that its folders name; none for a photo without a folder.
    pub class: Option<String>,
    /// The part of a data set that it is in, where the folders say so.
    pub part: Option<Part>,
}

/// A part of a data set that was split before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// To train on.
    Train,
    /// To validate or test on.
    HeldOut,
}

/// What stands between a class and a number in the names of Teachable Machine's photos.
pub(crate) const TEACHABLE: &str = "-!-";

/// The places of photos by their paths, in their order; `/` or `\` stands between folders.
///
/// Of the folders the one that tells classes apart names them: the first level, from the outside, at which the photos lie in
/// folders of different names that may be classes. Years, numbers and words like `photos` may be so only where nothing else is.
/// Folders named `train` beside `val` or `test` are no classes but parts.
#[must_use]
pub fn places(paths: &[&str]) -> Vec<Place> {
    let mut photos: Vec<Photo> = paths.iter().map(|path| Photo::new(path)).collect();
    // Some data sets name a part twice: `seg_train/seg_train/cat`.
    while take_parts_out(&mut photos) {}
    let level = level_of_classes(&photos);
    // Names that look alike are one, as it is first written.
    let mut names: HashMap<String, String> = HashMap::new();
    let place = |photo: Photo| {
        let class = photo.class(level).map(|class| names.entry(folded(&class)).or_insert(class).clone());
        Place { class, part: photo.part }
    };
    photos.into_iter().map(place).collect()
}

struct Photo {
    /// Its folders from the outside.
    folders: Vec<String>,
    /// The class that its own name says.
    named: Option<String>,
    part: Option<Part>,
}

impl Photo {
    fn new(path: &str) -> Self {
        let path = tidy_path(path).unwrap_or_default();
        let (folders, _) = path.rsplit_once('/').unwrap_or_default();
        let folders = folders.split('/').map(tidy_name).filter(|folder| !folder.is_empty()).collect();
        let named = file_name(&path).rsplit_once(TEACHABLE).map(|(class, _)| tidy_name(class));
        Self { folders, named: named.filter(|class| !class.is_empty()), part: None }
    }

    fn class(&self, level: Option<usize>) -> Option<String> {
        let at = level.and_then(|level| self.folders.get(level));
        let nearest = || self.folders.iter().rev().find(|folder| !is_container(folder)).or(self.folders.last());
        self.named.as_ref().or(at).or_else(nearest).cloned()
    }
}

/// Takes folders that are parts of a data set out of the paths, wherever both kinds lie side by side, and notes them; whether
/// there were any.
fn take_parts_out(photos: &mut [Photo]) -> bool {
    let mut found = false;
    let deepest = photos.iter().map(|photo| photo.folders.len()).max().unwrap_or_default();
    // From the inside, so that levels further out stay where they are.
    for level in (0..deepest).rev() {
        let mut beside: BTreeMap<Vec<String>, [bool; 2]> = BTreeMap::new();
        let around = |photo: &Photo| photo.folders[..level].iter().map(|folder| folded(folder)).collect::<Vec<_>>();
        for photo in photos.iter().filter(|photo| photo.folders.len() > level) {
            if let Some(part) = part(&photo.folders[level]) {
                beside.entry(around(photo)).or_default()[usize::from(part == Part::HeldOut)] = true;
            }
        }
        for photo in photos.iter_mut().filter(|photo| photo.folders.len() > level) {
            let Some(part) = part(&photo.folders[level]) else { continue };
            // Photos that lie in it and in no other folder have no other class.
            if photo.folders.len() > 1 && beside.get(&around(photo)) == Some(&[true; 2]) {
                photo.folders.remove(level);
                photo.part = Some(part);
                found = true;
            }
        }
    }
    found
}

/// The level of folders that names the classes; none where all photos lie in the same folders.
fn level_of_classes(photos: &[Photo]) -> Option<usize> {
    let deepest = photos.iter().map(|photo| photo.folders.len()).max().unwrap_or_default();
    let mut otherwise = None;
    for level in 0..deepest {
        let names: HashSet<String> =
            photos.iter().filter_map(|photo| photo.folders.get(level)).map(|folder| folded(folder)).collect();
        if names.len() < 2 {
            continue;
        }
        if !names.iter().all(|name| is_container(name)) {
            return Some(level);
        }
        otherwise = otherwise.or(Some(level));
    }
    otherwise
}

/// Words of folders that hold photos whatever is on them; numbers, dates and counters are taken off before.
const CONTAINERS: [&str; 34] = [
    "album",
    "apple",
    "batch",
    "bilder",
    "camera",
    "cam",
    "canon",
    "data",
    "dataset",
    "day",
    "dcim",
    "download",
    "downloads",
    "files",
    "fold",
    "folder",
    "fotos",
    "images",
    "image",
    "img",
    "imgs",
    "jpeg",
    "jpg",
    "new folder",
    "originals",
    "page",
    "part",
    "photo",
    "photos",
    "pics",
    "pictures",
    "png",
    "site",
    "week",
];

/// Whether a folder of that name holds photos of anything: one that has a number or a date for a name, too.
pub(crate) fn is_container(name: &str) -> bool {
    let words = folded(name);
    let words = words.trim_matches(|letter: char| letter.is_ascii_digit() || " _-.()".contains(letter));
    words.is_empty() || CONTAINERS.contains(&words)
}

/// The part of a data set that a folder of that name is: `train`, `val2017`, `test_set`, `images-valid`.
#[must_use]
pub fn part(name: &str) -> Option<Part> {
    let name = folded(name);
    let mut found = None;
    for word in name.split([' ', '_', '-', '.']) {
        let word = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let part = match word {
            "train" | "training" | "trainset" => Part::Train,
            "val" | "valid" | "validation" | "valset" | "dev" | "test" | "testing" | "testset" | "eval"
            | "evaluation" | "holdout" => Part::HeldOut,
            "" | "data" | "dataset" | "set" | "images" | "image" | "imgs" | "img" | "photos" | "seg" => continue,
            _ => return None,
        };
        if found.is_some_and(|before| before != part) {
            return None;
        }
        found = Some(part);
    }
    found
}

/// The class that the photos of a zip without folders make: its name without its ending, without the number of a second
/// download, and without what Teachable Machine puts behind a class's name.
#[must_use]
pub fn class_of_zip(name: &str) -> String {
    let stem = match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    };
    let stem = stem.trim_end();
    let copy = stem.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let stem = match copy {
        Some((before, number)) if !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()) => before,
        _ => stem,
    };
    let stem = stem.trim_end();
    let class = stem.strip_suffix("-samples").filter(|class| !class.is_empty()).unwrap_or(stem);
    let class = tidy_name(class);
    if class.is_empty() { tidy_name(name) } else { class }
}

#[cfg(test)]
mod tests;
