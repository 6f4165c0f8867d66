//! The photos on the page, newest first.

use headstart_protocol::{Backend, Failure, HeadSummary, Prediction, Ready};
use send_wrapper::SendWrapper;
use web_sys::File;

use super::Page;
use super::session::Session;
use crate::intake::Picked;
use crate::queue::PhotoId;
use crate::signal::ArcRwSignal;
use crate::wording;

/// A photo on the page.
#[derive(Clone)]
pub(crate) struct Photo {
    pub(crate) id: PhotoId,
    /// The file's name.
    pub(crate) name: String,
    /// The file, unread; `None` where what was dropped is no file.
    pub(crate) file: Option<SendWrapper<File>>,
    pub(crate) outcome: ArcRwSignal<Outcome>,
}

/// What became of a photo.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Waiting,
    Answered(Answer),
    Failed(Failure),
}

/// What the engine says of a photo.
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
    /// `own` is the visitor's head, `scratch` are the classes of the shipped CNN. `None` where there is not one probability
    /// for each of the built-in classes.
    pub(crate) fn new(
        prediction: Prediction,
        ready: &Ready,
        own: Option<&HeadSummary>,
        scratch: &[String],
    ) -> Option<Self> {
        let built_in = HeadAnswer::new(&ready.classes, prediction.probabilities, prediction.ms)?;
        // A head that was opened or closed meanwhile may not fit: the next answer does.
        let own = prediction.own.zip(own);
        let own = own.and_then(|(says, head)| HeadAnswer::new(&head.classes, says.probabilities, says.ms));
        let scratch = prediction.scratch.and_then(|says| HeadAnswer::new(scratch, says.probabilities, says.ms));
        Some(Self { built_in, own, scratch, decode_ms: prediction.decode_ms, backend: ready.backend })
    }

    /// What is said first: the visitor's own head, where there is one.
    pub(crate) fn first(&self) -> &HeadAnswer {
        self.own.as_ref().unwrap_or(&self.built_in)
    }
}

/// What one head says of a photo.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeadAnswer {
    names: Vec<String>,
    probabilities: Vec<f32>,
    winner: usize,
    ms: f64,
}

impl HeadAnswer {
    fn new(names: &[String], probabilities: Vec<f32>, ms: f64) -> Option<Self> {
        let winner = wording::winner(&probabilities)?;
        (probabilities.len() == names.len()).then(|| Self { names: names.to_vec(), probabilities, winner, ms })
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

    /// The answer as a heading.
    pub(crate) fn verdict(&self) -> String {
        let title = wording::class_title(self.label());
        if self.is_sure() { title } else { format!("Not sure: perhaps {title}") }
    }
}

impl Page {
    /// Puts photos on the page and, if they can be read at all, in the queue.
    pub(crate) fn add(self, picked: impl IntoIterator<Item = Picked>) {
        let mut added: Vec<_> = picked.into_iter().map(|picked| self.photo(picked)).collect();
        added.reverse();
        if added.is_empty() {
            return;
        }
        self.photos.update(|photos| {
            added.append(photos);
            *photos = added;
        });
        self.send_photos();
    }

    /// Takes every photo off the page.
    pub(crate) fn clear(self) {
        self.session.update_value(|session| session.queue.clear());
        self.photos.update(Vec::clear);
        self.announcement.set("All photos are cleared.".to_owned());
    }

    /// Whether photos wait for their answer.
    pub(crate) fn waiting(self) -> usize {
        self.photos.with(|photos| photos.iter().filter(|photo| photo.outcome.get() == Outcome::Waiting).count())
    }

    /// The photo's file, if it still waits.
    pub(super) fn waiting_file(self, id: PhotoId) -> Option<SendWrapper<File>> {
        self.photos.with_untracked(|photos| {
            let photo = photos.iter().find(|photo| photo.id == id)?;
            photo.file.clone().filter(|_| photo.outcome.get_untracked() == Outcome::Waiting)
        })
    }

    /// Notes what became of a photo; nothing where it was cleared meanwhile.
    pub(super) fn settle(self, id: PhotoId, outcome: Outcome) {
        let photo = self.photos.with_untracked(|photos| photos.iter().find(|photo| photo.id == id).cloned());
        let Some(photo) = photo else { return };
        if let Outcome::Answered(answer) = &outcome {
            let said = answer.first();
            let words = format!("{}: {}, {}", photo.name, said.verdict(), wording::percent(said.confidence()));
            self.announcement.set(words);
        }
        photo.outcome.set(outcome);
    }

    fn photo(self, picked: Picked) -> Photo {
        let id = self.session.update_value(Session::next_id);
        let (name, file, outcome) = match picked {
            Picked::File(file) => {
                self.session.update_value(|session| session.queue.add(id));
                (file.name(), Some(SendWrapper::new(file)), Outcome::Waiting)
            }
            Picked::Refused { name, error } => (name, None, Outcome::Failed(error.into())),
        };
        Photo { id, name, file, outcome: ArcRwSignal::new(outcome) }
    }
}

#[cfg(test)]
mod tests {
    use headstart_protocol::{InputSize, OwnPrediction};

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn answer(probabilities: &[f32], own: Option<&[f32]>) -> Option<Answer> {
        let ready = Ready {
            backend: Backend::Cpu,
            adapter: String::new(),
            size: InputSize::S150,
            classes: names(&["cat", "dog"]),
            fetched_bytes: 0,
        };
        let head = HeadSummary {
            classes: names(&["mug", "plate", "fork"]),
            size: InputSize::S150,
            trained_on: 9,
            validated_on: 0,
            val_accuracy: None,
        };
        let own = own.map(|own| OwnPrediction { probabilities: own.to_vec(), ms: 2.0 });
        let scratch = Some(OwnPrediction { probabilities: vec![0.3, 0.7], ms: 3.0 });
        let prediction = Prediction { probabilities: probabilities.to_vec(), ms: 1.0, decode_ms: 1.0, own, scratch };
        Answer::new(prediction, &ready, Some(&head), &ready.classes)
    }

    #[test]
    fn an_answer_names_the_most_probable_class() {
        let answer = answer(&[0.1, 0.9], None).unwrap();
        let said = answer.first();
        assert_eq!((said.label(), said.verdict().as_str()), ("dog", "Dog"));
        assert_eq!(said.classes().collect::<Vec<_>>(), [("cat", 0.1, false), ("dog", 0.9, true)]);
    }

    #[test]
    fn the_visitors_own_head_comes_first() {
        let with_own = answer(&[0.1, 0.9], Some(&[0.2, 0.7, 0.1])).unwrap();
        assert_eq!((with_own.first().label(), with_own.built_in.label()), ("plate", "dog"));
        // Of the head before the present one.
        assert_eq!(answer(&[0.1, 0.9], Some(&[0.5, 0.5])).unwrap().own, None);
    }

    #[test]
    fn the_cnn_answers_beside_the_head() {
        let answer = answer(&[0.9, 0.1], None).unwrap();
        let scratch = answer.scratch.as_ref().unwrap();
        assert_eq!((answer.first().label(), scratch.label(), scratch.ms()), ("cat", "dog", 3.0));
    }

    #[test]
    fn a_close_call_is_not_sure() {
        assert_eq!(answer(&[0.55, 0.45], None).unwrap().first().verdict(), "Not sure: perhaps Cat");
    }

    #[test]
    fn probabilities_that_do_not_fit_the_classes_are_no_answer() {
        assert_eq!(answer(&[], None), None);
        assert_eq!(answer(&[0.2, 0.3, 0.5], None), None);
    }
}
