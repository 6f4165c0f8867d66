//! How good a head is where no photos were set aside: every photo is left out once.

use burn::tensor::Device;
use headstart_weights::head::HeadArchitecture;

use crate::split::folds;
use crate::training_set::class_weights;
use crate::{Examples, Settings, TrainError, Trainer};

/// The most folds.
const MOST_FOLDS: usize = 5;

/// Trains on all folds but one, in turn, for each strength of the penalty that comes into question.
pub struct CrossValidation {
    settings: Settings,
    classes: Vec<String>,
    examples: Examples,
    device: Device,
    /// For each fold the examples that validate in it.
    folds: Vec<Vec<usize>>,
    candidates: Vec<Candidate>,
    /// Runs done, each one fold of one candidate.
    runs: usize,
    /// The run that is going on.
    trainer: Option<Trainer>,
    epochs_done: usize,
}

/// What one strength of the penalty comes to.
struct Candidate {
    c: f64,
    /// For each epoch the sum of losses over the left-out examples.
    losses: Vec<f64>,
    /// For each epoch the answer to each example.
    answers: Vec<Vec<usize>>,
}

impl Candidate {
    /// The epoch with the lowest loss from `settled` on, both counted from 1.
    fn best_epoch(&self, settled: usize) -> usize {
        let epochs = settled..=self.losses.len();
        epochs.min_by(|a, b| self.losses[a - 1].total_cmp(&self.losses[b - 1])).unwrap_or(self.losses.len())
    }
}

/// What a cross-validation has found.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossValidated {
    /// The penalty's inverse strength that did best; see [`Settings::c`].
    pub c: f64,
    /// The epoch with the lowest loss once the runs had settled, counted from 1.
    pub best_epoch: usize,
    /// How many folds there were.
    pub folds: usize,
    /// To each example the answer, after the best epoch, of the head that had not seen it.
    pub answers: Vec<usize>,
    /// The share of them that is right.
    pub accuracy: f64,
}

impl CrossValidation {
    /// Up to five folds over all `examples`. `classes` are names, in the order of the labels.
    ///
    /// # Errors
    /// Those of [`Trainer::new`], and [`TrainError::TooFewToValidate`] for a class of a single photo or group.
    pub fn new(
        settings: Settings,
        classes: &[String],
        examples: Examples,
        device: &Device,
    ) -> Result<Self, TrainError> {
        settings.check()?;
        class_weights(&examples, classes, settings.balance)?;
        let fold_of = folds(examples.labels(), examples.groups(), classes, MOST_FOLDS, settings.seed)?;
        let count = fold_of.iter().max().map_or(0, |last| last + 1);
        let members = |fold| (0..examples.len()).filter(|index| fold_of[*index] == fold).collect();
        let candidate = |c| Candidate {
            c,
            losses: vec![0.0; settings.epochs],
            answers: vec![vec![0; examples.len()]; settings.epochs],
        };
        Ok(Self {
            folds: (0..count).map(members).collect(),
            candidates: penalties(&settings).into_iter().map(candidate).collect(),
            runs: 0,
            trainer: None,
            epochs_done: 0,
            classes: classes.to_vec(),
            device: device.clone(),
            settings,
            examples,
        })
    }

