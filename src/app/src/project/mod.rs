//! The project that a visitor teaches: its classes and photos, its training, and where it is kept. [`Project`] makes the
//! parts and hands them to each other; each part has a folder with its state and its view.

mod album;
mod busy;
mod cards;
mod classes;
mod contents;
mod describing;
mod doctor;
mod files;
mod head;
mod intake;
mod labelling;
mod library;
mod notices;
mod photos;
mod recording;
mod saving;
mod training;
mod try_it;
mod view;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_use::{use_document_visibility, use_event_listener, use_window};
use web_sys::VisibilityState;

use crate::camera::Camera;
use crate::engine::Engine;
use crate::ui::Announcer;

use album::Album;
use busy::Busy;
use classes::{Edits, Undo};
use contents::Contents;
use describing::Describer;
use doctor::Doctor;
use files::Export;
use head::OwnHead;
use labelling::Labelling;
use library::Library;
use notices::Notices;
use recording::Recorder;
use saving::Saver;
use training::Training;

pub(crate) use album::DropTarget;
pub(crate) use intake::Intake;
pub(crate) use view::TeachView;

/// The parts of the project. Copies name the same ones.
#[derive(Clone, Copy)]
pub(crate) struct Project {
    pub(crate) busy: Busy,
    pub(crate) album: Album,
    pub(crate) edits: Edits,
    pub(crate) undo: Undo,
    pub(crate) describer: Describer,
    pub(crate) head: OwnHead,
    pub(crate) training: Training,
    pub(crate) doctor: Doctor,
    pub(crate) recorder: Recorder,
    pub(crate) labelling: Labelling,
    pub(crate) notices: Notices,
    pub(crate) contents: Contents,
    pub(crate) intake: Intake,
    pub(crate) export: Export,
    pub(crate) library: Library,
    pub(crate) saver: Saver,
}

impl Project {
    /// A project without classes. `deployment` is unlike that of every other page of the origin.
    pub(crate) fn new(engine: Engine, camera: Camera, announcer: Announcer, deployment: &str) -> Self {
        let busy = Busy::new();
        let album = Album::new();
        let settings = RwSignal::new(headstart_protocol::TrainingSettings::default());
        let notices = Notices::new();
        let undo = Undo::new(announcer);
        let describer = Describer::new(album, settings, notices, announcer, engine.clone());
        let edits = Edits::new(album, describer, undo);
        let head = OwnHead::new(engine.clone());
        let training = Training::new(album, settings, describer, head, engine.clone(), announcer);
        let doctor = Doctor::new(album, training, edits, engine.clone(), announcer);
        let recorder = Recorder::new(camera, album, edits, notices);
        let labelling = Labelling::new(album, edits, undo, head, training, camera, notices, engine.clone());
        let contents = Contents::new(album, describer, training, doctor, head, recorder, undo, notices, announcer);
        let saver = Saver::new(album, training, head, announcer, deployment);
        let library = Library::new(saver, contents, training, album, notices, busy, announcer);
        let intake = Intake::new(album, edits, contents, library, notices, busy, engine.clone());
        let export = Export::new(album, settings, head, notices, busy, announcer, engine);
        Self {
            busy,
            album,
            edits,
            undo,
            describer,
            head,
            training,
            doctor,
            recorder,
            labelling,
            notices,
            contents,
            intake,
            export,
            library,
            saver,
        }
    }

    /// Hands its parts down by context, each by itself.
    pub(crate) fn provide(self) {
        provide_context(self.album);
        provide_context(self.busy);
        provide_context(self.edits);
        provide_context(self.undo);
        provide_context(self.describer);
        provide_context(self.head);
        provide_context(self.training);
        provide_context(self.doctor);
        provide_context(self.recorder);
        provide_context(self.labelling);
        provide_context(self.notices);
        provide_context(self.contents);
        provide_context(self.intake);
        provide_context(self.export);
        provide_context(self.library);
        provide_context(self.saver);
    }

    /// Opens the project that was worked on last, and saves changes from then on.
    pub(crate) fn open(self) {
        let visibility = use_document_visibility();
        Effect::new(move |_| {
            if visibility.get() == VisibilityState::Hidden {
                self.saver.save_now();
            }
        });
        self.doctor.follow();
        self.labelling.follow(self.saver.open);
        // A class that is taken away takes its recorder with it.
        Effect::new(move |_| {
            let open = self.recorder.open.get();
            if open.is_some_and(|id| self.album.classes.with(|classes| classes.iter().all(|class| class.id != id))) {
                self.recorder.close();
            }
        });
        // Asks before a page with unsaved changes is closed.
        let _ = use_event_listener(use_window(), leptos::ev::beforeunload, move |event| {
            self.saver.save_now();
            if self.album.journal.count.get_untracked() > 0 {
                event.prevent_default();
            }
        });
        let _ = use_event_listener(use_window(), leptos::ev::pagehide, move |_| self.saver.let_go());
        let _ = use_event_listener(use_window(), leptos::ev::pageshow, move |event| {
            // Back again as it was: somebody else may have written since.
            if event.persisted() {
                // What cannot be reloaded is read-only at its next write.
                let _ = window().location().reload();
            }
        });
        spawn_local(self.library.start());
    }
}
