//! Names of files and folders: which are nobody's photos, and which name the same class.

use std::path::Path;

use unicode_normalization::UnicodeNormalization;

/// What systems leave in folders, beside names that begin with a dot.
const LITTER: [&str; 14] = [
    "__MACOSX",
    "@eaDir",
    "@Recycle",
    "#recycle",
    "#snapshot",
    "$RECYCLE.BIN",
    "RECYCLER",
    "System Volume Information",
    "lost+found",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "Picasa.ini",
    "Icon\r",
];

/// Endings of photos' names.
const ENDINGS: [&str; 16] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "dib", "tif", "tiff", "heic", "heif", "avif", "jxl",
    "mpo",
];

/// Whether a file or folder is what systems leave in folders, and nobody's photo.
pub(super) fn is_litter(path: &Path) -> bool {
    let name = file_name(path);
    name.starts_with('.') || LITTER.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether a file is a photo by its name.
pub(super) fn looks_like_photo(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
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

/// `name` as it is kept: composed (NFC), without characters that have no width, and without spaces around it.
fn tidy_name(name: &str) -> String {
    let visible: String = name.chars().filter(|letter| !has_no_width(*letter)).nfc().collect();
    visible.trim().to_owned()
}

/// The same for all names that look the same: case and how accents are put together do not tell classes apart.
pub(super) fn folded(name: &str) -> String {
    // Small letters may fall apart: İ becomes i and a dot.
    tidy_name(name).to_lowercase().nfc().collect()
}

/// Characters that take no room: soft hyphen, zero-width space and joiners, directions, the mark of a byte order.
fn has_no_width(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
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
    fn litter_is_known_by_its_name() {
        for name in ["__MACOSX", ".DS_Store", "a/@eaDir", "thumbs.db", "Desktop.ini", "$Recycle.Bin", "._1.jpg"] {
            assert!(is_litter(Path::new(name)), "{name}");
        }
        for name in ["cat", "__MACOSX/cat", "icons", "a.b.jpg"] {
            assert!(!is_litter(Path::new(name)), "{name}");
        }
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