    /// Epochs done and epochs in all, over all folds and candidates.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.epochs_done, self.candidates.len() * self.folds.len() * self.settings.epochs)
    }

    /// Whether there is nothing more to do but [`Self::refit`].
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.runs >= self.candidates.len() * self.folds.len()
    }

    /// One step, as [`Trainer::step`]; whether [`Self::epoch`] is due.
    ///
    /// # Errors
    /// Those of [`Trainer::new`].
    pub fn step(&mut self) -> Result<bool, TrainError> {
        if self.is_over() {
            return Ok(true);
        }
        let mut trainer = match self.trainer.take() {
            Some(trainer) => trainer,
            None => self.next_run()?,
        };
        let due = trainer.step();
        self.trainer = Some(trainer);
        Ok(due)
    }

    /// Ends the epoch of the run that is going on.
    ///
    /// # Errors
    /// Those of [`Trainer::new`] and [`Trainer::epoch`].
    pub async fn epoch(&mut self) -> Result<(), TrainError> {
        self.step()?;
        let Some(trainer) = &mut self.trainer else { return Ok(()) };
        let figures = trainer.epoch().await?;
        let left_out = &self.folds[self.runs % self.folds.len()];
        let candidate = &mut self.candidates[self.runs / self.folds.len()];
        candidate.losses[figures.epoch - 1] += figures.val_loss.unwrap_or(f64::NAN) * left_out.len() as f64;
        for (index, answer) in left_out.iter().zip(trainer.answers()) {
            candidate.answers[figures.epoch - 1][*index] = *answer;
        }
        self.epochs_done += 1;
        if trainer.is_over() {
            self.trainer = None;
            self.runs += 1;
        }
        Ok(())
    }

    /// What was found, and a run with it on every example, whose validation figures are the cross-validation's.
    ///
    /// # Errors
    /// [`TrainError::Unfinished`] before [`Self::is_over`], and those of [`Trainer::new`].
    pub fn refit(self) -> Result<(CrossValidated, Trainer), TrainError> {
        if !self.is_over() {
            return Err(TrainError::Unfinished);
        }
        let best = self.best_candidate();
        let epoch = best.best_epoch(self.settings.settled());
        let n = self.examples.len() as f64;
        let accuracy = |answers: &[usize]| {
            answers.iter().zip(self.examples.labels()).filter(|(answer, label)| answer == label).count() as f64 / n
        };
        let known = (0..epoch).map(|epoch| (best.losses[epoch] / n, accuracy(&best.answers[epoch]))).collect();
        let found = CrossValidated {
            c: best.c,
            best_epoch: epoch,
            folds: self.folds.len(),
            answers: best.answers[epoch - 1].clone(),
            accuracy: accuracy(&best.answers[epoch - 1]),
        };
        let settings = Settings { c: best.c, ..self.settings.clone() };
        let trainer = Trainer::known(known, settings, &self.classes, &self.examples, &self.device)?;
        Ok((found, trainer))
    }

    /// The first candidate, unless another is right where it is wrong more often than the other way round, by more than
    /// chance brings (McNemar, 1947, at one standard deviation). Losses would choose the one that is surest of itself.
    fn best_candidate(&self) -> &Candidate {
        let right = |candidate: &Candidate| -> Vec<bool> {
            let answers = &candidate.answers[candidate.best_epoch(self.settings.settled()) - 1];
            answers.iter().zip(self.examples.labels()).map(|(answer, label)| answer == label).collect()
        };
        let (mut best, mut best_margin) = (&self.candidates[0], 0.0);
        let first = right(best);
        for candidate in &self.candidates[1..] {
            let pairs = || first.iter().zip(right(candidate));
            let gained = pairs().filter(|(first, other)| !**first && *other).count() as f64;
            let lost = pairs().filter(|(first, other)| **first && !*other).count() as f64;
            let margin = gained - lost - (gained + lost).sqrt();
            if margin > best_margin {
                (best, best_margin) = (candidate, margin);
            }
        }
        best
    }

    fn next_run(&self) -> Result<Trainer, TrainError> {
        let left_out = &self.folds[self.runs % self.folds.len()];
        let c = self.candidates[self.runs / self.folds.len()].c;
        let settings = Settings { c, patience: usize::MAX, ..self.settings.clone() };
        let others: Vec<usize> =
            (0..self.examples.len()).filter(|index| left_out.binary_search(index).is_err()).collect();
        let (training, validation) = (self.examples.select(&others), self.examples.select(left_out));
        Trainer::new(settings, &self.classes, &training, &validation, &self.device)
    }
}

/// The strengths of the penalty that come into question, the settings' own first.
fn penalties(settings: &Settings) -> Vec<f64> {
    match settings.architecture {
        HeadArchitecture::Linear => [1.0, 0.1, 10.0].map(|factor| settings.c * factor).into(),
        // Dropout and the number of epochs keep hidden layers in check, and each candidate takes long.
        HeadArchitecture::Mlp { .. } => vec![settings.c],
    }
}
