//! The CNN that learns the same photos from scratch.
//!
//! The worker keeps no photos of a project. It is handed those that it lacks, one at a time, and keeps a small square of
//! each; then the run begins.

use std::sync::Arc;

use headstart_protocol::{Epoch, TrainScratch, ValidatedBy};
use leptos::prelude::*;

use super::lesson::Lesson;
use super::progress::follow;
use super::run::{RunControl, RunState};
use super::taught::{CnnTaught, Taught};
use crate::engine::Engine;
use crate::error::PageError;
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
}

impl Cnn {
    pub(super) fn new(engine: StoredValue<Engine, LocalStorage>, announcer: Announcer) -> Self {
        Self {
            too: RwSignal::new(false),
            run: RunControl::new(),
            history: RwSignal::new(Vec::new()),
            result: RwSignal::new(None),
            engine,
            announcer,
        }
    }

    /// As before the first run.
    pub(super) fn clear(self) {
        self.run.set(RunState::Idle);
        self.history.set(Vec::new());
        self.result.set(None);
    }

    /// Trains one on what the head learned, and says itself how it ends: the head and its result stand in any case.
    pub(super) async fn learn(self, lesson: &Lesson, beside: &Taught) {
        self.run.set(RunState::Running);
        match self.trained(lesson, beside).await {
            Ok(taught) => {
                self.announcer.say(format!(
                    "The CNN from scratch is done: validation accuracy {}.",
                    share(taught.result.accuracy())
                ));
                self.history.set(taught.result.history.clone());
                self.run.ended(taught.result.stopped);
                self.result.set(Some(Arc::new(taught)));
            }
            Err(error) => self.run.failed(error),
        }
    }

    async fn trained(self, lesson: &Lesson, beside: &Taught) -> Result<CnnTaught, PageError> {
        let engine = self.engine.get_value();
        hand_over(&engine, lesson).await?;
        let run = engine.run(TrainScratch(lesson.request())).await?;
        let result = follow(run, self.run, self.history).await?;
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
