//! How good a head and a CNN from scratch are with how many of the project's photos.

use std::sync::Arc;

use headstart_protocol::{CurvePoint, CurveProgress, CurveResult, DrawCurve, TrainingSettings};
use leptos::prelude::*;

use super::cnn::hand_over;
use super::lesson::{prepare, trainable};
use super::run::{RunControl, RunState, RunStatus};
use super::task::Task;
use crate::engine::Engine;
use crate::error::PageError;
use crate::project::album::Album;
use crate::project::describing::Describer;
use crate::ui::Announcer;

/// A learning curve on the visitor's photos. Copies name the same one.
#[derive(Clone, Copy)]
pub(crate) struct CurveRun {
    /// Its run, which counts draws.
    pub(crate) run: RunControl,
    /// The points so far.
    pub(crate) points: RwSignal<Vec<CurvePoint>>,
    /// How it ended, once it has.
    pub(crate) result: RwSignal<Option<Arc<CurveResult>>>,
    settings: RwSignal<TrainingSettings>,
    album: Album,
    describer: Describer,
    engine: StoredValue<Engine, LocalStorage>,
    announcer: Announcer,
    task: Task,
}

impl CurveRun {
    pub(super) fn new(
        settings: RwSignal<TrainingSettings>,
        (album, describer): (Album, Describer),
        engine: StoredValue<Engine, LocalStorage>,
        announcer: Announcer,
        task: Task,
    ) -> Self {
        Self {
            run: RunControl::new(),
            points: RwSignal::new(Vec::new()),
            result: RwSignal::new(None),
            settings,
            album,
            describer,
            engine,
            announcer,
            task,
        }
    }

    /// As before the first run.
    pub(super) fn clear(self) {
        self.run.set(RunState::Idle);
        self.points.set(Vec::new());
        self.result.set(None);
    }

    /// Measures it, unless something is being learned already.
    pub(crate) fn draw(self) {
        if self.task.is_on().get_untracked() {
            return;
        }
        self.clear();
        if let Err(error) = trainable(self.album) {
            return self.run.failed(error);
        }
        self.run.set(RunState::Waiting);
        self.task.begin(async move {
            match self.measured().await {
                Ok(result) => self.ended(result),
                Err(error) => self.run.failed(error),
            }
        });
    }

    /// Ends it with the points so far.
    pub(crate) fn stop(self) {
        self.run.stop(self.task);
    }

    async fn measured(self) -> Result<CurveResult, PageError> {
        let engine = self.engine.get_value();
        let lesson = prepare(self.album, self.settings, self.describer, &engine).await?;
        self.run.set(RunState::Running);
        self.announcer.say("The learning curve is being measured.");
        hand_over(&engine, &lesson).await?;
        let mut run = engine.run(DrawCurve(lesson.request())).await?;
        self.run.began(run.stopper());
        while let Some(progress) = run.next().await {
            self.progressed(progress);
        }
        run.outcome().await
    }

    fn progressed(self, progress: CurveProgress) {
        let CurveProgress { done, of, points, .. } = progress;
        self.run.progressed(|status| *status = RunStatus { done, of, ..status.clone() });
        if self.points.with_untracked(|known| *known != points) {
            self.points.set(points);
        }
    }

    fn ended(self, result: CurveResult) {
        self.points.set(result.points.clone());
        // Where nothing was measured at all, there is only the reason.
        match result.failures.first().filter(|_| result.points.is_empty()) {
            Some((_, failure)) => self.run.failed(failure.clone().into()),
            None => self.run.ended(result.stopped),
        }
        self.announcer.say("The learning curve is done.");
        self.result.set(Some(Arc::new(result)));
    }
}
