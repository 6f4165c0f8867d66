//! The project's manifest, checked.

use std::collections::HashSet;

use headstart_protocol::{
    LONGEST_CLASS_NAME, LONGEST_PHOTO_NAME, MOST_CLASSES, MOST_PHOTOS, PROJECT_VERSION, ProjectManifest,
};
use serde::Deserialize;

use crate::names::{is_safe, shown};
use crate::{ArchiveError, MANIFEST};

/// The largest number of a class or a photo.
const LARGEST_ID: u32 = 1 << 31;

/// Whether `json` is a manifest of this program's, whatever is wrong with it.
pub(crate) fn is_ours(json: &[u8]) -> bool {
    let value: Option<serde_json::Value> = serde_json::from_slice(text(json)).ok();
    value.is_some_and(|value| ["version", "size", "classes", "photos"].iter().all(|key| value.get(key).is_some()))
}

/// `json` without the mark of a byte order, which editors put in front.
fn text(json: &[u8]) -> &[u8] {
    json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json)
}

/// The manifest in `json`.
///
/// # Errors
/// [`ArchiveError::Newer`] for one of a later version, whatever else is in it; [`ArchiveError::Project`] for one that
/// cannot be read or does not fit together.
pub(crate) fn read(json: &[u8]) -> Result<ProjectManifest, ArchiveError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let json = text(json);
    let broken = |error: serde_json::Error| ArchiveError::Project(format!("its manifest cannot be read ({error})"));
    let Versioned { version } = serde_json::from_slice(json).map_err(broken)?;
    if version > PROJECT_VERSION {
        return Err(ArchiveError::Newer { found: version, expected: PROJECT_VERSION });
    }
    if version == 0 {
        return Err(ArchiveError::Project("there is no format version 0".to_owned()));
    }
    // What is not looked at may be nested without an end; a value may not.
    serde_json::from_slice::<serde_json::Value>(json).map_err(broken)?;
    let manifest = serde_json::from_slice(json).map_err(broken)?;
    check(&manifest)?;
    Ok(manifest)
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
        if !is_safe(&photo.path) || photo.path == MANIFEST {
            return wrong(format!("the photo `{name}` has a path that no photo in a zip can have"));
        }
        if !paths.insert(&photo.path) {
            return wrong(format!("the photo `{name}` has the path of another one"));
        }
    }
    Ok(())
}
