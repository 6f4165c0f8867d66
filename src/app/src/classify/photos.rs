//! The photos that the visitor asks about, newest first.

use std::collections::HashMap;

use futures::future::AbortHandle;
use headstart_protocol::WireError;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::File;

use crate::answer::{Acceptance, Answer};
use crate::engine::{Classified, Engine, Source};
use crate::error::PageError;
use crate::platform::dom::spawn_abortable;
use crate::platform::files::Picked;
use crate::ui::Announcer;
use crate::wording::percent;

/// Photos that are answered once more when the CNN is there, at most: the newest.
const ASKED_AGAIN: usize = 8;

/// A photo that was asked about.
#[derive(Debug, Clone)]
pub(crate) struct AskedPhoto {
    /// Names it for as long as the page is open.
    pub(crate) id: u64,
    /// The file's name.
    pub(crate) name: String,
    /// The file, unread; `None` where what was dropped is no file.
    pub(crate) file: Option<SendWrapper<File>>,
    /// What became of it.
    pub(crate) outcome: ArcRwSignal<Outcome>,
}

/// What became of a photo.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// It waits for its turn, or is being looked at.
    Waiting,
    /// The models have answered.
    Answered(Answer),
    /// It has no answer.
    Failed(PageError),
}

/// The photos that were asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Classify {
    /// All of them, newest first.
    pub(crate) photos: RwSignal<Vec<AskedPhoto>>,
    /// Whether the CNN trained from scratch is to answer too.
    pub(crate) with_scratch: RwSignal<bool>,
    engine: StoredValue<Engine, LocalStorage>,
    acceptance: Acceptance,
    announcer: Announcer,
    last_id: StoredValue<u64>,
    /// Ends the asking about a photo that still waits.
    asking: StoredValue<HashMap<u64, AbortHandle>>,
}

impl Classify {
    /// No photos yet.
    pub(crate) fn new(engine: Engine, acceptance: Acceptance, announcer: Announcer) -> Self {
        Self {
            photos: RwSignal::new(Vec::new()),
            with_scratch: RwSignal::new(false),
            engine: StoredValue::new_local(engine),
            acceptance,
            announcer,
            last_id: StoredValue::new(0),
            asking: StoredValue::default(),
        }
    }

    /// Puts photos on the page and asks about each that can be read at all.
    pub(crate) fn add(self, picked: impl IntoIterator<Item = Picked>) {
        let mut added: Vec<_> = picked.into_iter().map(|picked| self.photo(picked)).collect();
        if added.is_empty() {
            return;
        }
        // The newest last: the engine takes it first.
        added.iter().for_each(|photo| self.ask(photo));
        added.reverse();
        self.photos.update(|photos| {
            added.append(photos);
            *photos = added;
        });
    }

    /// Takes every photo off the page, and those that wait out of the engine's queue.
    pub(crate) fn clear(self) {
        self.asking.update_value(|asking| asking.drain().for_each(|(_, task)| task.abort()));
        self.photos.update(Vec::clear);
        self.announcer.say("All photos are cleared.");
    }

    /// Has those of the newest photos that only the heads have answered answered by the CNN too.
    pub(crate) fn ask_again(self) {
        let lacks = |outcome: &Outcome| matches!(outcome, Outcome::Answered(answer) if answer.scratch.is_none());
        let again = self.photos.with_untracked(|photos| {
            let newest = photos.iter().take(ASKED_AGAIN);
            newest.filter(|photo| photo.outcome.with_untracked(lacks)).cloned().collect::<Vec<_>>()
        });
        for photo in again.into_iter().rev() {
            photo.outcome.set(Outcome::Waiting);
            self.ask(&photo);
        }
    }

    fn photo(self, picked: Picked) -> AskedPhoto {
        let id = self.last_id.try_update_value(|last| {
            *last += 1;
            *last
        });
        let (name, file, outcome) = match picked {
            Picked::File(file) => (file.name(), Some(SendWrapper::new(file)), Outcome::Waiting),
            Picked::Refused { name, error } => (name, None, Outcome::Failed(error)),
        };
        AskedPhoto { id: id.unwrap_or_default(), name, file, outcome: ArcRwSignal::new(outcome) }
    }

    /// Asks the engine about a photo, where it is a file.
    fn ask(self, photo: &AskedPhoto) {
        let Some(file) = photo.file.clone() else { return };
        let engine = self.engine.get_value();
        let with_scratch = move || self.with_scratch.get_untracked();
        let (id, name, outcome) = (photo.id, photo.name.clone(), photo.outcome.clone());
        // Aborted where the photo is taken off the page.
        let task = spawn_abortable(async move {
            let classified = engine.classify(Source::File(file.take().into()), with_scratch).await;
            self.asking.update_value(|asking| {
                asking.remove(&id);
            });
            let may_lack = classified.as_ref().is_ok_and(|said| {
                // The view may have changed while it was in a worker.
                said.prediction.scratch.is_none() && !said.scratch_classes.is_empty() && with_scratch()
            });
            self.settle(&name, &outcome, classified);
            if may_lack {
                self.ask_again();
            }
        });
        self.asking.update_value(|asking| {
            asking.insert(id, task);
        });
    }

    fn settle(self, name: &str, outcome: &ArcRwSignal<Outcome>, classified: Result<Classified, PageError>) {
        // One probability a class was promised.
        let answer =
            classified.and_then(|classified| Answer::new(classified).ok_or(PageError::Message(WireError::Malformed)));
        outcome.set(match answer {
            Ok(answer) => {
                let said = answer.first();
                self.acceptance.hear(said.familiarity());
                let known = untrack(|| self.acceptance.knows(said.familiarity()));
                let confidence =
                    if known == Some(false) { String::new() } else { format!(", {}", percent(said.confidence())) };
                self.announcer.say(format!("{name}: {}{confidence}", said.verdict(known)));
                Outcome::Answered(answer)
            }
            Err(error) => Outcome::Failed(error),
        });
    }
}

/// Photos that wait for their answer, of these; within a view, those that it depends on.
pub(super) fn waiting(photos: &[AskedPhoto]) -> usize {
    photos.iter().filter(|photo| photo.outcome.with(|outcome| *outcome == Outcome::Waiting)).count()
}
