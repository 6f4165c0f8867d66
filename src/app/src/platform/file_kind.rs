//! What a file is, by its name and type alone, so that thousands can be sorted without reading one.

use headstart_archive::{Ending, is_litter};

/// What a file is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// A picture.
    Photo,
    /// A zip: a project, or photos.
    Zip,
    /// A trained head.
    Head,
    /// What systems leave in folders: not worth a word.
    Litter,
    /// Anything else, or a file that does not say: its first bytes do.
    Other,
}

/// Takes a guess at the file `name`, of the type `mime` as the browser knows it.
pub(crate) fn file_kind(name: &str, mime: &str) -> FileKind {
    let is_zip = ["application/zip", "application/x-zip-compressed"].contains(&mime);
    match Ending::of(name) {
        _ if is_litter(name) => FileKind::Litter,
        Ending::Zip => FileKind::Zip,
        Ending::Head => FileKind::Head,
        Ending::Picture => FileKind::Photo,
        Ending::Other if is_zip => FileKind::Zip,
        Ending::Other => {
            let is_picture = mime.starts_with("image/") && mime != "image/svg+xml";
            if is_picture { FileKind::Photo } else { FileKind::Other }
        }
    }
}

/// The name without what stands after the last point.
pub(crate) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_without_reading_them() {
        for (name, mime, expected) in [
            ("a.JPG", "", FileKind::Photo),
            ("a.heic", "", FileKind::Photo),
            ("a.jfif", "", FileKind::Photo),
            ("photo", "", FileKind::Other),
            ("photo", "image/webp", FileKind::Photo),
            ("a.svg", "image/svg+xml", FileKind::Other),
            ("notes.txt", "text/plain", FileKind::Other),
            ("notes.xyz", "", FileKind::Other),
            ("cats.zip", "", FileKind::Zip),
            ("project.tm", "", FileKind::Zip),
            ("download", "application/zip", FileKind::Zip),
            ("my.safetensors", "", FileKind::Head),
            (".DS_Store", "", FileKind::Litter),
            ("Thumbs.db", "", FileKind::Litter),
        ] {
            assert_eq!(file_kind(name, mime), expected, "{name} {mime}");
        }
    }

    #[test]
    fn stems_lose_their_end() {
        assert_eq!((stem("cats.zip"), stem(".zip"), stem("cats")), ("cats", ".zip", "cats"));
    }
}
