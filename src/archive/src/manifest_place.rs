//! Where a project lies in a zip: a project that was unpacked and zipped again has a folder around it, and names that another
//! system wrote.

use crate::MANIFEST;
use crate::names::{is_litter, tidy_path};

/// The place of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ManifestPlace {
    /// The number of its entry.
    pub(crate) number: usize,
    /// The folder that the project's paths begin in, with `/` at its end, or nothing.
    pub(crate) root: String,
}

/// Manifests of one zip that are looked at.
const LOOKED_AT: usize = 8;

impl ManifestPlace {
    /// Where manifests may lie, by the tidied paths of all entries: the ones furthest out, these first.
    pub(crate) fn candidates(paths: &[Option<String>]) -> Vec<Self> {
        let found = paths.iter().enumerate().filter_map(|(number, path)| {
            let root = path.as_deref()?.strip_suffix(MANIFEST)?;
            ((root.is_empty() || root.ends_with('/')) && !is_litter(root))
                .then(|| Self { number, root: root.to_owned() })
        });
        let mut found: Vec<Self> = found.collect();
        found.sort_by_key(Self::depth);
        found.truncate(LOOKED_AT);
        found
    }

    /// Folders around it.
    pub(crate) fn depth(&self) -> usize {
        self.root.matches('/').count()
    }

    /// The path within the project of what lies at `path` in the zip; none for what lies beside the project.
    pub(crate) fn within<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(&self.root)
    }
}

/// What a project calls `path`, however it is written now.
pub(crate) fn key(path: &str) -> String {
    tidy_path(path).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(paths: &[&str]) -> Vec<(usize, String)> {
        let paths: Vec<_> = paths.iter().map(|path| tidy_path(path)).collect();
        ManifestPlace::candidates(&paths).into_iter().map(|place| (place.number, place.root)).collect()
    }

    #[test]
    fn manifests_are_looked_for_from_the_outside() {
        for (paths, expected) in [
            (&["a.jpg", "project.json"][..], &[(1, "")][..]),
            (&["./project.json"], &[(0, "")]),
            (&["my project/project.json", "my project/photos/1.jpg"], &[(0, "my project/")]),
            (&["old/old/project.json", "new/project.json"], &[(1, "new/"), (0, "old/old/")]),
            (&["a/project.json", "b/project.json"], &[(0, "a/"), (1, "b/")]),
            (&["a.jpg", "__MACOSX/x/project.json", "x/._project.json", "my-project.json"], &[]),
        ] {
            let expected: Vec<_> = expected.iter().map(|(number, root)| (*number, (*root).to_owned())).collect();
            assert_eq!(roots(paths), expected, "{paths:?}");
        }
        let many: Vec<String> = (0..20).map(|number| format!("{number}/project.json")).collect();
        assert_eq!(roots(&many.iter().map(String::as_str).collect::<Vec<_>>()).len(), LOOKED_AT);
    }
}
