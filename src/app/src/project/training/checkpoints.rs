//! The last checkpoint of the run that goes on, with what is needed to go on from it after a reload or a crash.

use std::sync::Arc;

use headstart_protocol::{ByteBuf, InputSize, RunCheckpoint, TrainingRequest, TrainingSettings};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::lesson::Lesson;
use super::taught::GivenSplit;
use crate::engine::Engine;
use crate::error::PageError;
use crate::project::album::{Album, DocumentKind};

/// How often a run goes on by itself from one place, before that place is held to be what ends it.
const MOST_ATTEMPTS: u32 = 3;

/// Which of the runs it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RunKind {
    /// A head's.
    Head,
    /// That of the CNN after a head, whose result is there.
    Cnn,
    /// That of a learning curve.
    Curve,
}

/// A run that was interrupted, but for its checkpoint's bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct InterruptedInfo {
    /// Which run.
    pub(crate) kind: RunKind,
    /// Epochs (of a learning curve: draws) done.
    pub(crate) done: u32,
    /// Those at most; 0 where it had only begun.
    pub(crate) of: u32,
    /// How often it went on by itself from here.
    pub(crate) attempts: u32,
    /// How it trains.
    pub(crate) settings: TrainingSettings,
    /// The size at which the photos were described.
    pub(crate) size: InputSize,
    /// Number and name of each class.
    pub(crate) classes: Vec<(u32, String)>,
    /// Number of each photo, and the index of its class.
    pub(crate) photos: Vec<(u32, u32)>,
    /// Those that folders held out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) split: Option<GivenSplit>,
    /// Whether a head's run had gone on from the head that is in use.
    pub(crate) from_head: bool,
    /// Whether a CNN follows a head.
    pub(crate) then_cnn: bool,
}

/// A run that was interrupted. It is saved with the project: the first part as it is, the second as bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Interrupted {
    /// What it was about.
    pub(crate) info: InterruptedInfo,
    /// What the engine goes on from; empty where it had only begun.
    pub(crate) bytes: Arc<Vec<u8>>,
}

impl Interrupted {
    /// Whether it has gone on from here so often that it is not to do so by itself.
    pub(super) fn is_left(&self) -> bool {
        self.info.attempts >= MOST_ATTEMPTS
    }
}

/// `request` for a run that goes on `from` there, or begins.
pub(super) fn resuming(from: Option<&Interrupted>, request: TrainingRequest) -> TrainingRequest {
    let bytes = from.map(|from| &from.bytes).filter(|bytes| !bytes.is_empty());
    TrainingRequest { resume: bytes.map(|bytes| ByteBuf::from(bytes.to_vec())), ..request }
}

/// The place of the last checkpoint. Copies name the same place.
#[derive(Clone, Copy)]
pub(super) struct Checkpoints {
    /// It, while a run goes on that has one.
    pub(super) last: RwSignal<Option<Arc<Interrupted>>>,
    album: Album,
}

impl Checkpoints {
    pub(super) fn new(album: Album) -> Self {
        Self { last: RwSignal::new(None), album }
    }

    /// Keeps what a run has told, in the place of what it, or another one, told before.
    pub(super) fn keep(self, about: &InterruptedInfo, told: RunCheckpoint) {
        let RunCheckpoint { done, of, bytes } = told;
        let info = InterruptedInfo { done, of, attempts: 0, ..about.clone() };
        self.put(Interrupted { info, bytes: Arc::new(bytes.into_vec()) });
    }

    /// Keeps that a run goes on once more from where it was interrupted.
    pub(super) fn attempt(self, interrupted: &Interrupted) {
        let info = InterruptedInfo { attempts: interrupted.info.attempts + 1, ..interrupted.info.clone() };
        self.put(Interrupted { info, bytes: interrupted.bytes.clone() });
    }

    fn put(self, interrupted: Interrupted) {
        self.last.set(Some(Arc::new(interrupted)));
        self.album.journal.document_changed(DocumentKind::Checkpoint);
    }

    /// A run begins that could begin anew at any time: nothing is lost with it yet.
    pub(super) fn begun(self, about: InterruptedInfo) {
        self.put(Interrupted { info: about, bytes: Arc::default() });
    }

    /// A run ended without a result. It goes on after a reload, where there is no engine any more that it could begin anew on.
    pub(super) fn failed(self, engine: &Engine) {
        if engine.is_ready() {
            self.over();
        }
    }

    /// A run was stopped before the engine had begun it.
    pub(super) fn stopped(self) {
        if self.last.with_untracked(Option::is_some) {
            self.over();
        }
    }

    /// A run came to a result, which is to be saved.
    pub(super) fn came_to(self, kind: DocumentKind) {
        self.album.journal.document_changed(kind);
    }

    /// No run goes on any more. What it came to is saved along with that.
    pub(super) fn over(self) {
        self.last.set(None);
        self.album.journal.document_changed(DocumentKind::Checkpoint);
    }

    /// Does `attempt`, from `from` if there is something to go on from. Where the engine ends meanwhile, it is done again from
    /// the last checkpoint, or anew where there is none yet; but once only from the same place.
    ///
    /// # Errors
    /// Those of `attempt`.
    pub(super) async fn through<T, F>(
        self,
        from: Option<Arc<Interrupted>>,
        attempt: impl Fn(Option<Arc<Interrupted>>) -> F,
    ) -> Result<T, PageError>
    where
        F: Future<Output = Result<T, PageError>>,
    {
        let (mut from, mut stopped_at) = (from, None);
        loop {
            let ended = attempt(from).await;
            let last = self.last.get_untracked().filter(|last| !last.bytes.is_empty());
            let place = last.as_ref().map(|last| last.info.done);
            match ended {
                Err(PageError::EngineStopped) if stopped_at != Some(place) => {
                    stopped_at = Some(place);
                    from = last;
                }
                ended => return ended,
            }
        }
    }
}

impl Lesson {
    /// What a run of this lesson is about, at its beginning.
    pub(super) fn about(&self, kind: RunKind) -> InterruptedInfo {
        InterruptedInfo {
            kind,
            done: 0,
            of: 0,
            attempts: 0,
            settings: self.settings,
            size: self.size,
            classes: self.classes.clone(),
            photos: self.labels(),
            split: self.split.clone(),
            from_head: false,
            then_cnn: false,
        }
    }
}
