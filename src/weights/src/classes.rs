//! The names of a model's classes, which come out of files that somebody else may have made.

/// The most classes that a model may have.
pub(crate) const MOST_CLASSES: usize = 1000;
/// Characters of a class's name, at most: as many as a folder's can have.
const LONGEST_NAME: usize = 255;

/// Refuses names of classes that no file of a model can hold: too few, too many, too long, empty, or not all different. To be
/// asked before a training as well, whose result could not be written.
///
/// # Errors
/// What is wrong, of the model ("it knows fewer than two classes").
pub fn check_classes(names: &[String]) -> Result<(), &'static str> {
    if names.len() < 2 {
        return Err("it knows fewer than two classes");
    }
    if names.len() > MOST_CLASSES {
        return Err("it knows more than 1,000 classes");
    }
    if names.iter().any(|name| name.trim().is_empty()) {
        return Err("one of its classes has no name");
    }
    if names.iter().any(|name| name.chars().count() > LONGEST_NAME) {
        return Err("the name of one of its classes has more than 255 characters");
    }
    if (1..names.len()).any(|index| names[..index].contains(&names[index])) {
        return Err("two of its classes have the same name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_model_can_have_are_refused() {
        let check = |names: &[&str]| check_classes(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let (longest, longer) = ("犬".repeat(255), "犬".repeat(256));
        assert_eq!(check(&["cat", "dog", "<b>", &longest]), Ok(()));
        for names in [&["cat"][..], &[], &["cat", " \t"], &["cat", ""], &["cat", &longer], &["a", "b", "a"]] {
            assert!(check(names).is_err(), "{names:?}");
        }
        let many: Vec<String> = (0..=MOST_CLASSES).map(|number| number.to_string()).collect();
        assert_eq!(check_classes(&many[1..]), Ok(()));
        assert!(check_classes(&many).is_err());
    }
}
