//! Training runs.

use std::rc::Rc;
use std::time::Duration;

use headstart_protocol::{
    Command, DESCRIPTOR_BYTES, Epoch, Example as Described, Failure, HeadSummary, InputSize, Training,
    TrainingProgress, TrainingResult, TrainingSettings,
};
use serde::{Deserialize, Serialize};

use super::Example;
use super::project::Desk;
use crate::dom::set_timeout;
use crate::error::PageError;
use crate::state::Page;
use crate::wording;

/// Curves are drawn no more often than this.
const FRAME: Duration = Duration::from_millis(60);

/// A run as the views see it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Run {
    pub(crate) state: RunState,
    /// Epochs done and epochs at most, over all that the run does.
    pub(crate) done: u32,
    pub(crate) of: u32,
    /// Whether the folds are behind it.
    pub(crate) fitting: bool,
    pub(crate) latest: Option<Epoch>,
    pub(super) number: u32,
}

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum RunState {
    #[default]
    Idle,
    /// It starts as soon as the engine is ready and every photo was looked at.
    Waiting,
    Running,
    /// The visitor ended it.
    Stopped,
    Done,
    Failed(Failure),
}

impl RunState {
    /// The name in `data-state`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Idle | Self::Waiting => "idle",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Done => "done",
            Self::Failed(_) => "error",
        }
    }

    /// Whether there is something to stop.
    pub(crate) fn is_on(&self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

/// What a run was asked to learn.
pub(in crate::state) struct Plan {
    run: u32,
    size: InputSize,
    classes: Vec<(u32, String)>,
    photos: Vec<(u32, u32)>,
}

/// A run that ended with a head, with the project as it was then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Taught {
    /// Number and name of each class, in the head's order.
    pub(crate) classes: Vec<(u32, String)>,
    /// Number of each photo, and the index of the class it had.
    pub(crate) photos: Vec<(u32, u32)>,
    /// The size at which they were described.
    pub(crate) size: InputSize,
    /// The result; its head is kept apart.
    pub(crate) result: TrainingResult,
}

impl Taught {
    /// Each photo that was left out: its number, the index of its class, the index of the answer.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (u32, usize, usize)> {
        self.result.answers.iter().filter_map(|(example, answer)| {
            let (photo, label) = self.photos.get(*example as usize)?;
            Some((*photo, *label as usize, *answer as usize))
        })
    }
}

impl Page {
    /// Starts a run, from the present head where `go_on`; at once, or when the last photo was looked at.
    pub(crate) fn train(self, go_on: bool) {
        if self.teach.run.read_untracked().state.is_on() || self.compares_untracked() {
            return;
        }
        if let Err(error) = self.classes_to_train() {
            return self.run_failed(error.into());
        }
        self.teach.desk.update_value(|desk| desk.armed = Some(go_on));
        self.teach.run.set(Run { state: RunState::Waiting, ..Run::default() });
        self.train_if_armed();
    }

    /// Starts the run that waits, if nothing is in its way any more.
    pub(in crate::state) fn train_if_armed(self) {
        let in_the_way =
            self.phase.read_untracked().ready().is_none() || self.teach.describing.get_untracked().is_busy();
        if in_the_way {
            return;
        }
        if self.teach.desk.with_value(|desk| desk.armed.is_some()) && self.ask_for_views() {
            return;
        }
        let armed = self.teach.desk.update_value(|desk| desk.armed.take());
        let Some(go_on) = armed else { return };
        match self.training(go_on) {
            Ok((training, plan, files)) => {
                let number = training.run;
                self.teach.desk.update_value(|desk| {
                    desk.fresh_epochs.clear();
                    desk.plan = Some(plan);
                });
                self.plan_scratch(&training, files);
                self.teach.history.update(Vec::clear);
                self.teach.run.set(Run { state: RunState::Running, number, ..Run::default() });
                self.announcement.set("Training started.".to_owned());
                self.tell(&Command::Train(Box::new(training)));
            }
            Err(error) => self.run_failed(error.into()),
        }
    }

    /// Has augmented views described that the run is to see and that were not wanted before; whether there are any.
    fn ask_for_views(self) -> bool {
        let wanted = self.teach.views() as usize;
        let lacks = |photo: &Rc<Example>| photo.described().is_some_and(|described| described.views() < wanted);
        // Those of a run that cannot be are not asked for: the run itself says why.
        let classes = self.classes_to_train().unwrap_or_default();
        let photos = classes.iter().flat_map(|class| class.photos.get_untracked()).filter(lacks).collect::<Vec<_>>();
        self.ask_anew(&photos)
    }

    /// Whether a run would see the same photos in the same classes.
    pub(super) fn is_as_taught(self, run: &Taught) -> bool {
        let Ok(on) = self.classes_to_train() else { return false };
        let classes = on.iter().map(|class| (class.id, class.name.get_untracked()));
        let photos = (0_u32..).zip(&on).flat_map(|(label, class)| {
            let photos = class.photos.get_untracked().into_iter().filter(|photo| photo.described().is_some());
            photos.map(move |photo| (photo.id, label))
        });
        classes.eq(run.classes.iter().cloned()) && photos.eq(run.photos.iter().copied())
    }

