//! Training a head on the project.

use std::rc::Rc;
use std::sync::Arc;

use headstart_protocol::{ByteBuf, Epoch, InputSize, Train, TrainingSettings};
use leptos::prelude::*;

use super::checkpoints::{Checkpoints, Interrupted, InterruptedInfo, RunKind, resuming};
use super::cnn::Cnn;
use super::learning_curve::CurveRun;
use super::lesson::{Lesson, prepare, prepare_again, trainable};
use super::progress::{follow, went_on};
use super::resumed::Resumption;
use super::run::{RunControl, RunState};
use super::task::Task;
use super::taught::{Results, Taught};
use super::tuning::Tuning;
use crate::engine::Engine;
use crate::error::PageError;
use crate::project::album::{Album, DocumentKind};
use crate::project::describing::Describer;
use crate::project::head::OwnHead;
use crate::ui::Announcer;
use crate::wording::share;

/// How heads are trained, the run that goes on, and what the last one came to. Copies name the same state.
#[derive(Clone, Copy)]
pub(crate) struct Training {
    /// How to train.
    pub(crate) settings: RwSignal<TrainingSettings>,
    /// The head's run.
    pub(crate) run: RunControl,
    /// The epochs of the run that goes on, or of the last one.
    pub(crate) history: RwSignal<Vec<Epoch>>,
    /// The last run that ended with a head.
    pub(crate) result: RwSignal<Option<Arc<Taught>>>,
    /// The last checkpoint of the run that goes on, whichever it is: what is saved of it. The journal hears of each.
    pub(crate) checkpoint: RwSignal<Option<Arc<Interrupted>>>,
    /// The CNN that learns the same photos from scratch.
    pub(crate) cnn: Cnn,
    /// How good either is with how many photos.
    pub(crate) curve: CurveRun,
    /// The base's last block, trained with a head.
    pub(crate) tuning: Tuning,
    pub(super) album: Album,
    pub(super) describer: Describer,
    pub(super) head: OwnHead,
    pub(super) engine: StoredValue<Engine, LocalStorage>,
    announcer: Announcer,
    pub(super) task: Task,
    checkpoints: Checkpoints,
    /// Whether the visitor ended what goes on: nothing follows it then.
    is_stopped: StoredValue<bool>,
}

impl Training {
    /// Nothing is trained yet.
    pub(crate) fn new(
        album: Album,
        settings: RwSignal<TrainingSettings>,
        describer: Describer,
        head: OwnHead,
        engine: Engine,
        announcer: Announcer,
    ) -> Self {
        let engine = StoredValue::new_local(engine);
        let task = Task::new();
        let checkpoints = Checkpoints::new(album);
        Self {
            settings,
            run: RunControl::new(),
            history: RwSignal::new(Vec::new()),
            result: RwSignal::new(None),
            checkpoint: checkpoints.last,
            cnn: Cnn::new(engine, announcer, checkpoints),
            tuning: Tuning::new(engine, announcer),
            curve: CurveRun::new(settings, (album, describer), engine, announcer, task, checkpoints),
            album,
            describer,
            head,
            engine,
            announcer,
            task,
            checkpoints,
            is_stopped: StoredValue::new(false),
        }
    }

    /// Whether a head, a CNN or a learning curve is on its way: of these there is one at a time.
    pub(crate) fn is_on(self) -> Signal<bool> {
        self.task.is_on()
    }

    /// Trains a head, from the present one on where `go_on`, and then a CNN if one is wanted. It begins at once, or when the
    /// engine is ready and the last photo is described.
    pub(crate) fn train(self, go_on: bool) {
        if self.is_on().get_untracked() {
            return;
        }
        if let Err(error) = trainable(self.album) {
            return self.run.failed(error);
        }
        self.run.set(RunState::Waiting);
        self.is_stopped.set_value(false);
        self.task.begin(async move {
            let engine = self.engine.get_value();
            match prepare(self.album, self.settings, self.describer, &engine).await {
                Ok(lesson) => {
                    let then_cnn = self.cnn.too.get_untracked();
                    let about = InterruptedInfo { from_head: go_on, then_cnn, ..lesson.about(RunKind::Head) };
                    self.learn(&lesson, &about, None).await;
                }
                Err(error) => self.run.failed(error),
            }
        });
    }

