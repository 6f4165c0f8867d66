//! A cross-validation as a checkpoint holds it: between two epochs, or over.

use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{CrossValidated, CrossValidation, Outcome};
use crate::TrainError;
use crate::checkpoint::{Named, Opened, wrong};
use crate::parameters::{flat, replaced};

/// All of the folds but their tensors and what they are about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FoldsState {
    /// Epochs done.
    pub(crate) epoch: usize,
    /// One a candidate.
    outcomes: Vec<Outcome>,
}

/// What the folds have come to, for the settings that they were made with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FoundState {
    /// Whose penalty did best.
    candidate: usize,
    /// [`CrossValidated::history`].
    history: Vec<(f64, f64)>,
}

impl From<&CrossValidated> for FoundState {
    fn from(found: &CrossValidated) -> Self {
        Self { candidate: found.candidate, history: found.history.clone() }
    }
}

impl CrossValidation {
    /// Whether the last epoch is over and the next one has not begun.
    pub(crate) fn is_between_epochs(&self) -> bool {
        !self.under_way
    }

    /// Parameters of all heads together.
    pub(crate) fn parameters(&self) -> usize {
        flat(&self.stack.valid()).iter().map(|tensor| tensor.dims()[0]).sum()
    }

    /// The folds between two epochs, and their tensors on their device.
    pub(crate) fn state(&self) -> (FoldsState, Vec<(String, Tensor<1>)>) {
        let tensors = self.optimizer.named("folds", flat(&self.stack.valid()));
        let outcomes = self.candidates.iter().map(|candidate| candidate.outcome.clone()).collect();
        (FoldsState { epoch: self.epoch, outcomes }, tensors)
    }

    /// Goes on from `state`; the folds stay as they are where that is not one of their own.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`].
    pub(crate) fn restore<S>(&mut self, state: &FoldsState, file: &Opened<'_, S>) -> Result<(), TrainError> {
        let FoldsState { epoch, outcomes } = state;
        let fits = |outcome: &Outcome| outcome.losses.len() == *epoch && outcome.right.len() == *epoch;
        let is_under_way = (1..self.settings.epochs).contains(epoch);
        if !is_under_way || outcomes.len() != self.candidates.len() || !outcomes.iter().all(fits) {
            return Err(wrong("its epochs are not those of this cross-validation"));
        }
        let len = if *epoch >= self.settings.settled() { self.logits_len() } else { 0 };
        let logits = (0..outcomes.len()).map(|index| file.floats(&logits_name(index), len));
        let logits: Vec<_> = logits.collect::<Result<_, _>>()?;
        let lens: Vec<usize> = flat(&self.stack.valid()).iter().map(|tensor| tensor.dims()[0]).collect();
        let [values, memory] = self.optimizer.read("folds", &lens, file)?;
        self.stack = replaced(self.stack.clone(), values, &self.device);
        self.optimizer.remember(memory, epoch * self.batches.count(), &self.device);
        for ((candidate, outcome), logits) in self.candidates.iter_mut().zip(outcomes).zip(logits) {
            candidate.outcome = Outcome { logits, ..outcome.clone() };
        }
        self.epoch = *epoch;
        Ok(())
    }

    /// The rest of its numbers: what the heads make of the photos that they have not seen.
    pub(crate) fn logits_state(&self) -> Named<'_> {
        let logits = self.candidates.iter().map(|candidate| (&candidate.outcome.logits).into());
        logits.enumerate().map(|(index, logits)| (logits_name(index), logits)).collect()
    }

    /// How many numbers a head for each fold makes of all photos.
    pub(crate) fn logits_len(&self) -> usize {
        self.photos.len() * self.classes.len()
    }

    /// What was found by a cross-validation like this one, with `logits` after the best epoch.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`].
    pub(crate) fn found_again(&self, state: &FoundState, logits: Vec<f32>) -> Result<CrossValidated, TrainError> {
        let FoundState { candidate, history } = state;
        let epochs = self.settings.settled()..=self.settings.epochs;
        let (Some(candidate), true) = (self.candidates.get(*candidate), epochs.contains(&history.len())) else {
            return Err(wrong("what its cross-validation found is not of these photos"));
        };
        Ok(CrossValidated {
            candidate: state.candidate,
            c: candidate.c,
            best_epoch: history.len(),
            folds: self.folds.len(),
            logits,
            accuracy: history.last().map_or(0.0, |last| last.1),
            history: history.clone(),
        })
    }
}

/// The name of the logits of the candidate at `index`.
fn logits_name(index: usize) -> String {
    format!("folds.{index}.logits")
}
