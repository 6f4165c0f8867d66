//! What folders say of which photos are trained on, and which validate.

use headstart_protocol::Part;
use leptos::prelude::*;

use super::{Album, Tally};
use crate::wording::counted;

/// The split of the classes that are on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Split {
    /// All of their photos.
    pub(crate) tally: Tally,
    /// Classes all of whose photos are held out.
    untrained: Vec<String>,
    /// Classes without a photo that validates.
    unmeasured: Vec<String>,
}

impl Album {
    /// The split as it is now; tracked.
    pub(crate) fn split(self) -> Split {
        let classes = self.classes.read();
        let on = classes.iter().filter(|class| class.on.get());
        Split::of(&on.map(|class| (class.name.get(), class.tally.get())).collect::<Vec<_>>())
    }
}

impl Split {
    /// The split of classes with these names and photos.
    fn of(classes: &[(String, Tally)]) -> Self {
        let tally = classes.iter().fold(Tally::default(), |all, (_, tally)| all + *tally);
        let names = |is_so: &dyn Fn(Tally) -> bool| {
            classes
                .iter()
                .filter(|(_, tally)| tally.usable() > 0 && is_so(*tally))
                .map(|class| class.0.clone())
                .collect()
        };
        let Some(part) = tally.validating() else { return Self { tally, ..Self::default() } };
        let untrained = names(&|tally| tally.training() == 0);
        Self { tally, untrained, unmeasured: names(&|tally| tally.of(part) == 0) }
    }

    /// What it means, in sentences; nothing where no folder said anything.
    pub(crate) fn words(&self) -> Option<String> {
        let tally = self.tally;
        let Some(part) = tally.validating() else {
            return (tally.in_parts > 0).then(|| {
                "None of the photos that your folders held out can be used: they are unreadable or were removed. So \
                 validation is as the settings say."
                    .to_owned()
            });
        };
        let (validating, test) = (tally.of(part), tally.test);
        let validate = if validating == 1 { "validates" } else { "validate" };
        let (trained_on, folder) = (are(tally.training()), folder(part));
        let mut words = format!("{trained_on} trained on; {validating} of your {folder} {validate}.");
        if part == Part::Validation && test > 0 {
            let are = if test == 1 { "is" } else { "are" };
            words.push_str(&format!(
                " The {test} of your test folder {are} left alone: neither trained on nor used to choose an epoch."
            ));
        }
        if let Some(names) = named(&self.untrained) {
            words.push_str(&format!(" There is none of {names} to train on: add some, or switch the class off."));
        }
        if let Some(names) = named(&self.unmeasured) {
            words.push_str(&format!(" None of {names} validates, so the recall there is not measured."));
        }
        Some(words)
    }
}

/// What the folder of a part that validates is called.
pub(crate) fn folder(part: Part) -> &'static str {
    match part {
        Part::Training => "training folder",
        Part::Validation => "validation folder",
        Part::Test => "test folder",
    }
}

/// So many photos are.
fn are(count: usize) -> String {
    format!("{} {}", counted(count, "photo"), if count == 1 { "is" } else { "are" })
}

/// Names of classes in a sentence, at most.
const NAMED: usize = 5;

/// Names in a sentence; nothing where there are none.
fn named(names: &[String]) -> Option<String> {
    let quoted: Vec<String> = names.iter().take(NAMED).map(|name| format!("“{name}”")).collect();
    let words = quoted.join(", ");
    match names.len() {
        0 => None,
        few if few <= NAMED => Some(words),
        many => Some(format!("{words} and {} more", many - NAMED)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(classes: &[(&str, Tally)]) -> Option<String> {
        let classes: Vec<_> = classes.iter().map(|(name, tally)| ((*name).to_owned(), *tally)).collect();
        Split::of(&classes).words()
    }

    fn tally(training: usize, validation: usize, test: usize) -> Tally {
        let ready = training + validation + test;
        Tally { ready, validation, test, in_parts: ready, ..Tally::default() }
    }

    #[test]
    fn it_is_said_what_becomes_of_each_part() {
        assert_eq!(words(&[("cat", Tally { ready: 9, ..Tally::default() })]), None);
        let said = words(&[("cat", tally(20, 5, 0)), ("dog", tally(21, 4, 0))]);
        assert_eq!(said.as_deref(), Some("41 photos are trained on; 9 of your validation folder validate."));
        let said = words(&[("cat", tally(1, 0, 1)), ("dog", tally(2, 0, 2))]);
        assert_eq!(said.as_deref(), Some("3 photos are trained on; 3 of your test folder validate."));
        let said = words(&[("cat", tally(9, 1, 1)), ("dog", tally(9, 1, 0))]).unwrap();
        assert!(
            said.ends_with("The 1 of your test folder is left alone: neither trained on nor used to choose an epoch.")
        );
    }

    #[test]
    fn classes_that_are_missing_in_a_part_are_named() {
        let said = words(&[("cat", tally(9, 3, 0)), ("cow", tally(0, 3, 0)), ("dog", tally(9, 0, 0))]).unwrap();
        assert!(said.contains(" There is none of “cow” to train on: add some, or switch the class off."), "{said}");
        assert!(said.ends_with(" None of “dog” validates, so the recall there is not measured."), "{said}");
        let names: Vec<String> = (0..7).map(|number| number.to_string()).collect();
        assert_eq!(named(&names).unwrap(), "“0”, “1”, “2”, “3”, “4” and 2 more");
    }

    #[test]
    fn where_nothing_is_left_to_validate_that_is_said() {
        let failed = Tally { failed: 3, in_parts: 12, ready: 9, ..Tally::default() };
        assert!(
            words(&[("cat", failed), ("dog", failed)]).unwrap().starts_with("None of the photos that your folders")
        );
    }
}