    /// Goes on from where a run was interrupted, once the engine is ready and every photo is described, and says so. Where the
    /// photos or classes that it had learned are not there any more, it says that instead.
    pub(crate) fn resume(self, interrupted: Interrupted) {
        if self.is_on().get_untracked() {
            return;
        }
        let kind = interrupted.info.kind;
        let run = self.run_of(kind);
        if interrupted.is_left() {
            return self.leave(kind, Resumption::too_often(&interrupted.info));
        }
        let from = Arc::new(interrupted);
        // It is saved already.
        self.checkpoint.set(Some(Arc::clone(&from)));
        self.is_stopped.set_value(false);
        if kind == RunKind::Curve {
            return self.curve.resume(from);
        }
        run.set(RunState::Waiting);
        self.task.begin(async move {
            let engine = self.engine.get_value();
            let lesson = prepare_again(self.album, self.describer, &engine, &from.info).await;
            let taught = self.result.get_untracked();
            match (lesson, taught) {
                (Err(error), _) => run.failed(error),
                (Ok(Some(lesson)), _) if kind == RunKind::Head => {
                    let about = from.info.clone();
                    self.checkpoints.attempt(&from);
                    self.learn(&lesson, &about, Some(from)).await;
                }
                (Ok(Some(lesson)), Some(taught)) if lesson.is_of(&taught) => {
                    self.checkpoints.attempt(&from);
                    self.cnn.learn(&lesson, &taught, Some(from)).await;
                }
                _ => self.leave(kind, Resumption::changed(&from.info)),
            }
        });
    }

    fn run_of(self, kind: RunKind) -> RunControl {
        match kind {
            RunKind::Head => self.run,
            RunKind::Cnn => self.cnn.run,
            RunKind::Curve => self.curve.run,
        }
    }

    /// A run that was interrupted does not go on.
    fn leave(self, kind: RunKind, how: Resumption) {
        self.run_of(kind).left(how);
        self.announcer.say(how.sentence(kind, false));
        self.checkpoints.over();
    }

    /// Trains a head, `from` where a run was interrupted, and then a CNN if one is wanted.
    async fn learn(self, lesson: &Lesson, about: &InterruptedInfo, from: Option<Arc<Interrupted>>) {
        let trained = self.checkpoints.through(from, |from| self.trained(lesson, about, from)).await;
        match trained {
            Ok(taught) if about.then_cnn && !self.is_stopped.get_value() => {
                self.checkpoints.begun(lesson.about(RunKind::Cnn));
                self.cnn.learn(lesson, &taught, None).await;
            }
            Ok(_) => self.checkpoints.over(),
            Err(error) => {
                self.run.failed(error);
                self.checkpoints.failed(&self.engine.get_value());
            }
        }
    }

    async fn trained(
        self,
        lesson: &Lesson,
        about: &InterruptedInfo,
        from: Option<Arc<Interrupted>>,
    ) -> Result<Arc<Taught>, PageError> {
        let engine = self.engine.get_value();
        let before = self.head.bytes().filter(|_| about.from_head);
        self.run.set(RunState::Running);
        self.history.set(Vec::new());
        self.cnn.clear();
        self.tuning.clear();
        if from.is_none() {
            self.announcer.say("Training started.");
        }
        engine.give_descriptors(lesson.size, lesson.descriptors()).await?;
        let mut request = resuming(from.as_deref(), lesson.request());
        request.continue_from = before.map(|head| ByteBuf::from(head.to_vec()));
        let run = engine.run(Train(request)).await?;
        let resumed = |from: Option<&_>| went_on(RunKind::Head, self.run, self.announcer, from);
        let keep = |told| self.checkpoints.keep(about, told);
        let mut result = follow(run, self.run, self.history, resumed, keep).await?;
        // Nobody has taken it up yet. Where another project is in the place meanwhile, this task has ended, and the head
        // goes with it.
        let head = self.head.accept(Rc::new(std::mem::take(&mut result.head))).await?;
        if head.is_some() {
            self.head.current.set(head);
        }
        let taught = Taught {
            classes: lesson.classes.clone(),
            photos: lesson.labels(),
            split: lesson.split.clone(),
            size: lesson.size,
            tuned: None,
            result,
        };
        Ok(self.took(taught))
    }

