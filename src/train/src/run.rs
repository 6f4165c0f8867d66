//! A whole run: from examples to a head with its figure, in steps.

use burn::tensor::Device;
use headstart_weights::FileHash;
use headstart_weights::head::DenseWeights;

use crate::held_out::set_aside;
use crate::outcome::Answer;
use crate::{CrossValidation, EpochFigures, Examples, Figure, Outcome, Settings, TrainError, Trainer};

/// Which photos say how good the head is.
#[derive(Debug, Clone)]
pub enum LeftOut {
    /// Every example once, in a cross-validation; the head is then trained on all of them. None, where a class has too
    /// few.
    InTurn,
    /// This share of each class, which is never trained on. None, where that would leave a class without photos.
    Share(f64),
    /// These, which are not among the examples.
    Given(Examples),
}

/// A head to go on from instead of starting anew.
#[derive(Debug, Clone)]
pub struct Start {
    /// Its layers, for descriptors as they come.
    pub layers: Vec<DenseWeights>,
    /// What its manifest says of the photos that it has not seen.
    pub held_out_sha256: Option<String>,
}

/// What to train, on what.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How to train.
    pub settings: Settings,
    /// Names, in the order of the labels.
    pub classes: Vec<String>,
    /// The photos.
    pub examples: Examples,
    /// What checks the head.
    pub left_out: LeftOut,
    /// A head to go on from.
    pub continue_from: Option<Start>,
}

/// A run that is going on.
pub struct Run {
    plan: Plan,
    device: Device,
    stage: Stage,
    figure: Figure,
    /// The photos that were left out, in the order of the best epoch's answers: indices and labels.
    left_out: Vec<(usize, usize)>,
    /// The answers to them, where a cross-validation has found them.
    found: Option<Vec<usize>>,
    /// Of those, where they were set aside.
    held_out_sha256: Option<String>,
    trained_on: usize,
    golden_input: Vec<f32>,
    /// Epochs of the folds.
    epochs_before: usize,
    /// Epochs of the fit, at most.
    epochs_to_fit: usize,
    history: Vec<EpochFigures>,
}

enum Stage {
    /// Every photo is left out once.
    Folds(Box<CrossValidation>),
    /// The head itself is trained.
    Fit(Box<Trainer>),
    /// Between the two, or after an error.
    Over,
}

impl Run {
    /// Begins a run on `device`.
    ///
    /// # Errors
    /// [`TrainError::TooFewClasses`], [`TrainError::EmptyClass`], [`TrainError::Settings`], [`TrainError::Examples`],
    /// [`TrainError::OtherLayers`].
    pub fn new(plan: Plan, device: &Device) -> Result<Self, TrainError> {
        let trained_on = plan.examples.photos().count();
        let golden_input = if plan.examples.is_empty() { Vec::new() } else { plan.examples.descriptor(0).to_vec() };
        let mut run = Self {
            epochs_to_fit: plan.settings.epochs,
            device: device.clone(),
            stage: Stage::Over,
            figure: Figure::Missing,
            left_out: Vec::new(),
            found: None,
            held_out_sha256: None,
            trained_on,
            golden_input,
            epochs_before: 0,
            history: Vec::new(),
            plan,
        };
        match std::mem::replace(&mut run.plan.left_out, LeftOut::InTurn) {
            LeftOut::InTurn => run.begin_folds()?,
            LeftOut::Share(share) => run.set_aside(share)?,
            LeftOut::Given(validation) => {
                let Plan { settings, classes, examples, .. } = &run.plan;
                let trainer = Trainer::new(settings.clone(), classes, examples, &validation, device)?;
                run.left_out = validation.labels().iter().copied().enumerate().collect();
                run.figure = Figure::HeldOut;
                run.fit(trainer)?;
            }
        }
        Ok(run)
    }

    fn begin_folds(&mut self) -> Result<(), TrainError> {
        let Plan { settings, classes, examples, .. } = &self.plan;
        match CrossValidation::new(settings.clone(), classes, examples.clone(), &self.device) {
            Ok(folds) => {
                self.epochs_before = folds.progress().1;
                self.stage = Stage::Folds(Box::new(folds));
                Ok(())
            }
            Err(TrainError::TooFewToValidate { .. }) => self.fit_unchecked(),
            Err(error) => Err(error),
        }
    }

    fn set_aside(&mut self, share: f64) -> Result<(), TrainError> {
        if !(share > 0.0 && share < 1.0) {
            return Err(TrainError::Settings("the share of photos set aside must be above 0 and below 1".into()));
        }
        let Plan { settings, classes, examples, .. } = &self.plan;
        let (training, validation) = set_aside(examples, share, settings.seed);
        if validation.is_empty() {
            return self.fit_unchecked();
        }
        let (trained, checked) = (examples.select(&training), examples.select(&validation));
        // A head to go on from may have learnt from the photos that are set aside now: then nothing that it says of them
        // is honest.
        let held_out_sha256 = digest(&checked);
        let unseen =
            self.plan.continue_from.as_ref().is_none_or(|start| start.held_out_sha256 == Some(held_out_sha256.clone()));
        let trainer = if unseen {
            self.figure = Figure::HeldOut;
            self.held_out_sha256 = Some(held_out_sha256);
            self.left_out = validation.iter().map(|index| (*index, examples.labels()[*index])).collect();
            Trainer::new(settings.clone(), classes, &trained, &checked, &self.device)?
        } else {
            Trainer::unchecked(settings.clone(), classes, &trained, &self.device)?
        };
        self.trained_on = trained.photos().count();
        self.golden_input = trained.descriptor(0).to_vec();
        self.fit(trainer)
    }

