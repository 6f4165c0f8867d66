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

impl ManifestPlace {
    /// The manifest that lies furthest out, by the tidied paths of all entries. Which of several is meant, nobody can say:
    /// then there is none.
    pub(crate) fn find(paths: &[Option<String>]) -> Option<Self> {
        let found = paths.iter().enumerate().filter_map(|(number, path)| {
            let root = path.as_deref()?.strip_suffix(MANIFEST)?;
            ((root.is_empty() || root.ends_with('/')) && !is_litter(root))
                .then(|| Self { number, root: root.to_owned() })
        });
        let mut found: Vec<Self> = found.collect();
        found.sort_by_key(Self::depth);
        match &found[..] {
            [first, second, ..] if first.depth() == second.depth() && first.depth() > 0 => None,
            _ => found.into_iter().next(),
        }
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

    fn find(paths: &[&str]) -> Option<(usize, String)> {
        let paths: Vec<_> = paths.iter().map(|path| tidy_path(path)).collect();
        ManifestPlace::find(&paths).map(|place| (place.number, place.root))
    }

    #[test]
    fn a_manifest_is_found_where_it_lies_furthest_out() {
        assert_eq!(find(&["a.jpg", "project.json"]), Some((1, String::new())));
        assert_eq!(find(&["./project.json"]), Some((0, String::new())));
        assert_eq!(find(&["my project/project.json", "my project/photos/1.jpg"]), Some((0, "my project/".to_owned())));
        assert_eq!(find(&["old/old/project.json", "new/project.json"]), Some((1, "new/".to_owned())));
        for none in [&["a.jpg"][..], &["__MACOSX/x/project.json"], &["x/._project.json"], &["my-project.json"]] {
            assert_eq!(find(none), None, "{none:?}");
        }
        assert_eq!(find(&["a/project.json", "b/project.json"]), None);
    }
}