    /// A run on the project as it is, what it learns, and its photos in the order of the examples.
    pub(super) fn training(self, go_on: bool) -> Result<(Training, Plan, Vec<Rc<Example>>), PageError> {
        let on = self.classes_to_train()?;
        let (mut examples, mut photos, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for (label, class) in (0_u32..).zip(&on) {
            let before = examples.len();
            for photo in class.photos.read_untracked().iter() {
                let Some(described) = photo.described() else { continue };
                let wanted = DESCRIPTOR_BYTES * (1 + self.teach.views() as usize);
                let descriptors = described.descriptors[..wanted.min(described.descriptors.len())].to_vec();
                examples.push(Described { descriptors, label, burst: photo.burst });
                photos.push((photo.id, label));
                files.push(photo.clone());
            }
            if examples.len() == before {
                return Err(PageError::EmptyClass { name: class.name.get_untracked() });
            }
        }
        let size = self.fix_size();
        let classes: Vec<_> = on.iter().map(|class| (class.id, class.name.get_untracked())).collect();
        let names = classes.iter().map(|class| class.1.clone()).collect();
        let run = self.next_run();
        let continue_from = self.own_head().filter(|_| go_on).map(|head| serde_bytes::ByteBuf::from(head.to_vec()));
        let settings = self.teach.settings.get_untracked();
        let training = Training { run, size, classes: names, examples, settings, continue_from };
        Ok((training, Plan { run, size, classes, photos }, files))
    }

    /// A number that no run had before.
    pub(super) fn next_run(self) -> u32 {
        let next = |desk: &mut Desk| {
            desk.last_run += 1;
            desk.last_run
        };
        self.teach.desk.update_value(next)
    }

    /// Changes how to train.
    pub(crate) fn set_up(self, change: impl FnOnce(&mut TrainingSettings)) {
        self.teach.settings.update(change);
        self.save_manifest();
    }

    /// Fixes the size of a project whose photos were not looked at yet.
    pub(crate) fn choose_size(self, size: InputSize) {
        self.teach.size.set(Some(size));
        self.save_manifest();
    }

    /// Ends the run with the best head so far.
    pub(crate) fn stop_training(self) {
        self.teach.desk.update_value(|desk| desk.armed = None);
        let (state, number) = {
            let run = self.teach.run.read_untracked();
            (run.state.clone(), run.number)
        };
        match state {
            RunState::Waiting => self.teach.run.set(Run::default()),
            RunState::Running => {
                self.give_scratch_up();
                self.tell(&Command::StopTraining { run: number });
            }
            _ => {}
        }
        self.stop_scratch();
    }

    /// The run goes on.
    pub(in crate::state) fn training_progressed(self, progress: TrainingProgress) {
        if !self.is_run(progress.run) {
            return;
        }
        let draws = self.teach.desk.update_value(|desk| {
            let idle = desk.fresh_epochs.is_empty();
            desk.fresh_epochs.extend(progress.latest.filter(|_| progress.fitting));
            idle && !desk.fresh_epochs.is_empty()
        });
        if draws {
            set_timeout(move || self.draw_epochs(), FRAME);
        }
        self.teach.run.update(|run| {
            run.done = progress.done;
            run.of = progress.of;
            run.fitting = progress.fitting;
            run.latest = progress.latest.or(run.latest);
        });
    }

    fn draw_epochs(self) {
        let fresh = self.teach.desk.update_value(|desk| std::mem::take(&mut desk.fresh_epochs));
        if !fresh.is_empty() && self.teach.run.read_untracked().state == RunState::Running {
            self.teach.history.update(|history| history.extend(fresh));
        }
    }

    /// The run ended with a head.
    pub(in crate::state) fn trained(self, mut result: TrainingResult) {
        if !self.is_run(result.run) {
            return;
        }
        let teach = self.teach;
        let head = Rc::new(std::mem::take(&mut result.head));
        let plan = teach.desk.update_value(|desk| {
            desk.head = Some(head);
            desk.plan.take()
        });
        let Some(plan) = plan.filter(|plan| plan.run == result.run) else { return };
        teach.own.set(Some(Rc::new(HeadSummary {
            classes: plan.classes.iter().map(|class| class.1.clone()).collect(),
            size: plan.size,
            trained_on: u32::try_from(plan.photos.len()).unwrap_or(u32::MAX),
            validated_on: result.validated_on,
            val_accuracy: result.accuracy(),
        })));
        let words = match result.accuracy() {
            Some(accuracy) => format!("Training is done: {} right.", wording::share(accuracy)),
            None => "Training is done.".to_owned(),
        };
        self.announcement.set(words);
        teach.run.update(|run| {
            run.state = if result.stopped { RunState::Stopped } else { RunState::Done };
            run.done = run.of;
            run.latest = result.history.iter().find(|epoch| epoch.epoch == result.best_epoch).copied().or(run.latest);
        });
        teach.history.set(result.history.clone());
        teach.stale.set(false);
        teach.result.set(Some(Rc::new(Taught { classes: plan.classes, photos: plan.photos, size: plan.size, result })));
        self.save_run();
        self.begin_scratch();
    }

    /// The run ended without a head.
    pub(in crate::state) fn training_failed(self, run: u32, failure: Failure) {
        if self.is_run(run) {
            self.run_failed(failure);
        }
    }

    /// The worker is gone, and with it the run.
    pub(in crate::state) fn training_lost(self) {
        if self.teach.run.read_untracked().state == RunState::Running {
            self.run_failed(PageError::TrainingLost.into());
        }
        self.comparisons_lost();
    }

    fn run_failed(self, failure: Failure) {
        self.give_scratch_up();
        self.teach.run.update(|run| run.state = RunState::Failed(failure));
    }

    fn is_run(self, number: u32) -> bool {
        let run = self.teach.run.read_untracked();
        run.state == RunState::Running && run.number == number
    }
}
