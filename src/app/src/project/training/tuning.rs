//! The base's last block, trained together with a head.
//!
//! The worker keeps what the layers before make of each photo. It is handed the photos that it lacks, one at a time; then the run
//! begins. Nothing of it is kept on the way: a run that is interrupted is begun anew by hand.

use std::rc::Rc;

use headstart_protocol::{Failure, TuneHead, TuningProgress, TuningResult, count};
use leptos::prelude::*;

use super::lesson::{Lesson, prepare};
use super::run::{RunControl, RunState, RunStatus};
use super::taught::{Taught, Tuned};
use super::training::Training;
use crate::engine::Engine;
use crate::error::PageError;
use crate::ui::Announcer;
use crate::wording::share;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// So many photos of so many went through the frozen layers.
    Looking(usize, usize),
    /// What the worker told last.
    Training(TuningProgress),
}

/// The last block. Copies name the same one.
#[derive(Clone, Copy)]
pub(crate) struct Tuning {
    /// Its run, which counts epochs.
    pub(crate) run: RunControl,
    /// How far the run that goes on is.
    pub(super) step: RwSignal<Option<Step>>,
    /// What the last run came to.
    pub(super) outcome: RwSignal<Option<Tuned>>,
    engine: StoredValue<Engine, LocalStorage>,
    announcer: Announcer,
}

impl Tuning {
    pub(super) fn new(engine: StoredValue<Engine, LocalStorage>, announcer: Announcer) -> Self {
        Self { run: RunControl::new(), step: RwSignal::new(None), outcome: RwSignal::new(None), engine, announcer }
    }

    /// As before the first run.
    pub(super) fn clear(self) {
        self.run.set(RunState::Idle);
        self.step.set(None);
        self.outcome.set(None);
    }

    /// A run is asked for.
    pub(super) fn begin(self) {
        self.clear();
        self.run.set(RunState::Waiting);
    }

    /// Trains it on `lesson`.
    ///
    /// # Errors
    /// More photos than there is room for, one that cannot be read any more, or whatever the worker says.
    pub(super) async fn learn(self, lesson: &Lesson) -> Result<TuningResult, PageError> {
        self.run.set(RunState::Running);
        self.announcer.say("Training of the last block started.");
        let engine = self.engine.get_value();
        self.hand_over(&engine, lesson).await?;
        let mut run = engine.run(TuneHead(lesson.request())).await?;
        self.run.began(run.stopper());
        while let Some(progress) = run.next().await {
            let TuningProgress { done, of, latest, .. } = progress;
            self.run.progressed(|status| *status = RunStatus { done, of, latest, ..status.clone() });
            self.step.set(Some(Step::Training(progress)));
        }
        run.outcome().await.map(|result| *result)
    }

    /// Hands the engine what it lacks.
    async fn hand_over(self, engine: &Engine, lesson: &Lesson) -> Result<(), PageError> {
        let (of, most) = (lesson.files().count(), lesson.size.most_tuned());
        if of > most {
            return Err(Failure::TooManyToTune { most: count(most) }.into());
        }
        let generation = engine.generation();
        engine.give_descriptors(lesson.size, lesson.descriptors()).await?;
        for (done, (hash, photo)) in lesson.files().enumerate() {
            self.step.set(Some(Step::Looking(done, of)));
            let read = || async { Ok(photo.original.read().await?.to_vec()) };
            engine.give_activations(hash, lesson.size, read).await?;
        }
        // A fresh worker has none of what the one before was given.
        if engine.generation() == generation { Ok(()) } else { Err(PageError::EngineStopped) }
    }

    /// A run came to that; its head, if it did better, is in use.
    pub(super) fn ended(self, tuned: Tuned, stopped: bool) {
        let comparison = tuned.comparison;
        self.announcer.say(if comparison.helped() {
            format!("The last block is trained: accuracy on held-out photos {}.", share(comparison.tuned_accuracy()))
        } else {
            "Training the last block did not help.".to_owned()
        });
        self.outcome.set(Some(tuned));
        self.run.ended(stopped);
    }
}

impl Training {
    /// Trains the base's last block together with a head, on the project as it is now. The head in use stays so, unless that one
    /// does better.
    pub(crate) fn tune(self) {
        if self.is_on().get_untracked() {
            return;
        }
        self.tuning.begin();
        self.task.begin(async move {
            let engine = self.engine.get_value();
            let tuned = async {
                let lesson = prepare(self.album, self.settings, self.describer, &engine).await?;
                self.tuned(&lesson).await
            };
            if let Err(error) = tuned.await {
                self.tuning.run.failed(error);
            }
        });
    }

    async fn tuned(self, lesson: &Lesson) -> Result<(), PageError> {
        let before = self.result.get_untracked().filter(|taught| lesson.is_of(taught));
        let result = self.tuning.learn(lesson).await?;
        let tuned = Tuned {
            comparison: result.comparison,
            cross_validated: before.and_then(|taught| taught.cross_validated()),
        };
        if let Some(mut result) = result.tuned {
            let head = self.head.accept(Rc::new(std::mem::take(&mut result.head))).await?;
            if head.is_some() {
                self.head.current.set(head);
            }
            self.cnn.clear();
            self.put(Taught {
                classes: lesson.classes.clone(),
                photos: lesson.labels(),
                split: lesson.split.clone(),
                size: lesson.size,
                tuned: Some(tuned),
                result,
            });
        }
        self.tuning.ended(tuned, result.stopped);
        Ok(())
    }
}
