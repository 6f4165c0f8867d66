//! Links among the folders of classes.

use std::fs;
use std::path::{Path, PathBuf};

use super::names::is_litter;

/// A folder of a class, as it may be a link.
struct ClassFolder {
    is_link: bool,
    /// Where it lies, links followed.
    target: Option<PathBuf>,
}

/// For each of `folders`, which lie in `dir`, why it is no class, if so: it is a link, and its photos are read elsewhere, or as
/// those of another class.
pub(super) fn leading_back(dir: &Path, folders: &[PathBuf]) -> Vec<Option<&'static str>> {
    let dir = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    let followed = |path: &PathBuf| ClassFolder { is_link: path.is_symlink(), target: fs::canonicalize(path).ok() };
    let folders: Vec<ClassFolder> = folders.iter().map(followed).collect();
    (0..folders.len()).map(|at| reason(&dir, &folders, at)).collect()
}

fn reason(dir: &Path, folders: &[ClassFolder], at: usize) -> Option<&'static str> {
    let ClassFolder { is_link: true, target: Some(target) } = &folders[at] else { return None };
    if dir.starts_with(target) {
        return Some("it is a link to a folder that it lies in");
    }
    let is_read_by = |(index, other): (usize, &ClassFolder)| {
        // One that leads out of `dir` around it is read by nobody.
        let around = other.target.as_ref().filter(|around| index != at && !dir.starts_with(around));
        around.and_then(|around| target.strip_prefix(around).ok()).is_some_and(|below| {
            // Of links to one folder the first is its class.
            let is_later = !other.is_link || index < at;
            if below.as_os_str().is_empty() { is_later } else { !below.iter().any(|name| is_litter(name.as_ref())) }
        })
    };
    if !folders.iter().enumerate().any(is_read_by) {
        None
    } else if target.parent() == Some(dir) {
        Some("it is a link to a folder beside it")
    } else {
        Some("it is a link to what the folder of another class holds")
    }
}
