//! What a file is, by its name and type alone, so that thousands can be sorted without reading one.

/// What a file is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// A picture, or a file that does not say: the engine finds out.
    Photo,
    /// A zip: a project, or photos.
    Zip,
    /// A trained head.
    Head,
    /// What systems leave in folders: not worth a word.
    Litter,
    /// Anything else.
    Other,
}

const PICTURES: [&str; 15] =
    ["jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "dib", "avif", "heic", "heif", "tif", "tiff", "ico"];

/// Takes a guess at the file `name`, of the type `mime` as the browser knows it.
pub(crate) fn file_kind(name: &str, mime: &str) -> FileKind {
    let end = extension(name).unwrap_or_default();
    if name.starts_with('.') || ["thumbs.db", "desktop.ini"].contains(&name.to_ascii_lowercase().as_str()) {
        FileKind::Litter
    } else if end == "zip" || mime == "application/zip" || mime == "application/x-zip-compressed" {
        FileKind::Zip
    } else if end == "safetensors" || end == "head" {
        FileKind::Head
    } else {
        let is_picture = is_picture_extension(&end) || (mime.starts_with("image/") && mime != "image/svg+xml");
        let is_silent = end.is_empty() && mime.is_empty();
        if is_picture || is_silent { FileKind::Photo } else { FileKind::Other }
    }
}

/// What stands after the last point, in small letters.
pub(crate) fn extension(name: &str) -> Option<String> {
    let (stem, end) = name.rsplit_once('.')?;
    (!stem.is_empty() && !end.is_empty()).then(|| end.to_ascii_lowercase())
}

/// Whether files that end so are pictures.
pub(crate) fn is_picture_extension(end: &str) -> bool {
    PICTURES.contains(&end)
}

/// The name without what stands after the last point.
pub(crate) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// The folder that a file lies in, which names its class; `path` has `/` between its parts and ends with the file.
pub(crate) fn folder(path: &str) -> Option<&str> {
    let (folders, _) = path.rsplit_once('/')?;
    folders.rsplit('/').find(|part| !part.is_empty() && *part != "." && *part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_without_reading_them() {
        for (name, mime, expected) in [
            ("a.JPG", "", FileKind::Photo),
            ("a.heic", "", FileKind::Photo),
            ("photo", "", FileKind::Photo),
            ("photo", "image/webp", FileKind::Photo),
            ("a.svg", "image/svg+xml", FileKind::Other),
            ("notes.txt", "text/plain", FileKind::Other),
            ("notes.xyz", "", FileKind::Other),
            ("cats.zip", "", FileKind::Zip),
            ("my.safetensors", "", FileKind::Head),
            (".DS_Store", "", FileKind::Litter),
            ("Thumbs.db", "", FileKind::Litter),
        ] {
            assert_eq!(file_kind(name, mime), expected, "{name} {mime}");
        }
    }

    #[test]
    fn the_nearest_folder_names_the_class() {
        assert_eq!(folder("pets/train/cat/1.jpg"), Some("cat"));
        assert_eq!(folder("1.jpg"), None);
        assert_eq!(folder("/../1.jpg"), None);
    }

    #[test]
    fn stems_lose_their_end() {
        assert_eq!((stem("cats.zip"), stem(".zip"), stem("cats")), ("cats", ".zip", "cats"));
    }
}
