//! What the folds come to, and which strength of the penalty does best.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::CrossValidation;
use crate::metrics::answer;
use crate::{Examples, HeadSettings, HeadTrainer, TrainError};

/// What one strength of the penalty comes to.
pub(super) struct Candidate {
    pub(super) c: f64,
    pub(super) outcome: Outcome,
}

/// The epochs of one strength of the penalty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// For each epoch the sum of losses over the held-out photos.
    pub(super) losses: Vec<f64>,
    /// For each epoch the photos that were answered rightly.
    pub(super) right: Vec<usize>,
    /// `[photos, classes]`: what the head that has not seen a photo made of it after the best epoch so far; empty before the
    /// runs have settled. A checkpoint holds them as a tensor.
    #[serde(skip)]
    pub(super) logits: Vec<f32>,
}

impl Outcome {
    /// The epoch with the lowest loss from `settled` on, both counted from 1; 0 before that.
    pub(super) fn best_epoch(&self, settled: usize) -> usize {
        let epochs = settled..=self.losses.len();
        epochs.min_by(|a, b| self.losses[a - 1].total_cmp(&self.losses[b - 1])).unwrap_or_default()
    }

    /// Takes what another epoch came to.
    pub(super) fn push(&mut self, loss: f64, right: usize, logits: Vec<f32>, settled: usize) {
        self.losses.push(loss);
        self.right.push(right);
        if self.best_epoch(settled) == self.losses.len() {
            self.logits = logits;
        }
    }
}

/// What a cross-validation has found.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossValidated {
    /// The penalty's inverse strength that did best; see [`HeadSettings::c`].
    pub c: f64,
    /// Which of the penalties in question that is, counted from 0, the settings' own first.
    pub candidate: usize,
    /// The epoch with the lowest loss once the runs had settled, counted from 1.
    pub best_epoch: usize,
    /// How many folds there were.
    pub folds: usize,
    /// `[photos, classes]`: what the head that had not seen a photo made of it, after the best epoch.
    pub logits: Vec<f32>,
    /// The validation accuracy: the share of photos answered rightly so.
    pub accuracy: f64,
    /// Validation loss and accuracy of each epoch up to the best one.
    pub history: Vec<(f64, f64)>,
}

impl CrossValidated {
    /// A run with what was found on every example, whose validation loss and accuracy are the cross-validation's.
    ///
    /// # Errors
    /// Those of [`HeadTrainer::new`].
    pub(crate) fn refit(
        &self,
        settings: &HeadSettings,
        classes: &[String],
        examples: &Examples,
        device: &Device,
    ) -> Result<HeadTrainer, TrainError> {
        let settings = HeadSettings { c: self.c, ..settings.clone() };
        HeadTrainer::known(self.history.clone(), settings, classes, examples, device)
    }
}

impl CrossValidation {
    /// What the candidate at `index` comes to.
    pub(super) fn found(&self, index: usize) -> CrossValidated {
        let Candidate { c, outcome } = &self.candidates[index];
        let best_epoch = outcome.best_epoch(self.settings.settled());
        let n = self.photos.len() as f64;
        let figures = outcome.losses.iter().zip(&outcome.right).take(best_epoch);
        let history: Vec<_> = figures.map(|(losses, right)| (losses / n, *right as f64 / n)).collect();
        CrossValidated {
            candidate: index,
            c: *c,
            best_epoch,
            folds: self.folds.len(),
            logits: outcome.logits.clone(),
            accuracy: history.last().map_or(0.0, |last| last.1),
            history,
        }
    }

    /// The index of the first candidate, unless another is right where it is wrong more often than the other way round, by
    /// more than chance brings (McNemar, 1947, at one standard deviation). Losses would choose the one that is surest of itself.
    pub(super) fn best_candidate(&self) -> usize {
        let right = |candidate: &Candidate| -> Vec<bool> {
            let rows = candidate.outcome.logits.chunks_exact(self.classes.len());
            rows.zip(self.labels()).map(|(row, label)| answer(row) == label).collect()
        };
        let (mut best, mut best_margin) = (0, 0.0);
        let first = right(&self.candidates[0]);
        for (index, candidate) in self.candidates.iter().enumerate().skip(1) {
            let pairs = || first.iter().zip(right(candidate));
            let gained = pairs().filter(|(first, other)| !**first && *other).count() as f64;
            let lost = pairs().filter(|(first, other)| **first && !*other).count() as f64;
            let margin = gained - lost - (gained + lost).sqrt();
            if margin > best_margin {
                (best, best_margin) = (index, margin);
            }
        }
        best
    }
}
