//! Paths in a zip and in folders: which of them are names of files that are read.

use headstart_protocol::LONGEST_PHOTO_NAME;
use unicode_normalization::UnicodeNormalization;

use crate::alike::has_no_width;

/// Characters of a name that a person is told, at most.
const SHOWN: usize = 80;

/// What systems leave in folders, beside names that begin with a dot: the one list of the project.
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

/// `path` as programs should have written it: `/` between folders, composed letters (NFC), relative, and without parts that
/// lead nowhere (`.`) or out (`..`): nothing is written where it says. [`None`] where nothing is left, or what is left is no
/// name for a file.
pub(crate) fn tidy_path(path: &str) -> Option<String> {
    let parts: Vec<&str> = parts_of_path(path).collect();
    let tidy: String = parts.join("/").nfc().collect();
    let is_name = !tidy.is_empty() && tidy.len() <= LONGEST_PHOTO_NAME && !tidy.contains(char::is_control);
    is_name.then_some(tidy)
}

/// The folders and the file that `path` names, without those that lead nowhere or out.
pub(crate) fn parts_of_path(path: &str) -> impl Iterator<Item = &str> {
    let path = if has_drive(path) { &path[2..] } else { path };
    path.split(['/', '\\']).filter(|part| !["", ".", ".."].contains(part))
}

/// Whether `path` begins with a drive of Windows.
fn has_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':')
}

/// Whether `path` names a file below the folder that a zip is unpacked in, on every system.
pub(crate) fn is_safe(path: &str) -> bool {
    !path.is_empty()
        && path.len() <= LONGEST_PHOTO_NAME
        && !has_drive(path)
        && !path.starts_with(['/', '\\'])
        && !path.contains(char::is_control)
        && path.split(['/', '\\']).all(|part| part != "..")
}

/// Whether `path` leads through or to what systems leave in folders: see [`is_litter_name`].
#[must_use]
pub fn is_litter(path: &str) -> bool {
    path.split(['/', '\\']).any(is_litter_name)
}

/// Whether a file or folder of that name, which is no path, is what systems leave in folders: `__MACOSX` holds what macOS adds
/// beside each file, under the file's own name, `@eaDir` the thumbnails of network drives, and files that begin with a dot are
/// nobody's photos.
#[must_use]
pub fn is_litter_name(name: &str) -> bool {
    let is_dotted = name.starts_with('.') && !name.trim_matches('.').is_empty();
    is_dotted || LITTER.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// The last part of a path that has `/` between folders.
#[must_use]
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `name` as a person can be shown it: not too long, and without characters that cannot be seen or turn the text around.
pub(crate) fn shown(name: &str) -> String {
    let is_hidden = |letter: char| letter.is_control() || has_no_width(letter);
    let mut letters = name.chars().map(|letter| if is_hidden(letter) { char::REPLACEMENT_CHARACTER } else { letter });
    let mut shown: String = letters.by_ref().take(SHOWN).collect();
    if letters.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_tidied_whoever_wrote_them() {
        for (path, tidy) in [
            ("a.jpg", "a.jpg"),
            ("./cats/a.jpg", "cats/a.jpg"),
            ("cats\\a.jpg", "cats/a.jpg"),
            ("../../cats/a.jpg", "cats/a.jpg"),
            ("/etc/a.png", "etc/a.png"),
            ("C:\\pets\\a.jpg", "pets/a.jpg"),
            ("a/..\\b.jpg", "a/b.jpg"),
            ("a..b//c.jpg", "a..b/c.jpg"),
            ("Cafe\u{301}/1.jpg", "Café/1.jpg"),
        ] {
            assert_eq!(tidy_path(path).as_deref(), Some(tidy), "{path}");
        }
        let long = "x".repeat(LONGEST_PHOTO_NAME + 1);
        for path in ["", "..", "/", "./", "a\0.jpg", "a\n.jpg", "a\u{85}.jpg", &long] {
            assert_eq!(tidy_path(path), None, "{path:?}");
        }
    }

    #[test]
    fn paths_that_lead_elsewhere_are_not_safe() {
        for path in ["a.jpg", "cats/a.jpg", "cats\\a.jpg", "a..b/c.jpg", ".../a.jpg", "photos/犬/1-ä.jpg", "c/d:e.jpg"]
        {
            assert!(is_safe(path), "{path}");
        }
        let long = "x".repeat(LONGEST_PHOTO_NAME + 1);
        for path in
            ["", "../a.jpg", "a/../../b.jpg", "a\\..\\b.jpg", "/etc/a.jpg", "\\\\host\\a.jpg", "C:a.jpg", "c:\\a.jpg"]
                .into_iter()
                .chain(["a\0.jpg", "a\n.jpg", "a\u{85}.jpg", "a/..", &long])
        {
            assert!(!is_safe(path), "{path:?}");
        }
    }

    #[test]
    fn litter_is_known_by_its_name() {
        for path in
            ["__MACOSX/a/._1.jpg", "a/.DS_Store", ".thumbnails/1.png", "a/@eaDir/1.jpg", "Thumbs.db", "a\\desktop.ini"]
        {
            assert!(is_litter(path), "{path}");
        }
        for path in ["#recycle/1.jpg", "$Recycle.Bin/S-1-5/1.jpg", "a\\lost+found\\1.jpg", "a/picasa.ini", "a/Icon\r"] {
            assert!(is_litter(path), "{path}");
        }
        assert!(is_litter_name("@eaDir") && !is_litter_name("a\\.jpg"), "a name is no path");
        for path in ["./a.jpg", "../a.jpg", "a/1.jpg", "...", "a.b/c.jpg", "icons/1.jpg", "recycle/1.jpg"] {
            assert!(!is_litter(path), "{path}");
        }
    }

    #[test]
    fn what_a_person_is_told_is_short_and_can_be_seen() {
        assert_eq!(shown("a.jpg"), "a.jpg");
        assert_eq!(shown("gpj\u{202e}exe.\n"), "gpj\u{fffd}exe.\u{fffd}");
        // Whatever does not tell names apart cannot be seen either.
        assert_eq!(shown("a\u{ad}b\u{180e}c\u{2060}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(shown(&"x".repeat(500)).chars().count(), SHOWN + 1);
    }
}