    /// Shows what a run came to.
    fn took(self, taught: Taught) -> Arc<Taught> {
        let result = &taught.result;
        self.announcer.say(match result.accuracy() {
            Some(accuracy) => format!("Training is done: validation accuracy {}.", share(accuracy)),
            None => "Training is done.".to_owned(),
        });
        let best = result.history.iter().find(|epoch| epoch.epoch == result.best_epoch).copied();
        self.run.progressed(|status| status.latest = best.or(status.latest));
        self.run.ended(result.stopped);
        self.put(taught)
    }

    /// Puts what a run came to in the place of what came before.
    pub(super) fn put(self, taught: Taught) -> Arc<Taught> {
        let taught = Arc::new(taught);
        let result = &taught.result;
        self.history.set(result.history.clone());
        self.album.changed.set(!self.is_as_taught(&taught));
        self.result.set(Some(Arc::clone(&taught)));
        // The CNN's result belonged to the head before.
        for kind in [DocumentKind::Head, DocumentKind::Run, DocumentKind::Cnn] {
            self.album.journal.document_changed(kind);
        }
        taught
    }

    /// Ends what goes on with the best so far.
    pub(crate) fn stop(self) {
        self.is_stopped.set_value(true);
        self.run.stop(self.task);
        self.cnn.run.stop(self.task);
        self.tuning.run.stop(self.task);
        if !self.is_on().get_untracked() {
            self.checkpoints.stopped();
        }
    }

    /// Shows what an earlier run came to.
    pub(crate) fn show(self, result: Option<Arc<Taught>>) {
        self.history.set(result.as_ref().map(|taught| taught.result.history.clone()).unwrap_or_default());
        self.result.set(result);
    }

    /// Shows what all earlier runs came to.
    pub(crate) fn show_all(self, Results { run, cnn, curve }: Results) {
        self.show(run);
        self.cnn.show(cnn);
        self.curve.show(curve);
        self.tuning.clear();
    }

    /// Ends what goes on without a trace, and forgets what runs came to: another project is in the place.
    pub(crate) fn reset(self) {
        self.task.end();
        self.checkpoint.set(None);
        self.run.set(RunState::Idle);
        self.show(None);
        self.cnn.clear();
        self.curve.clear();
        self.tuning.clear();
    }

    /// Whether the last run of a head came to its end, or was stopped with the best head so far; tracked.
    pub(crate) fn has_ended(self) -> bool {
        self.run.status().with(|status| status.of > 0 && matches!(status.state, RunState::Done | RunState::Stopped))
    }

    /// Whether there is a head to go on from; tracked.
    pub(super) fn has_head(self) -> bool {
        self.head.is_open()
    }

    /// Whether a run would learn the same photos in the same classes again.
    pub(crate) fn is_as_taught(self, taught: &Taught) -> bool {
        Lesson::of(self.album, taught.size, self.settings.get_untracked()).is_ok_and(|lesson| lesson.is_of(taught))
    }

    /// Changes how to train.
    pub(crate) fn set_up(self, change: impl FnOnce(&mut TrainingSettings)) {
        self.settings.update(change);
        self.album.journal.project_changed();
    }

    /// Fixes the size of a project whose photos are not described yet.
    pub(crate) fn choose_size(self, size: InputSize) {
        self.album.size.set(Some(size));
        self.album.journal.project_changed();
    }
}
