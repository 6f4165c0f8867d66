//! Names of files and folders: which are nobody's photos, and which name the same class.

use std::path::Path;

use headstart_archive::{Ending, folded, is_litter_name, tidy_name};

/// Whether a file or folder is what systems leave in folders, and nobody's photo.
pub(super) fn is_litter(path: &Path) -> bool {
    is_litter_name(&file_name(path))
}

/// Whether a file is a photo by its name.
pub(super) fn looks_like_photo(path: &Path) -> bool {
    Ending::of(&file_name(path)) == Ending::Picture
}

/// The class that a folder is named after. What is no UTF-8 in its name is told as `\xE9`, so that two names of another
/// encoding stay two.
pub(super) fn class_of_folder(folder: &Path) -> String {
    let mut name = String::new();
    for chunk in folder.file_name().unwrap_or_default().as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        name.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    let tidy = tidy_name(&name);
    if tidy.is_empty() { name } else { tidy }
}

/// `cat` of `cat.17.jpg`.
pub(super) fn class_in_name(path: &Path) -> Option<String> {
    let name = file_name(path);
    let mut parts = name.split('.');
    let (class, number) = (tidy_name(parts.next()?), parts.next()?);
    parts.next()?;
    (!class.is_empty() && number.chars().all(|digit| digit.is_ascii_digit())).then_some(class)
}

/// The index of `class` among `names`: as it is spelt, or else as it looks.
pub(crate) fn position(names: &[String], class: &str) -> Option<usize> {
    let alike = || {
        let class = folded(class);
        names.iter().position(|name| folded(name) == class)
    };
    names.iter().position(|name| name == class).or_else(alike)
}

/// The last part of a path, as well as it can be read.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_that_look_alike_are_one() {
        let names = ["Café", "dog", "CAT"].map(str::to_owned);
        for (class, expected) in [("cafe\u{301}", 0), ("DOG\u{200b}", 1), (" cat", 2)] {
            assert_eq!(position(&names, class), Some(expected), "{class:?}");
        }
        assert_eq!(position(&names, "cats"), None);
        // Where a model knows both, the spelling decides.
        assert_eq!(position(&["Cat", "cat"].map(str::to_owned), "cat"), Some(1));
    }

    #[test]
    fn litter_and_photos_are_known_by_their_own_names() {
        for name in ["__MACOSX", ".DS_Store", "a/@eaDir", "#recycle", "._1.jpg"] {
            assert!(is_litter(Path::new(name)), "{name}");
        }
        for name in ["cat", "__MACOSX/cat", "icons", "a.b.jpg"] {
            assert!(!is_litter(Path::new(name)), "{name}");
        }
        for name in ["1.PJPEG", "a.b.jxl", "cat.jpg/1.ico"] {
            assert!(looks_like_photo(Path::new(name)), "{name}");
        }
        assert!(!looks_like_photo(Path::new("cat.jpg/notes.txt")));
    }

    #[cfg(unix)]
    #[test]
    fn folders_named_in_another_encoding_stay_apart() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        // кот and пёс as Windows wrote them.
        let [cat, dog] =
            [b"\xea\xee\xf2", b"\xef\xb8\xf1"].map(|name| class_of_folder(Path::new(OsStr::from_bytes(name))));
        assert_eq!((cat.as_str(), dog.as_str()), (r"\xEA\xEE\xF2", r"\xEF\xB8\xF1"));
    }
}
