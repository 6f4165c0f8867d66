//! All of a project that another one can take the place of.

use std::rc::Rc;
use std::sync::Arc;

use headstart_protocol::{InputSize, TrainingSettings};
use leptos::prelude::*;

use super::album::{Album, Class};
use super::classes::{Edits, Undo};
use super::describing::Describer;
use super::head::{Head, OwnHead};
use super::notices::Notices;
use super::recording::Recorder;
use super::training::{Taught, Training};
use crate::error::PageError;
use crate::ui::Announcer;

/// A project that another one took the place of, or that is to take one's place.
#[derive(Clone, Default)]
pub(crate) struct Snapshot {
    pub(crate) classes: Vec<Class>,
    pub(crate) size: Option<InputSize>,
    pub(crate) settings: TrainingSettings,
    pub(crate) result: Option<Arc<Taught>>,
    pub(crate) head: Option<Head>,
    pub(crate) changed: bool,
}

/// What can be replaced as a whole. Copies are the same project.
#[derive(Clone, Copy)]
pub(crate) struct Contents {
    album: Album,
    edits: Edits,
    describer: Describer,
    training: Training,
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
        edits: Edits,
        describer: Describer,
        training: Training,
        head: OwnHead,
        recorder: Recorder,
        undo: Undo,
        notices: Notices,
        announcer: Announcer,
    ) -> Self {
        Self { album, edits, describer, training, head, recorder, undo, notices, announcer }
    }

    /// Begins an empty project; the one before can be brought back.
    pub(crate) fn begin_anew(self) {
        self.replace(Snapshot::default(), "beginning a new project");
    }

    /// Puts another project in this one's place, which can be brought back.
    pub(crate) fn replace(self, project: Snapshot, label: &str) {
        let before = self.snapshot();
        self.put_in_place(project);
        if !before.classes.is_empty() || before.head.is_some() {
            self.undo.push(label, move || self.put_in_place(before));
        }
    }

    /// Opens a head out of a file in the place of the one before, which can be brought back.
    ///
    /// # Errors
    /// Why the engine refuses it: the one before stays.
    pub(crate) async fn open_head(self, bytes: Rc<Vec<u8>>) -> Result<(), PageError> {
        let Some(head) = self.head.accept(bytes).await? else { return Ok(()) };
        let before = self.snapshot();
        self.head.current.set(Some(head));
        // Its figures are in it; those of the last run belong to the head before.
        self.training.show(None);
        self.album.journal.run_changed();
        if before.head.is_some() {
            self.undo.push("opening a head", move || self.put_in_place(before));
        }
        self.announcer.say("The head is open and answers now.");
        Ok(())
    }

    fn snapshot(self) -> Snapshot {
        Snapshot {
            classes: self.album.classes.get_untracked(),
            size: self.album.size.get_untracked(),
            settings: self.training.settings.get_untracked(),
            result: self.training.result.get_untracked(),
            head: self.head.current.get_untracked(),
            changed: self.album.changed.get_untracked(),
        }
    }

    fn put_in_place(self, project: Snapshot) {
        self.recorder.close();
        self.training.reset();
        self.edits.forget(&self.album.photos());
        self.album.classes.set(project.classes);
        self.album.size.set(project.size);
        self.album.active.set(None);
        self.training.settings.set(project.settings);
        self.training.show(project.result);
        self.head.put_back(project.head, move |error| self.notices.complain(error));
        self.edits.remember(&self.album.photos());
        self.describer.forget_others();
        self.album.note_change();
        self.album.changed.set(project.changed);
        self.album.journal.run_changed();
    }
}
