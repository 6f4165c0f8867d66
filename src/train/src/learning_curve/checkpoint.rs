//! A learning curve as bytes, to go on from later: the draws that are done, and those that are not.

use std::collections::VecDeque;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{CurvePhotos, CurveSettings, LearningCurve, Measured, Task};
use crate::TrainError;
use crate::checkpoint::{Opened, fingerprint, write, wrong};

#[derive(Serialize, Deserialize)]
struct State<N> {
    /// Of the photos and settings that it was begun with.
    fingerprint: String,
    measured: Vec<Measured>,
    tasks: VecDeque<Task>,
    notes: N,
}

impl LearningCurve {
    /// The draws so far, as bytes, with the caller's `notes`; one that is going on is begun again after them.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] for notes that cannot be written.
    pub fn checkpoint(&self, notes: &impl Serialize) -> Result<Vec<u8>, TrainError> {
        let current = self.current.as_ref().map(|(task, _)| *task);
        let state = State {
            fingerprint: self.fingerprint.clone(),
            measured: self.measured.clone(),
            tasks: current.into_iter().chain(self.tasks.iter().copied()).collect(),
            notes,
        };
        write(&state, Vec::new())
    }

    /// Goes on from `checkpoint`, which must be one of a curve with the same photos and settings, instead of beginning; the
    /// notes that went with it. Where it does not fit, the curve stays as it is.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] for another curve's or damaged bytes.
    pub fn restore<N: DeserializeOwned>(&mut self, checkpoint: &[u8]) -> Result<N, TrainError> {
        let State { fingerprint, measured, tasks, notes } = Opened::<State<N>>::new(checkpoint)?.state;
        if fingerprint != self.fingerprint {
            return Err(wrong("it was begun with other photos or other settings"));
        }
        // In the order in which they would come, and none twice.
        let mut all = self.tasks.iter();
        if !tasks.iter().all(|task| all.any(|other| other == task)) {
            return Err(wrong("its draws are not those of this curve"));
        }
        let counts = |one: &Measured| !one.accuracies.is_empty() && one.accuracies.len() <= self.of;
        if !measured.iter().all(counts) {
            return Err(wrong("it has a point without a draw"));
        }
        (self.measured, self.tasks, self.current) = (measured, tasks, None);
        Ok(notes)
    }
}

/// The SHA-256 of all that a curve is about.
///
/// # Errors
/// [`TrainError::Settings`] for settings that cannot be written.
pub(super) fn of(photos: &CurvePhotos, settings: &CurveSettings) -> Result<String, TrainError> {
    let CurvePhotos { classes, examples, photos, training, held_out } = photos;
    let CurveSettings { head, scratch, draws, most, seed } = settings;
    let squares = photos.as_ref().map(|squares| squares.digest());
    let about = ("curve", head, scratch(classes.len(), training.len()), draws, most, seed);
    fingerprint(&(about, classes, squares, training, held_out), &[examples])
}
