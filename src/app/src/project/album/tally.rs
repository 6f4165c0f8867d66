//! How many photos there are, and a plain word where that is too few or too uneven.

use headstart_protocol::Part;

use crate::wording::counted;

/// With fewer photos a class is named as one that could do with more.
const FEW: usize = 5;

/// A class this many times as large as another makes a set lopsided.
const LOPSIDED: usize = 4;

/// The photos of a class, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Not looked at yet.
    pub(crate) pending: usize,
    /// Looked at.
    pub(crate) ready: usize,
    /// Given up.
    pub(crate) failed: usize,
    /// Of those that are not given up, the ones of a validation folder.
    pub(crate) validation: usize,
    /// Of those that are not given up, the ones of a test folder.
    pub(crate) test: usize,
    /// Those of any part of a data set, whatever became of them.
    pub(crate) in_parts: usize,
}

impl Tally {
    /// All of them.
    pub(crate) fn photos(self) -> usize {
        self.pending + self.ready + self.failed
    }

    /// What can be trained on or validate, now or soon.
    pub(crate) fn usable(self) -> usize {
        self.pending + self.ready
    }

    /// What can be trained on, now or soon.
    pub(crate) fn training(self) -> usize {
        self.usable() - self.validation - self.test
    }

    /// The part that validates, if folders hold any photos out.
    pub(crate) fn validating(self) -> Option<Part> {
        let validation = (self.validation > 0).then_some(Part::Validation);
        Part::validating(validation.into_iter().chain((self.test > 0).then_some(Part::Test)))
    }

    /// How many photos of that part there are.
    pub(crate) fn of(self, part: Part) -> usize {
        match part {
            Part::Training => self.training(),
            Part::Validation => self.validation,
            Part::Test => self.test,
        }
    }

    /// The counts in words.
    pub(crate) fn words(self) -> String {
        let mut words = counted(self.photos(), "photo");
        if self.validation + self.test > 0 {
            words.push_str(&format!(", {} held out", self.validation + self.test));
        }
        if self.pending > 0 {
            words.push_str(&format!(", {} waiting", self.pending));
        }
        if self.failed > 0 {
            words.push_str(&format!(", {} not readable", self.failed));
        }
        words
    }

    /// What a person should do about this class, if anything.
    pub(crate) fn advice(self) -> Option<String> {
        match self.training() {
            0 if self.usable() > 0 => {
                Some("All of its photos are held out: add some to train on, or switch this class off.".to_owned())
            }
            0 => Some("Add photos, or switch this class off.".to_owned()),
            few if few < FEW => {
                Some(format!("{} is little to learn from. {FEW} or more do better.", counted(few, "photo")))
            }
            _ => None,
        }
    }
}

impl std::ops::Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            pending: self.pending + other.pending,
            ready: self.ready + other.ready,
            failed: self.failed + other.failed,
            validation: self.validation + other.validation,
            test: self.test + other.test,
            in_parts: self.in_parts + other.in_parts,
        }
    }
}

/// A word on classes of very different size; each comes with its name and how many photos it has.
pub(crate) fn lopsided(classes: &[(String, usize)]) -> Option<String> {
    let least = classes.iter().filter(|class| class.1 > 0).min_by_key(|class| class.1)?;
    let most = classes.iter().max_by_key(|class| class.1)?;
    (most.1 >= least.1 * LOPSIDED && most.1 >= FEW * 2).then(|| {
        format!(
            "The classes are lopsided: “{}” has {}, “{}” {}. Rare classes count more in training, but more photos of “{}” help most.",
            most.0,
            counted(most.1, "photo"),
            least.0,
            least.1,
            least.0
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(ready: usize) -> Tally {
        Tally { ready, ..Tally::default() }
    }

    #[test]
    fn small_classes_get_advice() {
        assert!(ready(0).advice().unwrap().contains("Add photos"));
        assert!(ready(1).advice().unwrap().starts_with("1 photo is little"));
        assert_eq!(ready(FEW).advice(), None);
        assert_eq!(Tally { pending: FEW, ..Tally::default() }.advice(), None);
    }

    #[test]
    fn uneven_classes_are_named() {
        let of = |a: usize, b: usize| lopsided(&[("cat".to_owned(), a), ("dog".to_owned(), b)]);
        assert!(of(40, 5).unwrap().contains("“cat” has 40 photos, “dog” 5"));
        assert_eq!(of(10, 5), None);
        assert_eq!(of(4, 1), None);
        assert_eq!(of(40, 0), None);
        assert_eq!(lopsided(&[]), None);
    }

    #[test]
    fn counts_are_said() {
        let tally = Tally { pending: 2, ready: 1, failed: 1, ..Tally::default() };
        assert_eq!(tally.words(), "4 photos, 2 waiting, 1 not readable");
        assert_eq!(ready(1).words(), "1 photo");
        assert_eq!(Tally { validation: 2, test: 1, ..ready(9) }.words(), "9 photos, 3 held out");
    }

    #[test]
    fn photos_that_are_held_out_are_not_trained_on() {
        let tally = Tally { validation: 2, test: 1, ..ready(9) } + Tally { test: 4, ..ready(4) };
        assert_eq!((tally.training(), tally.of(Part::Training), tally.of(Part::Test)), (6, 6, 5));
        assert_eq!(tally.validating(), Some(Part::Validation));
        assert_eq!(Tally { test: 1, ..ready(2) }.validating(), Some(Part::Test));
        assert_eq!(ready(2).validating(), None);
        assert!(Tally { validation: 3, ..ready(3) }.advice().unwrap().starts_with("All of its photos are held out"));
        assert!(Tally { validation: 8, ..ready(9) }.advice().unwrap().starts_with("1 photo is little"));
    }
}
