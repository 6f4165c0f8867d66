//! Paths in a zip: which of them are names of files that are read.

use headstart_protocol::LONGEST_PHOTO_NAME;

/// Endings of the files that are handed over: pictures, and heads.
const ENDINGS: [&str; 9] = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "heic", "avif", "safetensors"];
/// Characters of a name that a person is told, at most.
const SHOWN: usize = 80;

/// Whether `path` names a file below the folder that a zip is unpacked in, on every system.
pub(crate) fn is_safe(path: &str) -> bool {
    let bytes = path.as_bytes();
    let has_drive = bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':');
    !path.is_empty()
        && path.len() <= LONGEST_PHOTO_NAME
        && !has_drive
        && !path.starts_with(['/', '\\'])
        && !path.contains(char::is_control)
        && path.split(['/', '\\']).all(|part| part != "..")
}

/// Whether `path` is what systems leave in folders: `__MACOSX` holds what macOS adds beside each file, under the file's own
/// name, and files that begin with a dot are nobody's photos.
pub(crate) fn is_litter(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| part.starts_with('.') && part != ".." || part == "__MACOSX")
}

/// Whether the file at `path` may be a picture or a head, by its name.
pub(crate) fn is_wanted(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// `name` as a person can be shown it: not too long, and without characters that cannot be seen or turn the text around.
pub(crate) fn shown(name: &str) -> String {
    let is_hidden = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
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
    fn what_a_person_is_told_is_short_and_can_be_seen() {
        assert_eq!(shown("a.jpg"), "a.jpg");
        assert_eq!(shown("gpj\u{202e}exe.\n"), "gpj\u{fffd}exe.\u{fffd}");
        assert_eq!(shown(&"x".repeat(500)).chars().count(), SHOWN + 1);
    }
}
