//! Names that look alike count as one: how they are compared, and how they are shown.

use unicode_normalization::UnicodeNormalization;

/// `name` as it is kept: composed (NFC), without characters that have no width, and without spaces around it.
#[must_use]
pub fn tidy_name(name: &str) -> String {
    let visible: String = name.chars().filter(|letter| !has_no_width(*letter)).nfc().collect();
    visible.trim().to_owned()
}

/// Whether two names look the same: case, how letters with accents are put together, what has no width and spaces around
/// them do not tell names apart.
#[must_use]
pub fn same_name(a: &str, b: &str) -> bool {
    a == b || folded(a) == folded(b)
}

/// The same for all names that look the same.
#[must_use]
pub fn folded(name: &str) -> String {
    // Small letters may fall apart: İ becomes i and a dot.
    tidy_name(name).to_lowercase().nfc().collect()
}

/// Characters that take no room and join or order others: soft hyphen, zero-width space and joiners, directions, the mark of a
/// byte order.
pub(crate) fn has_no_width(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_the_same() {
        for (a, b) in [
            ("Café", "Cafe\u{301}"),
            ("cat", "Cat"),
            ("ÄPFEL", "a\u{308}pfel"),
            ("cat", " cat\u{200b} "),
            ("cat", "\u{feff}cat"),
            ("İzmir", "i\u{307}zmir"),
            ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
        ] {
            assert!(same_name(a, b), "{a:?} {b:?}");
        }
        for (a, b) in [("cat", "cats"), ("Cafe", "Café"), ("cat 2", "cat2"), ("猫", "犬")] {
            assert!(!same_name(a, b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn names_are_kept_composed_and_visible() {
        assert_eq!(tidy_name(" Cafe\u{301}\u{200d}\u{a0}"), "Café");
        assert_eq!(tidy_name("\u{200b}"), "");
    }
}
