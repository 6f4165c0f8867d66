//! Names of classes, and of photos in a zip.

use headstart_archive::{Ending, same_name, tidy_name};

use crate::error::PageError;

/// Longer names do not fit a card.
const LONGEST: usize = headstart_protocol::LONGEST_CLASS_NAME;

/// `name` as a class may bear it beside `others`.
///
/// # Errors
/// An empty, overlong or taken name. Names that look alike are the same.
pub(crate) fn checked(name: &str, others: &[String]) -> Result<String, PageError> {
    let name = tidy_name(name);
    if name.is_empty() {
        return Err(PageError::EmptyName);
    }
    if name.chars().count() > LONGEST {
        return Err(PageError::LongName { limit: LONGEST });
    }
    match others.iter().any(|other| same_name(other, &name)) {
        true => Err(PageError::TakenName { name }),
        false => Ok(name),
    }
}

/// A name that none of `taken` is: `wish` itself, or `wish` with a number.
pub(crate) fn free(wish: &str, taken: &[String]) -> String {
    let wish: String = tidy_name(wish).chars().take(LONGEST).collect();
    let wish = wish.trim_end().to_owned();
    let wish = if wish.is_empty() { "Class".to_owned() } else { wish };
    let is_free = |name: &String| !taken.iter().any(|other| same_name(other, name));
    if is_free(&wish) {
        return wish;
    }
    (2_u32..).map(|number| format!("{wish} {number}")).find(is_free).unwrap_or(wish)
}

/// “Class 1”, “Class 2” and so on: the first that is not taken.
pub(crate) fn numbered(taken: &[String]) -> String {
    let is_free = |name: &String| !taken.iter().any(|other| same_name(other, name));
    (1_u32..).map(|number| format!("Class {number}")).find(is_free).unwrap_or_default()
}

/// Where a photo lies in a project's zip: unlike any other's, and a path on every system.
pub(crate) fn zip_path(class: &str, id: u32, photo: &str) -> String {
    let safe = |text: &str| -> String {
        let text: String = text
            .chars()
            .map(|letter| if letter.is_control() || "/\\:*?\"<>|".contains(letter) { '_' } else { letter })
            .take(80)
            .collect();
        text.trim_matches(['.', ' ']).to_owned()
    };
    let (class, mut photo) = (safe(class), safe(photo));
    // Readers of zips tell pictures by their names, whatever this one was called.
    if Ending::of(&photo) != Ending::Picture {
        photo.push_str(".jpg");
    }
    format!("photos/{}/{id}-{photo}", if class.is_empty() { "class" } else { &class })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_are_trimmed_and_taken_ones_refused() {
        assert_eq!(checked("  Cat ", &names(&["Dog"])).unwrap(), "Cat");
        assert_eq!(checked(" \t", &[]), Err(PageError::EmptyName));
        assert_eq!(checked("dog", &names(&["Dog"])), Err(PageError::TakenName { name: "dog".to_owned() }));
        assert!(checked("Cafe\u{301} \u{200b}", &names(&["Café"])).is_err());
        assert!(checked(&"x".repeat(61), &[]).is_err());
    }

    #[test]
    fn free_names_count_up() {
        assert_eq!(free("Cat", &[]), "Cat");
        assert_eq!(free("cat", &names(&["Cat", "cat 2"])), "cat 3");
        assert_eq!(free(" ", &[]), "Class");
        assert_eq!(numbered(&names(&["class 1", "Cat"])), "Class 2");
    }

    #[test]
    fn paths_are_safe_and_say_that_they_are_pictures() {
        assert_eq!(zip_path("Cats", 7, "a.PNG"), "photos/Cats/7-a.PNG");
        assert_eq!(zip_path("../a/b", 1, "c\\d"), "photos/_a_b/1-c_d.jpg");
        assert_eq!(zip_path("..", 1, "..."), "photos/class/1-.jpg");
    }
}
