//! The project's manifest, checked.

use std::collections::HashSet;

use headstart_protocol::{PROJECT_VERSION, ProjectManifest};
use serde::Deserialize;

use crate::ArchiveError;

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
    let broken = |error: serde_json::Error| ArchiveError::Project(format!("its manifest cannot be read ({error})"));
    let Versioned { version } = serde_json::from_slice(json).map_err(broken)?;
    if version > PROJECT_VERSION {
        return Err(ArchiveError::Newer { found: version, expected: PROJECT_VERSION });
    }
    let manifest = serde_json::from_slice(json).map_err(broken)?;
    check(&manifest)?;
    Ok(manifest)
}

fn check(manifest: &ProjectManifest) -> Result<(), ArchiveError> {
    let wrong = |what: String| Err(ArchiveError::Project(what));
    let (mut classes, mut names, mut photos) = (HashSet::new(), HashSet::new(), HashSet::new());
    for class in &manifest.classes {
        if class.name.trim().is_empty() {
            return wrong("one of its classes has no name".into());
        }
        if !names.insert(class.name.trim()) {
            return wrong(format!("two of its classes have the name `{}`", class.name));
        }
        if !classes.insert(class.id) {
            return wrong(format!("the class `{}` has the number of another one", class.name));
        }
    }
    for photo in &manifest.photos {
        if !classes.contains(&photo.class) {
            return wrong(format!("the photo `{}` is of a class that is not there", photo.name));
        }
        if !photos.insert(photo.id) {
            return wrong(format!("the photo `{}` has the number of another one", photo.name));
        }
    }
    Ok(())
}
