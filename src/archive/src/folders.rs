//! Classes by the folders that photos lie in.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use headstart_protocol::Part;

use crate::alike::{folded, tidy_name};
use crate::names::parts_of_path;

/// What the path of a photo says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The class that its folders name; none for a photo without a folder.
    pub class: Option<String>,
    /// The part of a data set that it is in, where the folders say so.
    pub part: Option<Part>,
}

/// What stands between a class and a number in the names of Teachable Machine's photos.
pub(crate) const TEACHABLE: &str = "-!-";

/// Levels of folders that are looked at. Those that all photos share are left out beforehand, but for the innermost half of these.
const LEVELS: usize = 16;

/// The places of photos by their paths, in their order; `/` or `\` stands between folders.
///
/// Of the folders the one that tells classes apart names them: at the first level, from the outside, at which the photos lie in
/// folders of different names that may be classes, or for a photo that lies in none there, the next one that may be.
/// Years, numbers and words like `photos` may be so only where nothing else is. Where no level tells them apart, all photos are
/// of the folder that they share. Folders named `train` beside `val` or `test` are no classes but parts, which each photo bears.
#[must_use]
pub fn places(paths: &[&str]) -> Vec<Place> {
    let mut photos = photos(paths);
    // Some data sets name a part twice: `seg_train/seg_train/cat`.
    while take_parts_out(&mut photos) {}
    let telling = Telling::of(&photos);
    // Names that look alike are one, as it is first written.
    let mut names: HashMap<String, String> = HashMap::new();
    let place = |photo: Photo| {
        let class = photo.named.clone().or_else(|| telling.class(&photo.folders));
        Place { class: class.map(|class| names.entry(folded(&class)).or_insert(class).clone()), part: photo.part }
    };
    photos.into_iter().map(place).collect()
}

/// A folder's name, looked at once however many photos lie in such a folder.
#[derive(Debug)]
struct Folder {
    name: String,
    /// The same for all names that look the same.
    id: usize,
    is_container: bool,
    part: Option<Part>,
}

struct Photo {
    /// Its folders from the outside.
    folders: Vec<Rc<Folder>>,
    /// The class that its own name says.
    named: Option<String>,
    part: Option<Part>,
}

impl Photo {
    /// What tells the folder around its folder at `level` from others.
    fn around(&self, level: usize) -> Vec<usize> {
        self.folders[..level].iter().map(|folder| folder.id).collect()
    }
}

fn photos(paths: &[&str]) -> Vec<Photo> {
    let shared = shared_levels(paths).saturating_sub(LEVELS / 2);
    let mut known: HashMap<&str, Option<Rc<Folder>>> = HashMap::new();
    let mut ids: HashMap<String, usize> = HashMap::new();
    let mut photos = Vec::with_capacity(paths.len());
    for path in paths {
        let (folders, file) = split(path);
        let folder = |name| known.entry(name).or_insert_with(|| Folder::new(name, &mut ids)).clone();
        let folders = folders.skip(shared).filter_map(folder).take(LEVELS).collect();
        let named = file.rsplit_once(TEACHABLE).map(|(class, _)| tidy_name(class));
        photos.push(Photo { folders, named: named.filter(|class| !class.is_empty()), part: None });
    }
    photos
}

/// The folders of `path` from the outside, and the file's own name.
fn split(path: &str) -> (impl Iterator<Item = &str>, &str) {
    let file = parts_of_path(path).last().unwrap_or_default();
    let folders = parts_of_path(path).count().saturating_sub(1);
    (parts_of_path(path).take(folders), file)
}

/// How many folders, from the outside, all photos with folders share.
fn shared_levels(paths: &[&str]) -> usize {
    let mut all = paths.iter().map(|path| split(path).0).filter_map(|folders| {
        let mut folders = folders.peekable();
        folders.peek().is_some().then_some(folders)
    });
    let Some(mut shared) = all.next().map(Vec::from_iter) else { return 0 };
    for folders in all {
        let same = shared.iter().zip(folders).take_while(|(a, b)| *a == b).count();
        shared.truncate(same);
    }
    shared.len()
}

impl Folder {
    /// A folder called `name`; none where nothing of that can be seen. `ids` are those of all folders.
    fn new(name: &str, ids: &mut HashMap<String, usize>) -> Option<Rc<Self>> {
        let visible: String = name.chars().filter(|letter| !letter.is_control()).collect();
        let name = tidy_name(&visible);
        if name.is_empty() {
            return None;
        }
        let next = ids.len();
        let id = *ids.entry(folded(&name)).or_insert(next);
        Some(Rc::new(Self { id, is_container: is_container(&name), part: part(&name), name }))
    }
}