    fn fit_unchecked(&mut self) -> Result<(), TrainError> {
        let Plan { settings, classes, examples, .. } = &self.plan;
        self.fit(Trainer::unchecked(settings.clone(), classes, examples, &self.device)?)
    }

    fn fit(&mut self, trainer: Trainer) -> Result<(), TrainError> {
        let trainer = match &self.plan.continue_from {
            Some(start) => trainer.continue_from(&start.layers)?,
            None => trainer,
        };
        self.stage = Stage::Fit(Box::new(trainer));
        Ok(())
    }

    /// Whether there is nothing more to do but [`Self::finish`].
    #[must_use]
    pub fn is_over(&self) -> bool {
        match &self.stage {
            Stage::Folds(_) => false,
            Stage::Fit(trainer) => trainer.is_over(),
            Stage::Over => true,
        }
    }

    /// Whether the head itself is being trained: the folds are behind it, or there are none.
    #[must_use]
    pub fn is_fitting(&self) -> bool {
        !matches!(self.stage, Stage::Folds(_))
    }

    /// Epochs done, and epochs at most over all that the run does.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        let done = match &self.stage {
            Stage::Folds(folds) => folds.progress().0,
            Stage::Fit(_) | Stage::Over => self.epochs_before,
        };
        (done + self.history.len(), self.epochs_before + self.epochs_to_fit)
    }

    /// The epochs so far of the fit that makes the head.
    #[must_use]
    pub fn history(&self) -> &[EpochFigures] {
        &self.history
    }

    /// A step, or the end of an epoch: what takes about as long as one batch.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] and whatever the device says; the run is of no more use then.
    pub async fn advance(&mut self) -> Result<(), TrainError> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Folds(mut folds) => {
                if folds.step() {
                    folds.epoch().await?;
                }
                if folds.is_over() {
                    self.refit(*folds)?;
                } else {
                    self.stage = Stage::Folds(folds);
                }
            }
            Stage::Fit(mut trainer) => {
                if !trainer.is_over() && trainer.step() {
                    self.history.push(trainer.epoch().await?);
                }
                self.stage = Stage::Fit(trainer);
            }
            Stage::Over => {}
        }
        Ok(())
    }

    fn refit(&mut self, folds: CrossValidation) -> Result<(), TrainError> {
        let (found, trainer) = folds.refit()?;
        self.figure = Figure::CrossValidated { folds: found.folds };
        let examples = &self.plan.examples;
        self.left_out = examples.photos().map(|index| (index, examples.labels()[index])).collect();
        self.found = Some(found.answers);
        self.plan.settings.c = found.c;
        self.epochs_to_fit = found.best_epoch;
        self.fit(trainer)
    }

    /// Leaves the folds, if the run is still in them, for the fit on all photos, which is then without a figure.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn skip_folds(&mut self) -> Result<(), TrainError> {
        if let Stage::Folds(folds) = &self.stage {
            self.epochs_before = folds.progress().0;
            self.fit_unchecked()?;
        }
        Ok(())
    }

    /// The best head so far, and what it comes to. Before its first epoch there is none: that one is then trained.
    ///
    /// # Errors
    /// As [`Self::advance`]; [`TrainError::Unfinished`] after an error.
    pub async fn finish(mut self) -> Result<Outcome, TrainError> {
        self.skip_folds()?;
        while self.history.is_empty() && !self.is_over() {
            self.advance().await?;
        }
        let Stage::Fit(trainer) = self.stage else { return Err(TrainError::Unfinished) };
        let answers = match (self.figure, &self.found) {
            (Figure::Missing, _) => &[],
            (_, Some(found)) => &found[..],
            (_, None) => trainer.best_answers(),
        };
        let answer = |(&(example, label), &answer): (&(usize, usize), &usize)| Answer { example, label, answer };
        Ok(Outcome {
            layers: trainer.best().await?,
            best_epoch: trainer.best_epoch(),
            answers: self.left_out.iter().zip(answers).map(answer).collect(),
            settings: self.plan.settings,
            classes: self.plan.classes,
            trained_on: self.trained_on,
            figure: self.figure,
            history: self.history,
            held_out_sha256: self.held_out_sha256,
            golden_input: self.golden_input,
        })
    }
}

/// The SHA-256 of all descriptors of `examples`, one after the other.
fn digest(examples: &Examples) -> String {
    let mut hash = FileHash::default();
    for value in (0..examples.len()).flat_map(|index| examples.descriptor(index)) {
        hash.push(&value.to_le_bytes());
    }
    hash.finish()
}

#[cfg(test)]
mod tests;
