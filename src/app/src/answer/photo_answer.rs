//! Answers: probabilities with the names of their classes.

use headstart_protocol::{Backend, Prediction};

use crate::engine::Classified;
use crate::wording;

/// What the models say of a photo.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// What the built-in head says.
    pub(crate) built_in: HeadAnswer,
    /// What the visitor's own head says, where one is open.
    pub(crate) own: Option<HeadAnswer>,
    /// What the CNN trained from scratch says, where it was asked.
    pub(crate) scratch: Option<HeadAnswer>,
    /// Milliseconds that decoding took.
    pub(crate) decode_ms: f64,
    /// The device that answered.
    pub(crate) backend: Backend,
}

impl Answer {
    /// The prediction with the names of the heads that gave it; `None` where there is not one probability for each of a
    /// head's classes.
    pub(crate) fn new(classified: Classified) -> Option<Self> {
        let Classified { prediction, ready, own: own_head, scratch_classes, .. } = classified;
        let Prediction { probabilities, familiarity, ms, decode_ms, own, scratch, .. } = prediction;
        let built_in = HeadAnswer::new(&ready.classes, probabilities, ms)?.familiar(familiarity);
        let own = match own.zip(own_head) {
            Some((own, head)) => {
                Some(HeadAnswer::new(&head.classes, own.probabilities, own.ms)?.familiar(own.familiarity))
            }
            None => None,
        };
        let scratch = match scratch {
            Some(scratch) => Some(HeadAnswer::new(&scratch_classes, scratch.probabilities, scratch.ms)?),
            None => None,
        };
        Some(Self { built_in, own, scratch, decode_ms, backend: ready.backend })
    }

    /// What is said first: the visitor's own head, where there is one.
    pub(crate) fn first(&self) -> &HeadAnswer {
        self.own.as_ref().unwrap_or(&self.built_in)
    }
}

/// What one head, or the CNN, says of a photo.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeadAnswer {
    names: Vec<String>,
    probabilities: Vec<f32>,
    winner: usize,
    familiarity: Option<f64>,
    ms: f64,
}

impl HeadAnswer {
    /// `probabilities` are in the order of `names`; `ms` is the time from decoded pixels to them. `None` where they do not
    /// fit each other.
    pub(crate) fn new(names: &[String], probabilities: Vec<f32>, ms: f64) -> Option<Self> {
        let winner = wording::winner(&probabilities)?;
        (probabilities.len() == names.len()).then(|| Self {
            names: names.to_vec(),
            probabilities,
            winner,
            familiarity: None,
            ms,
        })
    }

    /// The same of a photo that is so familiar to the head, if it can say.
    pub(crate) fn familiar(self, familiarity: Option<f64>) -> Self {
        Self { familiarity, ..self }
    }

    /// How familiar the photo is to the head ([`headstart_protocol::Prediction::familiarity`]), if it can say.
    pub(crate) fn familiarity(&self) -> Option<f64> {
        self.familiarity
    }

    /// The most probable class, as the head names it.
    pub(crate) fn label(&self) -> &str {
        &self.names[self.winner]
    }

    /// Its probability.
    pub(crate) fn confidence(&self) -> f32 {
        self.probabilities[self.winner]
    }

    /// Whether the most probable class stands out.
    pub(crate) fn is_sure(&self) -> bool {
        self.confidence() >= wording::SURE_FROM
    }

    /// Milliseconds from decoded pixels to the answer.
    pub(crate) fn ms(&self) -> f64 {
        self.ms
    }

    /// Every class with its probability, in the head's order, and whether it is the most probable one.
    pub(crate) fn classes(&self) -> impl Iterator<Item = (&str, f32, bool)> {
        let names = self.names.iter().map(String::as_str);
        let pairs = names.zip(self.probabilities.iter().copied());
        pairs.enumerate().map(|(index, (name, probability))| (name, probability, index == self.winner))
    }

