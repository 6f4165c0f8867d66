//! The photos on the page, newest first.

use std::sync::Arc;

use headstart_protocol::{Backend, Failure, Prediction, Ready};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::File;

use super::Page;
use super::session::Session;
use crate::error::PageError;
use crate::intake::Picked;
use crate::queue::PhotoId;
use crate::wording;

/// The largest file that is read: the engine refuses larger ones too.
const LARGEST_FILE: u64 = 64 << 20;

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
    prediction: Prediction,
    ready: Arc<Ready>,
    winner: usize,
}

impl Answer {
    /// `None` where there is not one probability for each of the classes.
    pub(crate) fn new(prediction: Prediction, ready: Arc<Ready>) -> Option<Self> {
        let winner = wording::winner(&prediction)?;
        (prediction.probabilities.len() == ready.classes.len()).then_some(Self { prediction, ready, winner })
    }

    /// The most probable class, as the head names it.
    pub(crate) fn label(&self) -> &str {
        &self.ready.classes[self.winner]
    }

    /// Its probability.
    pub(crate) fn confidence(&self) -> f32 {
        self.prediction.probabilities[self.winner]
    }

    /// Whether the most probable class stands out.
    pub(crate) fn is_sure(&self) -> bool {
        self.confidence() >= wording::SURE_FROM
    }

    /// Milliseconds from decoded pixels to the answer.
    pub(crate) fn ms(&self) -> f64 {
        self.prediction.ms
    }

    /// Milliseconds that decoding took.
    pub(crate) fn decode_ms(&self) -> f64 {
        self.prediction.decode_ms
    }

    /// The device that answered.
    pub(crate) fn backend(&self) -> Backend {
        self.ready.backend
    }

    /// Every class with its probability, in the head's order, and whether it is the most probable one.
    pub(crate) fn classes(&self) -> impl Iterator<Item = (&str, f32, bool)> {
        let names = self.ready.classes.iter().map(String::as_str);
        let pairs = names.zip(self.prediction.probabilities.iter().copied());
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
            let words = format!("{}: {}, {}", photo.name, answer.verdict(), wording::percent(answer.confidence()));
            self.announcement.set(words);
        }
        photo.outcome.set(outcome);
    }

    fn photo(self, picked: Picked) -> Photo {
        let id = self.session.try_update_value(Session::next_id).unwrap_or_default();
        let (name, checked) = match picked {
            Picked::File(file) => (file.name(), check(file)),
            Picked::Refused { name, error } => (name, Err((None, error))),
        };
        let (file, outcome) = match checked {
            Ok(file) => {
                self.session.update_value(|session| session.queue.add(id));
                (Some(file), Outcome::Waiting)
            }
            Err((file, error)) => (file, Outcome::Failed(error.into())),
        };
        Photo { id, name, file: file.map(SendWrapper::new), outcome: ArcRwSignal::new(outcome) }
    }
}

/// Refuses by its size alone a file that need not be read.
fn check(file: File) -> Result<File, (Option<File>, PageError)> {
    // Sizes are whole numbers far below 2^53.
    match file.size() as u64 {
        0 => Err((None, PageError::EmptyFile)),
        bytes if bytes > LARGEST_FILE => Err((Some(file), PageError::FileTooLarge { bytes, limit: LARGEST_FILE })),
        _ => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use headstart_protocol::InputSize;

    use super::*;

    fn answer(probabilities: &[f32]) -> Option<Answer> {
        let ready = Ready {
            backend: Backend::Cpu,
            adapter: String::new(),
            size: InputSize::S150,
            classes: vec!["cat".to_owned(), "dog".to_owned()],
            note: None,
            fetched_bytes: 0,
        };
        let prediction = Prediction { probabilities: probabilities.to_vec(), ms: 1.0, decode_ms: 1.0 };
        Answer::new(prediction, Arc::new(ready))
    }

    #[test]
    fn an_answer_names_the_most_probable_class() {
        let answer = answer(&[0.1, 0.9]).unwrap();
        assert_eq!((answer.label(), answer.verdict().as_str()), ("dog", "Dog"));
        assert_eq!(answer.classes().collect::<Vec<_>>(), [("cat", 0.1, false), ("dog", 0.9, true)]);
    }

    #[test]
    fn a_close_call_is_not_sure() {
        assert_eq!(answer(&[0.55, 0.45]).unwrap().verdict(), "Not sure: perhaps Cat");
    }

    #[test]
    fn probabilities_that_do_not_fit_the_classes_are_no_answer() {
        assert_eq!(answer(&[]), None);
        assert_eq!(answer(&[0.2, 0.3, 0.5]), None);
    }
}
