//! The training of a head as bytes, to go on from later.

use serde::{Deserialize, Serialize};

use super::{HeadPlan, HeadTraining, Phase};
use crate::checkpoint::{Opened, write, wrong};
use crate::cross_validation::{FoldsState, FoundState};
use crate::head_trainer::FitState;
use crate::parameters::read_all;
use crate::{CrossValidated, HeadTrainer, TrainError};

/// Numbers of a parameter, at most: itself, what the optimizer remembers of it, and the best one so far.
const NUMBERS: usize = 4;

/// The name of [`CrossValidated::logits`].
const FOUND_LOGITS: &str = "found.logits";

/// All of a run but its tensors.
#[derive(Serialize, Deserialize)]
struct State {
    /// Of the plan that it was begun with.
    fingerprint: String,
    seconds: f64,
    phase: PhaseState,
}

#[derive(Serialize, Deserialize)]
enum PhaseState {
    Folds(FoldsState),
    /// The folds are over, the fit has not begun.
    Found(FoundState),
    Fit {
        /// None, where there were no folds.
        found: Option<FoundState>,
        fit: FitState,
    },
}

impl HeadTraining {
    /// Whether [`Self::checkpoint`] can be called: an epoch is over, and the next one has not begun.
    #[must_use]
    pub fn is_between_epochs(&self) -> bool {
        match &self.phase {
            Phase::Folds(folds) => folds.progress().0 > 0 && folds.is_between_epochs(),
            Phase::Fit(trainer) => trainer.is_between_epochs() && (self.found.is_some() || !self.history.is_empty()),
            Phase::Over => false,
        }
    }

    /// Bytes of a checkpoint, at most, without what the heads make of the held-out photos.
    #[must_use]
    pub fn checkpoint_len(&self) -> usize {
        let parameters = match &self.phase {
            Phase::Folds(folds) => folds.parameters(),
            Phase::Fit(trainer) => trainer.parameters(),
            Phase::Over => 0,
        };
        NUMBERS * size_of::<f32>() * parameters
    }

    /// The run between two epochs, as bytes. `seconds`, since it began by the caller's clock, go with it.
    ///
    /// # Errors
    /// [`TrainError::Order`] in the middle of an epoch, [`TrainError::Model`] where the device gives nothing back.
    pub async fn checkpoint(&self, seconds: f64) -> Result<Vec<u8>, TrainError> {
        if !self.is_between_epochs() {
            return Err(TrainError::Order("a checkpoint was asked for in the middle of an epoch".into()));
        }
        let found = self.found.as_ref().map(FoundState::from);
        let logits = match &self.phase {
            Phase::Folds(folds) => folds.logits_state(),
            Phase::Fit(trainer) => trainer.logits_state(),
            Phase::Over => Vec::new(),
        };
        let (phase, tensors) = match (&self.phase, found) {
            (Phase::Folds(folds), _) => {
                let (state, tensors) = folds.state();
                (PhaseState::Folds(state), tensors)
            }
            (_, Some(found)) if self.history.is_empty() => (PhaseState::Found(found), Vec::new()),
            (Phase::Fit(trainer), found) => {
                let (fit, tensors) = trainer.state(&self.history);
                (PhaseState::Fit { found, fit }, tensors)
            }
            (Phase::Over, _) => return Err(TrainError::Unfinished),
        };
        let (names, tensors): (Vec<_>, Vec<_>) = tensors.into_iter().unzip();
        let numbers = read_all(tensors).await?;
        let found = self.found.as_ref().map(|found| (FOUND_LOGITS.to_owned(), (&found.logits).into()));
        let tensors = names.into_iter().zip(numbers.into_iter().map(Into::into)).chain(logits).chain(found).collect();
        write(&State { fingerprint: self.fingerprint.clone(), seconds, phase }, tensors)
    }

    /// Goes on from `checkpoint`, which must be one of a run on the same plan, instead of beginning; the seconds that
    /// went with it. The run, which has not advanced yet, stays as it is where the checkpoint does not fit.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] for another run's or damaged bytes, [`TrainError::Order`] where this run has advanced.
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<f64, TrainError> {
        if self.progress().0 > 0 {
            return Err(TrainError::Order("a checkpoint came after the run's beginning".into()));
        }
        let file = Opened::<State>::new(checkpoint)?;
        let State { fingerprint, seconds, phase } = &file.state;
        if *fingerprint != self.fingerprint {
            return Err(wrong("it was begun with other photos or other settings"));
        }
        match (phase, &mut self.phase) {
            (PhaseState::Folds(state), Phase::Folds(folds)) => folds.restore(state, &file)?,
            (PhaseState::Found(found), Phase::Folds(folds)) => {
                let found = folds.found_again(found, file.floats(FOUND_LOGITS, folds.logits_len())?)?;
                let trainer = self.refitted(&found)?;
                self.adopt(found, trainer);
            }
            (PhaseState::Fit { found: Some(found), fit }, Phase::Folds(folds)) => {
                let found = folds.found_again(found, file.floats(FOUND_LOGITS, folds.logits_len())?)?;
                let mut trainer = self.refitted(&found)?;
                trainer.restore(fit, &file)?;
                self.adopt(found, trainer);
                self.history = fit.history.clone();
            }
            (PhaseState::Fit { found: None, fit }, Phase::Fit(trainer)) => {
                trainer.restore(fit, &file)?;
                self.history = fit.history.clone();
            }
            _ => return Err(wrong("it is of another way to validate")),
        }
        self.seconds = *seconds;
        Ok(*seconds)
    }

    fn refitted(&self, found: &CrossValidated) -> Result<HeadTrainer, TrainError> {
        let HeadPlan { settings, classes, examples, .. } = &self.plan;
        self.begun(found.refit(settings, classes, examples, &self.device)?)
    }
}
