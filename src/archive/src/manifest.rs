//! The project's manifest, checked.

use std::collections::HashSet;

use headstart_protocol::{
    LONGEST_CLASS_NAME, LONGEST_PHOTO_NAME, MOST_CLASSES, MOST_PHOTOS, PROJECT_VERSION, ProjectManifest,
};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::manifest_place::key;
use crate::names::{is_safe, shown};
use crate::{ArchiveError, MANIFEST};

/// The largest number of a class or a photo.
const LARGEST_ID: u32 = 1 << 31;

/// Why a manifest is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Whether it is one of this program's all the same.
    pub(crate) is_ours: bool,
    /// [`ArchiveError::Newer`] for one of a later version, whatever else is in it; [`ArchiveError::Project`] for one that cannot
    /// be read or does not fit together.
    pub(crate) error: ArchiveError,
}

/// What is looked at in a manifest that cannot be read as one.
#[derive(Deserialize)]
struct Marks {
    version: Option<serde_json::Value>,
    size: Option<IgnoredAny>,
    classes: Option<IgnoredAny>,
    photos: Option<IgnoredAny>,
}

/// The manifest in `json`.
///
/// # Errors
/// [`Refused`].
pub(crate) fn read(json: &[u8]) -> Result<ProjectManifest, Refused> {
    // Editors put the mark of a byte order in front.
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    match serde_json::from_slice::<ProjectManifest>(json) {
        Ok(manifest) => {
            let checked = check_version(manifest.version).and_then(|()| check(&manifest));
            checked.map(|()| manifest).map_err(|error| Refused { is_ours: true, error })
        }
        Err(error) => {
            let broken = ArchiveError::Project(format!("its manifest cannot be read ({error})"));
            let Ok(Marks { version, size, classes, photos }) = serde_json::from_slice(json) else {
                return Err(Refused { is_ours: false, error: broken });
            };
            let is_ours = version.is_some() && size.is_some() && classes.is_some() && photos.is_some();
            let version = version.and_then(|version| version.as_u64()).and_then(|version| version.try_into().ok());
            let error = version.and_then(|version| check_version(version).err()).unwrap_or(broken);
            Err(Refused { is_ours, error })
        }
    }
}

fn check_version(version: u32) -> Result<(), ArchiveError> {
    match version {
        0 => Err(ArchiveError::Project("there is no format version 0".to_owned())),
        1..=PROJECT_VERSION => Ok(()),
        found => Err(ArchiveError::Newer { found, expected: PROJECT_VERSION }),
    }
}

fn check(manifest: &ProjectManifest) -> Result<(), ArchiveError> {
    let wrong = |what: String| Err(ArchiveError::Project(what));
    if manifest.classes.len() > MOST_CLASSES {
        return wrong(format!("it has more than {MOST_CLASSES} classes"));
    }
    if manifest.photos.len() > MOST_PHOTOS {
        return wrong(format!("it has more than {MOST_PHOTOS} photos"));
    }
    if let Err(error) = manifest.settings.check() {
        return wrong(error.to_string());
    }
    // Ids count up from 1: room must be left for those to come.
    let ids = manifest.classes.iter().map(|class| class.id).chain(manifest.photos.iter().map(|photo| photo.id));
    if ids.max().is_some_and(|id| id > LARGEST_ID) {
        return wrong(format!("one of its numbers is larger than {LARGEST_ID}"));
    }
    let (mut classes, mut names) = (HashSet::new(), HashSet::new());
    for class in &manifest.classes {
        let name = class.name.trim();
        if name.is_empty() {
            return wrong("one of its classes has no name".into());
        }
        if name.chars().count() > LONGEST_CLASS_NAME {
            return wrong(format!("the name of the class `{}` is too long", shown(name)));
        }
        if !names.insert(name) {
            return wrong(format!("two of its classes have the name `{}`", shown(name)));
        }
        if !classes.insert(class.id) {
            return wrong(format!("the class `{}` has the number of another one", shown(name)));
        }
    }
    let (mut photos, mut paths) = (HashSet::new(), HashSet::new());
    for photo in &manifest.photos {
        let name = shown(&photo.name);
        if photo.name.len() > LONGEST_PHOTO_NAME {
            return wrong(format!("the name of the photo `{name}` is too long"));
        }
        if !classes.contains(&photo.class) {
            return wrong(format!("the photo `{name}` is of a class that is not there"));
        }
        if !photos.insert(photo.id) {
            return wrong(format!("the photo `{name}` has the number of another one"));
        }
        let path = key(&photo.path);
        if !is_safe(&photo.path) || path == MANIFEST {
            return wrong(format!("the photo `{name}` has a path that no photo in a zip can have"));
        }
        // However they are written: in the zip they are one.
        if !paths.insert(path) {
            return wrong(format!("the photo `{name}` has the path of another one"));
        }
    }
    Ok(())
}
