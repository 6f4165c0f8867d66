//! All of a project that another one can take the place of.

use std::rc::Rc;

use headstart_protocol::{InputSize, TrainingSettings};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::album::{Album, Class, DocumentKind};
use super::classes::Undo;
use super::describing::Describer;
use super::doctor::Doctor;
use super::head::{Head, OwnHead};
use super::notices::Notices;
use super::recording::Recorder;
use super::training::{Results, Training};
use crate::error::PageError;
use crate::ui::Announcer;

/// A project that is to take another one's place.
#[derive(Default)]
pub(crate) struct Snapshot {
    pub(crate) name: String,
    pub(crate) classes: Vec<Class>,
    pub(crate) size: Option<InputSize>,
    pub(crate) settings: TrainingSettings,
    pub(crate) results: Results,
    pub(crate) head: Option<Vec<u8>>,
    /// The highest number that one of its photos or classes had.
    pub(crate) last_id: u32,
}

/// What can be replaced as a whole. Copies are the same project.
#[derive(Clone, Copy)]
pub(crate) struct Contents {
    album: Album,
    describer: Describer,
    training: Training,
    doctor: Doctor,
    head: OwnHead,
    recorder: Recorder,
    undo: Undo,
    notices: Notices,
    announcer: Announcer,
}

impl Contents {
    /// The project that these are parts of.
    #[expect(clippy::too_many_arguments, reason = "one a part")]
    pub(crate) fn new(
        album: Album,
        describer: Describer,
        training: Training,
        doctor: Doctor,
        head: OwnHead,
        recorder: Recorder,
        undo: Undo,
        notices: Notices,
        announcer: Announcer,
    ) -> Self {
        Self { album, describer, training, doctor, head, recorder, undo, notices, announcer }
    }

    /// Puts another project in this one's place. Nothing of it is noted as unsaved.
    pub(crate) fn show(self, project: Snapshot) {
        self.recorder.close();
        self.training.reset();
        self.doctor.reset();
        self.undo.clear();
        self.describer.withdraw(self.album.photos().iter());
        self.album.name.set(project.name);
        self.album.classes.set(project.classes);
        self.album.size.set(project.size);
        self.album.active.set(None);
        self.album.count_from(project.last_id);
        self.training.settings.set(project.settings);
        let changed = project.results.run.as_ref().is_some_and(|taught| !self.training.is_as_taught(taught));
        self.album.changed.set(changed);
        self.training.show_all(project.results);
        let head = project.head.map(|bytes| Head { bytes: Rc::new(bytes), summary: None });
        self.head.put_back(head, move |error| self.notices.complain(error));
        self.describer.ask(&self.album.photos());
        self.describer.check_recipes();
        self.describer.forget_others();
    }

    /// Opens a head out of a file in the place of the one before, which can be brought back.
    ///
    /// # Errors
    /// Why the engine refuses it: the one before stays.
    pub(crate) async fn open_head(self, bytes: Rc<Vec<u8>>) -> Result<(), PageError> {
        let Some(head) = self.head.accept(bytes).await? else { return Ok(()) };
        let before = (self.head.current.get_untracked(), self.training.result.get_untracked());
        self.head.current.set(Some(head));
        // Its figures are in it; those of the last run belong to the head before.
        self.training.show(None);
        self.note_head();
        if let (Some(head), result) = before {
            self.undo.push("opening a head", move || {
                self.head.put_back(Some(head), move |error| self.notices.complain(error));
                self.training.show(result);
                self.note_head();
            });
        }
        self.announcer.say("The head is open and answers now.");
        Ok(())
    }

    /// Opens the head of a project that came as a zip: it is kept once the engine has accepted it.
    pub(crate) fn open_own_head(self, bytes: Vec<u8>) {
        spawn_local(async move {
            match self.head.accept(Rc::new(bytes)).await {
                Ok(Some(head)) => {
                    self.head.current.set(Some(head));
                    self.note_head();
                }
                Ok(None) => {}
                Err(error) => self.notices.complain(error),
            }
        });
    }

    fn note_head(self) {
        self.album.journal.document_changed(DocumentKind::Head);
        self.album.journal.document_changed(DocumentKind::Run);
    }
}
