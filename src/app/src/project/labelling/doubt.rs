//! How much a head doubts its answer, and what is said of it.

use headstart_protocol::{ACCEPTED, is_known};

use crate::answer::HeadAnswer;
use crate::wording::{class_title, percent};

/// Below this margin a head is torn between two classes: with two of them, where it gives neither three quarters.
const TORN: f32 = 0.5;

/// How much a head doubts its answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Doubt {
    /// How familiar the photo is, where it is unlike all that the head was taught.
    foreign: Option<f64>,
    /// The probability of the first class minus that of the second (margin sampling: Scheffer et al., IDA 2001).
    margin: f32,
}

impl Doubt {
    /// That of an answer.
    pub(super) fn of(answer: &HeadAnswer) -> Self {
        let (first, second) = two(answer);
        // The slider's share is for what is shown: the order is not to move with it.
        let foreign = answer.familiarity().filter(|familiarity| !is_known(*familiarity, ACCEPTED));
        Self { foreign, margin: first.1 - second.map_or(0.0, |second| second.1) }
    }

    /// What sorts doubts, the greatest first: photos that are unlike all come before the others, the least familiar first; of
    /// equals, and of the others, the smallest margin.
    pub(super) fn key(self) -> (u32, u32) {
        const PARTS: f64 = 1e6;
        let foreign = self.foreign.map_or(u32::MAX, |familiarity| (familiarity * PARTS) as u32);
        (foreign, (f64::from(self.margin) * PARTS) as u32)
    }

    /// Whether a label would teach the head something.
    pub(super) fn is_worth_asking(self) -> bool {
        self.foreign.is_some() || self.margin < TORN
    }
}

/// Why the visitor is asked about a photo of which the head says this.
pub(super) fn why(answer: &HeadAnswer) -> String {
    let named = |(name, share): Share<'_>| format!("{} {}", class_title(name), percent(share));
    let doubt = Doubt::of(answer);
    match two(answer) {
        ((nearest, _), _) if doubt.foreign.is_some() => {
            format!("It is unlike all photos that the head was taught. The nearest class is {}.", class_title(nearest))
        }
        (first, Some(second)) if doubt.margin < TORN => {
            format!("The head is torn between {} and {}.", named(first), named(second))
        }
        (first, _) => format!("The head takes it for {}, and was less sure of no other.", named(first)),
    }
}

/// A class and its probability.
type Share<'a> = (&'a str, f32);

/// The most probable class, and the second where there is one.
fn two(answer: &HeadAnswer) -> (Share<'_>, Option<Share<'_>>) {
    let first = (answer.label(), answer.confidence());
    let others = answer.classes().filter(|(_, _, wins)| !wins).map(|(name, share, _)| (name, share));
    (first, others.max_by(|a, b| a.1.total_cmp(&b.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(probabilities: &[f32], familiarity: Option<f64>) -> HeadAnswer {
        let names: Vec<_> =
            ["cat", "dog", "fox"].iter().take(probabilities.len()).map(|name| (*name).to_owned()).collect();
        HeadAnswer::new(&names, probabilities.to_vec(), 1.0).unwrap().familiar(familiarity)
    }

    #[test]
    fn what_is_unlike_all_comes_first_and_then_what_is_the_closest_call() {
        let mut answers = [
            says(&[0.9, 0.1, 0.0], Some(0.5)),
            says(&[0.5, 0.1, 0.4], Some(0.5)),
            says(&[0.35, 0.33, 0.32], None),
            says(&[0.99, 0.01, 0.0], Some(0.04)),
            says(&[0.5, 0.5, 0.0], Some(0.05)),
            says(&[0.99, 0.01, 0.0], Some(0.0)),
            says(&[0.6, 0.4, 0.0], Some(0.0)),
        ];
        answers.sort_by_key(|answer| Doubt::of(answer).key());
        let order: Vec<_> = answers.iter().map(|answer| (answer.confidence(), answer.familiarity())).collect();
        let foreign = [(0.6, Some(0.0)), (0.99, Some(0.0)), (0.99, Some(0.04))];
        let known = [(0.5, Some(0.05)), (0.35, None), (0.5, Some(0.5)), (0.9, Some(0.5))];
        assert_eq!(order, [&foreign[..], &known[..]].concat());
    }

    #[test]
    fn a_label_is_worth_asking_for_where_the_head_is_torn_or_was_not_taught_such_a_photo() {
        let is_worth = |answer: HeadAnswer| Doubt::of(&answer).is_worth_asking();
        assert!(is_worth(says(&[0.7, 0.3], Some(1.0))) && is_worth(says(&[0.999, 0.001], Some(0.01))));
        assert!(!is_worth(says(&[0.8, 0.2], Some(0.3))) && !is_worth(says(&[0.8, 0.2], None)));
        assert!(!is_worth(says(&[1.0], None)), "a head of one class has nothing to doubt");
    }

    #[test]
    fn it_is_said_why() {
        let torn = says(&[0.52, 0.47, 0.01], Some(0.6));
        assert_eq!(why(&torn), "The head is torn between Cat 52.0 % and Dog 47.0 %.");
        let foreign = why(&says(&[0.1, 0.9], Some(0.0)));
        assert_eq!(foreign, "It is unlike all photos that the head was taught. The nearest class is Dog.");
        assert_eq!(why(&says(&[1.0], None)), "The head takes it for Cat > 99.9 %, and was less sure of no other.");
    }
}
