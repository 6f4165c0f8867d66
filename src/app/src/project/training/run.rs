//! How far a run (of the head, the CNN or the learning curve) is, and the way to stop it.

use headstart_protocol::{Epoch, Failure, TrainingProgress};
use leptos::prelude::*;

use super::resumed::Resumption;
use super::task::Task;
use crate::engine::Stopper;
use crate::error::PageError;

/// What a run does.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum RunState {
    /// Nothing was asked for.
    #[default]
    Idle,
    /// It starts as soon as the engine is ready and every photo is described.
    Waiting,
    /// It goes on.
    Running,
    /// The visitor ended it.
    Stopped,
    /// It went to its end.
    Done,
    /// It ended without a result.
    Failed(PageError),
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

    /// Why there is no result.
    pub(crate) fn failure(&self) -> Option<PageError> {
        match self {
            Self::Failed(error) => Some(error.clone()),
            _ => None,
        }
    }
}

/// A run as the views see it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RunStatus {
    /// What it does.
    pub(crate) state: RunState,
    /// Epochs (of a learning curve: draws) done, and those at most, over all that the run does.
    pub(crate) done: u32,
    /// See `done`; 0 before the first word of it.
    pub(crate) of: u32,
    /// Whether the folds of the cross-validation are behind it, or there are none.
    pub(crate) fitting: bool,
    /// The last epoch of the fit that makes the result.
    pub(crate) latest: Option<Epoch>,
    /// How it went on after it was interrupted, if it was.
    pub(crate) resumed: Option<Resumption>,
}

impl RunStatus {
    /// Takes what a training says on the way.
    pub(super) fn take(&mut self, progress: TrainingProgress) {
        self.done = progress.done;
        self.of = progress.of;
        self.fitting = progress.fitting;
        self.latest = progress.latest.or(self.latest);
    }
}

/// A run's status and the way to stop it. Copies name the same run.
#[derive(Clone, Copy)]
pub(crate) struct RunControl {
    status: RwSignal<RunStatus>,
    /// Ends the run in the worker, once it began there.
    stopper: StoredValue<Option<Stopper>, LocalStorage>,
}

impl RunControl {
    pub(super) fn new() -> Self {
        Self { status: RwSignal::new(RunStatus::default()), stopper: StoredValue::new_local(None) }
    }

    /// How far it is.
    pub(crate) fn status(self) -> Signal<RunStatus> {
        self.status.into()
    }

    /// Whether there is something to stop; tracked.
    pub(crate) fn is_on(self) -> bool {
        self.status.with(|status| status.state.is_on())
    }

    /// From the beginning, in this state.
    pub(super) fn set(self, state: RunState) {
        self.stopper.set_value(None);
        self.status.set(RunStatus { state, ..RunStatus::default() });
    }

    /// The worker has begun it.
    pub(super) fn began(self, stopper: Stopper) {
        self.stopper.set_value(Some(stopper));
    }

    /// It does not go on, and why.
    pub(super) fn left(self, how: Resumption) {
        self.set(RunState::Idle);
        self.status.update(|status| status.resumed = Some(how));
    }

    /// It goes on.
    pub(super) fn progressed(self, change: impl FnOnce(&mut RunStatus)) {
        self.status.update(change);
    }

    /// It ended with a result.
    pub(super) fn ended(self, stopped: bool) {
        self.stopper.set_value(None);
        self.status.update(|status| {
            status.state = if stopped { RunState::Stopped } else { RunState::Done };
            status.done = status.of;
        });
    }

    /// It ended without a result.
    pub(super) fn failed(self, error: PageError) {
        self.stopper.set_value(None);
        self.status.update(|status| {
            status.state = match error {
                // The visitor knows why.
                PageError::Engine(Failure::StoppedEarly) => RunState::Stopped,
                PageError::EngineStopped => RunState::Failed(PageError::TrainingLost),
                error => RunState::Failed(error),
            };
        });
    }

    /// Has the worker end it with the best so far. Where the worker has not begun it, `task` ends at once.
    pub(super) fn stop(self, task: Task) {
        let state = match self.status.with_untracked(|status| status.state.clone()) {
            RunState::Waiting => RunState::Idle,
            RunState::Running => RunState::Stopped,
            RunState::Idle | RunState::Stopped | RunState::Done | RunState::Failed(_) => return,
        };
        let begun = self.stopper.with_value(|stopper| stopper.as_ref().map(Stopper::stop)).is_some();
        if !begun {
            task.end();
            self.set(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_goes_on_can_be_stopped() {
        let states = [RunState::Idle, RunState::Waiting, RunState::Running, RunState::Stopped, RunState::Done];
        assert_eq!(states.each_ref().map(RunState::name), ["idle", "idle", "running", "stopped", "done"]);
        assert_eq!(states.each_ref().map(RunState::is_on), [false, true, true, false, false]);
        let failed = RunState::Failed(PageError::TooFewClasses);
        assert_eq!((failed.name(), failed.is_on(), failed.failure()), ("error", false, Some(PageError::TooFewClasses)));
    }

    #[test]
    fn the_last_epoch_stays_where_none_is_told() {
        let epoch = Epoch { epoch: 1, loss: 0.5, accuracy: 0.5, val_loss: None, val_accuracy: None, seconds: 0.0 };
        let mut status = RunStatus::default();
        status.take(TrainingProgress { done: 3, of: 9, fitting: true, latest: Some(epoch) });
        status.take(TrainingProgress { done: 4, of: 9, fitting: true, latest: None });
        assert_eq!((status.done, status.of, status.latest), (4, 9, Some(epoch)));
    }
}