    /// The answer as a heading; `known` says whether the photo is like anything that the head was taught, where that is known.
    pub(crate) fn verdict(&self, known: Option<bool>) -> String {
        let title = wording::class_title(self.label());
        match known {
            Some(false) => format!("Nothing it was taught: nearest is {title}"),
            _ if self.is_sure() => title,
            _ => format!("Not sure: perhaps {title}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use headstart_protocol::{HeadNumber, HeadSummary, InputSize, OwnPrediction, Ready, ScratchPrediction};

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn classified(probabilities: &[f32], own: Option<&[f32]>) -> Classified {
        let ready = Ready {
            backend: Backend::Cpu,
            adapter: String::new(),
            size: InputSize::S150,
            classes: names(&["cat", "dog"]),
            has_bank: false,
            base_sha256: String::new(),
            fetched_bytes: 0,
        };
        let head = HeadSummary {
            classes: names(&["mug", "plate", "fork"]),
            size: InputSize::S150,
            trained_on: 9,
            validated_on: 0,
            val_accuracy: None,
            temperature: None,
            has_bank: false,
        };
        let own = own.map(|own| OwnPrediction {
            head: HeadNumber(1),
            probabilities: own.to_vec(),
            familiarity: None,
            ms: 2.0,
        });
        let scratch = Some(ScratchPrediction { probabilities: vec![0.3, 0.7], ms: 3.0 });
        let prediction = Prediction {
            probabilities: probabilities.to_vec(),
            familiarity: Some(0.03),
            ms: 1.0,
            workers: 1,
            decode_ms: 1.0,
            own,
            scratch,
            heat: None,
        };
        let scratch_classes = Rc::new(ready.classes.clone());
        Classified { prediction, ready: Rc::new(ready), own: Some(Rc::new(head)), scratch_classes, worker: 0 }
    }

    fn answer(probabilities: &[f32], own: Option<&[f32]>) -> Option<Answer> {
        Answer::new(classified(probabilities, own))
    }

    #[test]
    fn an_answer_names_the_most_probable_class() {
        let answer = answer(&[0.1, 0.9], None).unwrap();
        let said = answer.first();
        assert_eq!((said.label(), said.verdict(None).as_str()), ("dog", "Dog"));
        assert_eq!(said.classes().collect::<Vec<_>>(), [("cat", 0.1, false), ("dog", 0.9, true)]);
    }

    #[test]
    fn the_visitors_own_head_comes_first() {
        let with_own = answer(&[0.1, 0.9], Some(&[0.2, 0.7, 0.1])).unwrap();
        assert_eq!((with_own.first().label(), with_own.built_in.label()), ("plate", "dog"));
    }

    #[test]
    fn the_cnn_answers_beside_the_head() {
        let answer = answer(&[0.9, 0.1], None).unwrap();
        let scratch = answer.scratch.as_ref().unwrap();
        assert_eq!((answer.first().label(), scratch.label(), scratch.ms()), ("cat", "dog", 3.0));
    }

    #[test]
    fn a_close_call_is_not_sure() {
        assert_eq!(answer(&[0.55, 0.45], None).unwrap().first().verdict(None), "Not sure: perhaps Cat");
    }

    #[test]
    fn what_is_like_nothing_taught_is_not_answered_with_a_class() {
        let answer = answer(&[0.1, 0.9], None).unwrap();
        let said = answer.first();
        assert_eq!(
            (said.verdict(Some(false)).as_str(), said.verdict(Some(true)).as_str()),
            ("Nothing it was taught: nearest is Dog", "Dog")
        );
        assert_eq!((said.familiarity(), answer.scratch.as_ref().unwrap().familiarity()), (Some(0.03), None));
    }

    #[test]
    fn probabilities_that_do_not_fit_the_classes_are_no_answer() {
        assert_eq!(answer(&[], None), None);
        assert_eq!(answer(&[0.2, 0.3, 0.5], None), None);
        assert_eq!(answer(&[0.1, 0.9], Some(&[0.5, 0.5])), None, "of another head");
        let without_names = Classified { scratch_classes: Rc::default(), ..classified(&[0.1, 0.9], None) };
        assert_eq!(Answer::new(without_names), None);
    }

    #[test]
    fn an_own_answer_without_its_head_is_left_out() {
        let closed = Classified { own: None, ..classified(&[0.1, 0.9], Some(&[0.2, 0.7, 0.1])) };
        assert_eq!(Answer::new(closed).unwrap().own, None);
    }
}