/// Takes folders that are parts of a data set out of the paths, wherever both kinds lie side by side, and notes them; whether
/// there were any.
fn take_parts_out(photos: &mut [Photo]) -> bool {
    let mut found = false;
    // From the inside, so that levels further out stay where they are.
    for level in (0..LEVELS).rev() {
        let part_of = |photo: &Photo| photo.folders.get(level).and_then(|folder| folder.part);
        let mut beside: BTreeMap<Vec<usize>, [bool; 2]> = BTreeMap::new();
        for photo in &*photos {
            if let Some(part) = part_of(photo) {
                beside.entry(photo.around(level)).or_default()[usize::from(part != Part::Training)] = true;
            }
        }
        for photo in photos.iter_mut() {
            let Some(part) = part_of(photo) else { continue };
            // Photos that lie in it and in no other folder have no other class.
            let has_class = photo.folders.len() > 1 || photo.named.is_some();
            if has_class && beside.get(&photo.around(level)) == Some(&[true; 2]) {
                photo.folders.remove(level);
                photo.part = Some(part);
                found = true;
            }
        }
    }
    found
}

/// What tells the classes apart.
enum Telling {
    /// The folders at this level, and what lies in them where they may be no classes.
    Level(usize),
    /// The folders at this level alone: none of them may be a class anywhere else.
    Containers(usize),
    /// Nothing: these folders are shared by all photos that have any.
    Shared(Vec<Rc<Folder>>),
}

impl Telling {
    fn of(photos: &[Photo]) -> Self {
        let mut otherwise = None;
        for level in 0..LEVELS {
            let folders = photos.iter().filter_map(|photo| photo.folders.get(level));
            let folders: HashMap<usize, bool> = folders.map(|folder| (folder.id, folder.is_container)).collect();
            if folders.len() < 2 {
                continue;
            }
            if !folders.values().all(|is_container| *is_container) {
                return Self::Level(level);
            }
            otherwise = otherwise.or(Some(level));
        }
        let shared = || photos.iter().map(|photo| &photo.folders).filter(|folders| !folders.is_empty());
        match otherwise {
            Some(level) => Self::Containers(level),
            // All lie in one another, as no level tells them apart.
            None => Self::Shared(shared().min_by_key(|folders| folders.len()).cloned().unwrap_or_default()),
        }
    }

    /// The class of a photo in `folders`; none where it lies in no folder.
    fn class(&self, folders: &[Rc<Folder>]) -> Option<String> {
        let may_be_class = |folder: &&Rc<Folder>| !folder.is_container;
        let innermost = folders.last()?;
        let nearest = || folders.iter().rfind(may_be_class).unwrap_or(innermost);
        let folder = match self {
            Self::Level(level) => match folders.get(*level) {
                Some(first) => folders[*level..].iter().find(may_be_class).unwrap_or(first),
                None => nearest(),
            },
            Self::Containers(level) => folders.get(*level).unwrap_or_else(nearest),
            Self::Shared(shared) => {
                let own = || folders.iter().find(may_be_class);
                shared.iter().rfind(may_be_class).or_else(own).or(shared.last()).unwrap_or(innermost)
            }
        };
        Some(folder.name.clone())
    }
}

/// Words of folders that hold photos whatever is on them; numbers, dates and counters are taken off before.
const CONTAINERS: [&str; 26] = [
    "album",
    "batch",
    "bilder",
    "data",
    "dataset",
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
    "part",
    "photo",
    "photos",
    "pics",
    "pictures",
    "png",
];

/// Words that are so with a number behind them, and may be a class without: `camera 2`, `Day1`.
const COUNTED: [&str; 6] = ["cam", "camera", "day", "page", "site", "week"];
/// Words that are so with a number in front of them, as cameras call their folders: `100APPLE`.
const NUMBERED: [&str; 2] = ["apple", "canon"];

/// Whether a folder of that name holds photos of anything: one that has a number or a date for a name, too.
pub(crate) fn is_container(name: &str) -> bool {
    let name = folded(name);
    let is_counter = |letter: char| letter.is_ascii_digit() || " _-.()".contains(letter);
    let has_number = |text: &str| text.contains(|letter: char| letter.is_ascii_digit());
    let tail = name.trim_start_matches(is_counter);
    let words = tail.trim_end_matches(is_counter);
    words.is_empty()
        || CONTAINERS.contains(&words)
        || (COUNTED.contains(&words) && has_number(tail))
        || (NUMBERED.contains(&words) && name.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// The part of a data set that a folder of that name is: `train`, `val2017`, `test_set`, `images-valid`.
#[must_use]
pub fn part(name: &str) -> Option<Part> {
    let name = folded(name);
    let mut found = None;
    for word in name.split([' ', '_', '-', '.']) {
        let word = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let part = match word {
            "train" | "training" | "trainset" => Part::Training,
            "val" | "valid" | "validation" | "valset" | "dev" => Part::Validation,
            "test" | "testing" | "testset" | "eval" | "evaluation" | "holdout" => Part::Test,
            "" | "data" | "dataset" | "set" | "images" | "image" | "imgs" | "img" | "photos" | "seg" => continue,
            _ => return None,
        };
        match found {
            Some(before) if (before == Part::Training) != (part == Part::Training) => return None,
            found_before => found = found_before.or(Some(part)),
        }
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

/// The folder that the name of a zip is for the files in it, by their paths: where no folder of theirs says what is on them,
/// or where the name is a part of a data set's.
#[must_use]
pub fn folder_of_zip<'a>(name: &str, paths: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let class = class_of_zip(name);
    let says_nothing = || paths.into_iter().all(|path| split(path).0.all(is_container));
    (part(&class).is_some() || says_nothing()).then_some(class)
}

#[cfg(test)]
mod tests;
