//! What a training says on the way, taken into the signals that the views follow.

use headstart_protocol::{Epoch, Resumed, Run, RunCheckpoint, RunNews, TrainingProgress};
use leptos::prelude::*;

use super::checkpoints::RunKind;
use super::resumed::Resumption;
use super::run::RunControl;
use crate::engine::Running;
use crate::error::PageError;
use crate::platform::dom::now;
use crate::ui::Announcer;

/// Curves are drawn no more often than once in so many milliseconds.
const FRAME_MS: f64 = 60.0;

/// Epochs on their way to a chart.
#[derive(Default)]
struct FreshEpochs {
    epochs: Vec<Epoch>,
    /// The last one that was told.
    last: u32,
    /// When some were drawn last.
    drawn: f64,
}

impl FreshEpochs {
    /// Takes an epoch, if it is new, at the time `now` (milliseconds); gives back those that are to be drawn now.
    fn take(&mut self, epoch: Option<Epoch>, now: f64) -> Vec<Epoch> {
        if let Some(epoch) = epoch.filter(|epoch| epoch.epoch > self.last) {
            self.last = epoch.epoch;
            self.epochs.push(epoch);
        }
        if now - self.drawn < FRAME_MS || self.epochs.is_empty() {
            return Vec::new();
        }
        self.drawn = now;
        std::mem::take(&mut self.epochs)
    }
}

/// Follows a training to its end: how far it is goes to `control`, the epochs of the fit that makes the result to `history`,
/// checkpoints to `keep`.
///
/// # Errors
/// Those of the run.
pub(super) async fn follow<R: Run<Progress = RunNews<TrainingProgress>>>(
    mut run: Running<R>,
    control: RunControl,
    history: RwSignal<Vec<Epoch>>,
    resumed: impl Fn(Option<&Resumed>),
    keep: impl Fn(RunCheckpoint),
) -> Result<R::Reply, PageError> {
    control.began(run.stopper());
    let mut fresh = FreshEpochs::default();
    while let Some(news) = run.next().await {
        match news {
            RunNews::Far(progress) => {
                let drawn = fresh.take(progress.latest.filter(|_| progress.fitting), now());
                if !drawn.is_empty() {
                    history.update(|history| history.extend(drawn));
                }
                control.progressed(|status| status.take(progress));
            }
            RunNews::Resumed(from) => {
                resumed(from.as_ref());
                if let Some(from) = from {
                    fresh.last = from.history.last().map_or(0, |epoch| epoch.epoch);
                    history.set(from.history);
                }
            }
            RunNews::Checkpoint(told) => keep(told),
        }
    }
    run.outcome().await
}

/// Shows and says that a run went on after it was interrupted; `from` nothing, where it begins anew.
pub(super) fn went_on(kind: RunKind, control: RunControl, announcer: Announcer, from: Option<&Resumed>) {
    let how = from.map_or(Resumption::Anew, |from| Resumption::From(from.done, from.of));
    control.progressed(|status| {
        status.resumed = Some(how);
        if let Some(from) = from {
            (status.done, status.of) = (from.done, from.of);
        }
    });
    announcer.say(how.sentence(kind, true));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(epoch: u32) -> Option<Epoch> {
        Some(Epoch { epoch, loss: 0.5, accuracy: 0.5, val_loss: None, val_accuracy: None, seconds: 0.0 })
    }

    #[test]
    fn each_epoch_is_drawn_once_and_not_too_often() {
        let mut fresh = FreshEpochs::default();
        let mut take = |number, now| fresh.take(number, now).iter().map(|epoch| epoch.epoch).collect::<Vec<_>>();
        assert_eq!(take(epoch(1), 100.0), [1]);
        assert_eq!(take(epoch(2), 120.0), [0_u32; 0]);
        assert_eq!(take(epoch(2), 130.0), [0_u32; 0]);
        assert_eq!(take(epoch(3), 159.0), [0_u32; 0]);
        assert_eq!(take(None, 170.0), [2, 3]);
        assert_eq!(take(None, 300.0), [0_u32; 0]);
    }
}
