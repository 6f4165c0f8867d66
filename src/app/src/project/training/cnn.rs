//! The CNN that learns the same photos from scratch.
//!
//! The worker keeps no photos of a project. It is handed those that it lacks, one at a time, and keeps a small square of
//! each; then the run begins.

use std::sync::Arc;

use headstart_protocol::{Epoch, Resumed, TrainScratch, ValidatedBy};
use leptos::prelude::*;

use super::checkpoints::{Checkpoints, Interrupted, RunKind, resuming};
use super::lesson::Lesson;
use super::progress::{follow, went_on};
use super::run::{RunControl, RunState};
use super::taught::{CnnTaught, Taught};
use crate::engine::Engine;
use crate::error::PageError;
use crate::project::album::DocumentKind;
use crate::ui::Announcer;
use crate::wording::share;

/// The CNN beside the head. Copies name the same one.
#[derive(Clone, Copy)]
pub(crate) struct Cnn {
    /// Whether one is trained after the head.
    pub(crate) too: RwSignal<bool>,
    /// Its run.
    pub(crate) run: RunControl,
    /// The epochs of its run.
    pub(crate) history: RwSignal<Vec<Epoch>>,
    /// What the run came to.
    pub(crate) result: RwSignal<Option<Arc<CnnTaught>>>,
    engine: StoredValue<Engine, LocalStorage>,
    announcer: Announcer,
    checkpoints: Checkpoints,
}

impl Cnn {
    pub(super) fn new(
        engine: StoredValue<Engine, LocalStorage>,
        announcer: Announcer,
        checkpoints: Checkpoints,
    ) -> Self {
        Self {
            too: RwSignal::new(false),
            run: RunControl::new(),
            history: RwSignal::new(Vec::new()),
            result: RwSignal::new(None),
            engine,
            announcer,
            checkpoints,
        }
    }

    /// As before the first run.
    pub(super) fn clear(self) {
        self.run.set(RunState::Idle);
        self.show(None);
    }

    /// Shows what an earlier run came to.
    pub(crate) fn show(self, result: Option<Arc<CnnTaught>>) {
        self.history.set(result.as_ref().map(|taught| taught.result.history.clone()).unwrap_or_default());
        self.result.set(result);
    }

    /// Trains one on what the head learned, `from` where an earlier run was interrupted, and says itself how it ends: the head and
    /// its result stand in any case.
    pub(super) async fn learn(self, lesson: &Lesson, beside: &Taught, from: Option<Arc<Interrupted>>) {
        let trained = self.checkpoints.through(from, |from| self.trained(lesson, beside, from)).await;
        match trained {
            Ok(taught) => {
                self.announcer.say(format!(
                    "The CNN from scratch is done: validation accuracy {}.",
                    share(taught.result.accuracy())
                ));
                self.history.set(taught.result.history.clone());
                self.run.ended(taught.result.stopped);
                self.result.set(Some(Arc::new(taught)));
                self.checkpoints.came_to(DocumentKind::Cnn);
                self.checkpoints.over();
            }
            Err(error) => {
                self.run.failed(error);
                self.checkpoints.failed(&self.engine.get_value());
            }
        }
    }

    async fn trained(
        self,
        lesson: &Lesson,
        beside: &Taught,
        from: Option<Arc<Interrupted>>,
    ) -> Result<CnnTaught, PageError> {
        self.run.set(RunState::Running);
        self.history.set(Vec::new());
        let has_only_begun = from.as_ref().is_some_and(|from| from.bytes.is_empty());
        let engine = self.engine.get_value();
        hand_over(&engine, lesson).await?;
        let run = engine.run(TrainScratch(resuming(from.as_deref(), lesson.request()))).await?;
        let about = lesson.about(RunKind::Cnn);
        let resumed = |from: Option<&_>| went_on(RunKind::Cnn, self.run, self.announcer, from);
        if has_only_begun {
            resumed(Some(&Resumed { done: 0, of: 0, history: Vec::new() }));
        }
        let keep = |told| self.checkpoints.keep(&about, told);
        let result = follow(run, self.run, self.history, resumed, keep).await?;
        let folds = match beside.result.validated_by {
            ValidatedBy::CrossValidation { folds } => Some(folds),
            ValidatedBy::HeldOut | ValidatedBy::Nothing => None,
        };
        Ok(CnnTaught { transfer_right: beside.right_of(&result.answers), folds, result })
    }
}

/// Hands the engine what it needs to train heads and CNNs on these photos.
///
/// # Errors
/// A photo that cannot be read any more, or an engine that ends.
pub(super) async fn hand_over(engine: &Engine, lesson: &Lesson) -> Result<(), PageError> {
    let generation = engine.generation();
    engine.give_descriptors(lesson.size, lesson.descriptors()).await?;
    for (hash, photo) in lesson.files() {
        let read = || async { Ok(photo.original.read().await?.to_vec()) };
        engine.give_square(hash, read).await?;
    }
    // A fresh worker has none of what the one before was given.
    if engine.generation() == generation { Ok(()) } else { Err(PageError::EngineStopped) }
}
