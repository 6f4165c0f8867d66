//! How far a run is, and how long it goes on.

use headstart_protocol::{TuneHead, TuningProgress, count};

use crate::clock::Throttle;
use crate::port::RunLine;

/// Milliseconds between two words on how far a run is, at least.
const TELL_MS: f64 = 100.0;
/// Steps before a time is told. The first one is not counted: it allocates.
const TIMED: u32 = 3;

/// Tells how far a run is.
pub(super) struct Teller<'a> {
    line: &'a RunLine<TuneHead>,
    due: Throttle,
    pub(super) progress: TuningProgress,
}

impl<'a> Teller<'a> {
    pub(super) fn new(line: &'a RunLine<TuneHead>, epochs: usize) -> Self {
        let progress =
            TuningProgress { done: 0, of: count(epochs), seconds_left: None, frozen_accuracy: None, latest: None };
        line.tell(progress);
        Self { line, due: Throttle::new(TELL_MS), progress }
    }

    pub(super) fn tell(&mut self, news: bool) {
        if self.due.is_due(news) {
            self.line.tell(self.progress);
        }
    }
}

/// How long photos take.
#[derive(Default)]
pub(super) struct Pace {
    steps: u32,
    /// Photos of steps that count, and their milliseconds.
    trained: (usize, f64),
    /// Photos of validations, and their milliseconds.
    checked: (usize, f64),
}

impl Pace {
    pub(super) fn stepped(&mut self, photos: usize, ms: f64) {
        self.steps += 1;
        if self.steps > 1 {
            self.trained = (self.trained.0 + photos, self.trained.1 + ms);
        }
    }

    pub(super) fn validated(&mut self, photos: usize, ms: f64) {
        self.checked = (self.checked.0 + photos, self.checked.1 + ms);
    }

    /// Seconds for so many photos to train on and to validate on; [`None`] as long as too little is known.
    pub(super) fn seconds(&self, train: f64, check: f64) -> Option<f64> {
        let each = |(photos, ms): (usize, f64)| (photos > 0).then(|| ms / photos as f64);
        let trained = each(self.trained).filter(|_| self.steps >= TIMED)?;
        // A step goes forwards, and twice as far back.
        let checked = each(self.checked).unwrap_or(trained / 3.0);
        Some((train * trained + check * checked) / 1e3)
    }
}
