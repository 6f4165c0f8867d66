//! How good a head and a CNN from scratch are with how many of the project's photos.

use std::sync::Arc;

use headstart_protocol::{CurvePoint, CurveProgress, CurveResult, DrawCurve, RunNews, TrainingSettings};
use leptos::prelude::*;

use super::checkpoints::{Checkpoints, Interrupted, RunKind, resuming};
use super::cnn::hand_over;
use super::lesson::{Lesson, prepare, prepare_again, trainable};
use super::progress::went_on;
use super::resumed::Resumption;
use super::run::{RunControl, RunState, RunStatus};
use super::task::Task;
use crate::engine::Engine;
use crate::error::PageError;
use crate::project::album::{Album, DocumentKind};
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
    checkpoints: Checkpoints,
}

impl CurveRun {
    pub(super) fn new(
        settings: RwSignal<TrainingSettings>,
        (album, describer): (Album, Describer),
        engine: StoredValue<Engine, LocalStorage>,
        announcer: Announcer,
        task: Task,
        checkpoints: Checkpoints,
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
            checkpoints,
        }
    }

    /// As before the first run.
    pub(super) fn clear(self) {
        self.run.set(RunState::Idle);
        self.show(None);
    }

    /// Shows an earlier one.
    pub(crate) fn show(self, result: Option<Arc<CurveResult>>) {
        self.points.set(result.as_ref().map(|result| result.points.clone()).unwrap_or_default());
        self.result.set(result);
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
            let engine = self.engine.get_value();
            match prepare(self.album, self.settings, self.describer, &engine).await {
                Ok(lesson) => self.measure(lesson, None).await,
                Err(error) => self.run.failed(error),
            }
        });
    }

    /// Goes on from where one was interrupted.
    pub(super) fn resume(self, from: Arc<Interrupted>) {
        self.clear();
        self.run.set(RunState::Waiting);
        self.task.begin(async move {
            let engine = self.engine.get_value();
            match prepare_again(self.album, self.describer, &engine, &from.info).await {
                Ok(Some(lesson)) => {
                    self.checkpoints.attempt(&from);
                    self.measure(lesson, Some(from)).await;
                }
                Ok(None) => {
                    let how = Resumption::changed(&from.info);
                    self.run.left(how);
                    self.announcer.say(how.sentence(RunKind::Curve, false));
                    self.checkpoints.over();
                }
                Err(error) => self.run.failed(error),
            }
        });
    }

    /// Ends it with the points so far.
    pub(crate) fn stop(self) {
        self.run.stop(self.task);
        if !self.task.is_on().get_untracked() {
            self.checkpoints.stopped();
        }
    }

    async fn measure(self, lesson: Lesson, from: Option<Arc<Interrupted>>) {
        let measured = self.checkpoints.through(from, |from| self.measured(&lesson, from)).await;
        match measured {
            Ok(result) => {
                self.ended(result);
                self.checkpoints.over();
            }
            Err(error) => {
                self.run.failed(error);
                self.checkpoints.failed(&self.engine.get_value());
            }
        }
    }

    async fn measured(self, lesson: &Lesson, from: Option<Arc<Interrupted>>) -> Result<CurveResult, PageError> {
        let engine = self.engine.get_value();
        self.run.set(RunState::Running);
        if from.is_none() {
            self.announcer.say("The learning curve is being measured.");
        }
        hand_over(&engine, lesson).await?;
        let mut run = engine.run(DrawCurve(resuming(from.as_deref(), lesson.request()))).await?;
        self.run.began(run.stopper());
        let about = lesson.about(RunKind::Curve);
        while let Some(news) = run.next().await {
            match news {
                RunNews::Far(progress) => self.progressed(progress),
                RunNews::Resumed(from) => went_on(RunKind::Curve, self.run, self.announcer, from.as_ref()),
                RunNews::Checkpoint(told) => self.checkpoints.keep(&about, told),
            }
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
        self.album.journal.document_changed(DocumentKind::Curve);
    }
}
