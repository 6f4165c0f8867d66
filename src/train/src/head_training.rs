//! The whole training of a head: from examples to a head with its validation accuracy, in steps.

use burn::tensor::Device;
use headstart_protocol::{Epoch, ValidatedBy, Validation, count};
use headstart_weights::FileHash;
use headstart_weights::head::DenseWeights;

use crate::checkpoint::fingerprint;
use crate::held_out::set_aside;
use crate::metrics::answer;
use crate::temperature::softmax;
use crate::{
    CrossValidated, CrossValidation, Examples, HeadSettings, HeadTrainer, HeldOutAnswer, TrainError, TrainedHead,
    calibrated, temperature,
};

mod checkpoint;

/// Which photos say how good the head is.
#[derive(Debug, Clone)]
pub enum ValidationSplit {
    /// Some of the examples: with [`Validation::Cross`] each of them once, before the head is trained on all of them; with
    /// [`Validation::HoldOut`] a share of each class. None, where a class has too few photos.
    Of(Validation),
    /// These, which are not among the examples.
    Given(Examples),
}

/// A head to go on from instead of starting anew.
#[derive(Debug, Clone)]
pub struct StartingHead {
    /// Its layers, for descriptors as they come.
    pub layers: Vec<DenseWeights>,
    /// What its manifest says of the photos that it has not seen.
    pub held_out_sha256: Option<String>,
}

/// What head to train, on what.
#[derive(Debug, Clone)]
pub struct HeadPlan {
    /// How to train.
    pub settings: HeadSettings,
    /// Names, in the order of the labels.
    pub classes: Vec<String>,
    /// The photos.
    pub examples: Examples,
    /// What validates the head.
    pub validation: ValidationSplit,
    /// A head to go on from.
    pub continue_from: Option<StartingHead>,
}

/// The training of a head that is going on.
pub struct HeadTraining {
    plan: HeadPlan,
    device: Device,
    phase: Phase,
    validated_by: ValidatedBy,
    /// The held-out photos, in the order of the best epoch's logits: indices and labels.
    held_out: Vec<(usize, usize)>,
    /// What the cross-validation has found, logits of them among it.
    found: Option<CrossValidated>,
    /// Of those, where they are held out for good.
    held_out_sha256: Option<String>,
    trained_on: usize,
    golden_input: Vec<f32>,
    /// Epochs of the folds.
    epochs_before: usize,
    /// Epochs of the fit, at most.
    epochs_to_fit: usize,
    history: Vec<Epoch>,
    /// By the caller's clock, at the last step.
    seconds: f64,
    /// Of all that it began with.
    fingerprint: String,
}

enum Phase {
    /// Every photo is held out once.
    Folds(Box<CrossValidation>),
    /// The head itself is trained.
    Fit(Box<HeadTrainer>),
    /// Between the two, or after an error.
    Over,
}

impl HeadTraining {
    /// Begins a run on `device`.
    ///
    /// # Errors
    /// [`TrainError::TooFewClasses`], [`TrainError::EmptyClass`], [`TrainError::Settings`], [`TrainError::Examples`],
    /// [`TrainError::OtherLayers`].
    pub fn new(plan: HeadPlan, device: &Device) -> Result<Self, TrainError> {
        let trained_on = plan.examples.photos().count();
        let golden_input = if plan.examples.is_empty() { Vec::new() } else { plan.examples.descriptor(0).to_vec() };
        let fingerprint = plan.fingerprint()?;
        let mut run = Self {
            epochs_to_fit: plan.settings.epochs,
            device: device.clone(),
            phase: Phase::Over,
            validated_by: ValidatedBy::Nothing,
            held_out: Vec::new(),
            found: None,
            held_out_sha256: None,
            trained_on,
            golden_input,
            epochs_before: 0,
            history: Vec::new(),
            seconds: 0.0,
            fingerprint,
            plan,
        };
        match std::mem::replace(&mut run.plan.validation, ValidationSplit::Of(Validation::Cross)) {
            ValidationSplit::Of(Validation::Cross) => run.begin_folds()?,
            ValidationSplit::Of(Validation::HoldOut(share)) => run.hold_out(share)?,
            ValidationSplit::Given(validation) => {
                let held_out = validation.labels().iter().copied().enumerate().collect();
                let checked = run.checked(&run.plan.examples, &validation)?;
                run.fit_checked(checked, held_out)?;
            }
        }
        Ok(run)
    }

    fn begin_folds(&mut self) -> Result<(), TrainError> {
        let HeadPlan { settings, classes, examples, .. } = &self.plan;
        match CrossValidation::new(settings.clone(), classes, examples.clone(), &self.device) {
            Ok(folds) => {
                self.epochs_before = folds.progress().1;
                self.phase = Phase::Folds(Box::new(folds));
                Ok(())
            }
            Err(TrainError::TooFewToValidate { .. }) => self.fit_without_validation(),
            Err(error) => Err(error),
        }
    }

    fn hold_out(&mut self, share: f64) -> Result<(), TrainError> {
        if !(share > 0.0 && share < 1.0) {
            return Err(TrainError::Settings("the share of held-out photos must be above 0 and below 1".into()));
        }
        let HeadPlan { settings, examples, .. } = &self.plan;
        let (training, validation) = set_aside(examples, share, settings.seed);
        if validation.is_empty() {
            return self.fit_without_validation();
        }
        let (trained, checked) = (examples.select(&training), examples.select(&validation));
        let held_out = validation.iter().map(|index| (*index, examples.labels()[*index])).collect();
        self.trained_on = trained.photos().count();
        self.golden_input = trained.descriptor(0).to_vec();
        let checked = self.checked(&trained, &checked)?;
        self.fit_checked(checked, held_out)
    }

    /// What fits a head on `trained` and checks each epoch with `checked`, of which the SHA-256 comes with it; without both
    /// where the head to go on from may have seen them.
    fn checked(&self, trained: &Examples, checked: &Examples) -> Result<(HeadTrainer, Option<String>), TrainError> {
        let HeadPlan { settings, classes, .. } = &self.plan;
        // A head to go on from may have been trained on the photos that are held out now: then their accuracy would be
        // none on held-out photos.
        let held_out_sha256 = digest(checked);
        let unseen =
            self.plan.continue_from.as_ref().is_none_or(|start| start.held_out_sha256 == Some(held_out_sha256.clone()));
        if unseen {
            let trainer = HeadTrainer::new(settings.clone(), classes, trained, checked, &self.device)?;
            Ok((trainer, Some(held_out_sha256)))
        } else {
            Ok((HeadTrainer::without_validation(settings.clone(), classes, trained, &self.device)?, None))
        }
    }

    /// Begins the fit of [`Self::checked`], the indices and labels of whose photos are `held_out`.
    fn fit_checked(
        &mut self,
        (trainer, held_out_sha256): (HeadTrainer, Option<String>),
        held_out: Vec<(usize, usize)>,
    ) -> Result<(), TrainError> {
        if held_out_sha256.is_some() {
            self.validated_by = ValidatedBy::HeldOut;
            self.held_out = held_out;
        }
        self.held_out_sha256 = held_out_sha256;
        self.fit(trainer)
    }

    fn fit_without_validation(&mut self) -> Result<(), TrainError> {
        let HeadPlan { settings, classes, examples, .. } = &self.plan;
        self.fit(HeadTrainer::without_validation(settings.clone(), classes, examples, &self.device)?)
    }

    fn fit(&mut self, trainer: HeadTrainer) -> Result<(), TrainError> {
        self.phase = Phase::Fit(Box::new(self.begun(trainer)?));
        Ok(())
    }

    /// `trainer` where the head to go on from, if any, leaves it.
    fn begun(&self, trainer: HeadTrainer) -> Result<HeadTrainer, TrainError> {
        match &self.plan.continue_from {
            Some(start) => trainer.continue_from(&start.layers),
            None => Ok(trainer),
        }
    }

    /// Whether there is nothing more to do but [`Self::finish`].
    #[must_use]
    pub fn is_over(&self) -> bool {
        match &self.phase {
            Phase::Folds(_) => false,
            Phase::Fit(trainer) => trainer.is_over(),
            Phase::Over => true,
        }
    }

    /// Whether the head itself is being trained: the folds are behind it, or there are none.
    #[must_use]
    pub fn is_fitting(&self) -> bool {
        !matches!(self.phase, Phase::Folds(_))
    }

    /// Epochs done, and epochs at most over all that the run does.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        let done = match &self.phase {
            Phase::Folds(folds) => folds.progress().0,
            Phase::Fit(_) | Phase::Over => self.epochs_before,
        };
        (done + self.history.len(), self.epochs_before + self.epochs_to_fit)
    }

    /// The epochs so far of the fit that makes the head.
    #[must_use]
    pub fn history(&self) -> &[Epoch] {
        &self.history
    }

    /// A step, or the end of an epoch: what takes about as long as one batch. `seconds`, since the run began by the caller's
    /// clock, go into the figures.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] and whatever the device says; the run is of no more use then.
    pub async fn advance(&mut self, seconds: f64) -> Result<(), TrainError> {
        self.seconds = seconds;
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Folds(mut folds) => {
                if folds.step() {
                    folds.epoch().await?;
                }
                if folds.is_over() {
                    self.refit(*folds)?;
                } else {
                    self.phase = Phase::Folds(folds);
                }
            }
            Phase::Fit(mut trainer) => {
                if !trainer.is_over() && trainer.step() {
                    self.history.push(Epoch { seconds, ..trainer.epoch().await? });
                }
                self.phase = Phase::Fit(trainer);
            }
            Phase::Over => {}
        }
        Ok(())
    }

    fn refit(&mut self, folds: CrossValidation) -> Result<(), TrainError> {
        let (found, trainer) = folds.refit()?;
        let trainer = self.begun(trainer)?;
        self.adopt(found, trainer);
        Ok(())
    }

    /// The folds are over: `trainer` makes the head with what they have found.
    fn adopt(&mut self, found: CrossValidated, trainer: HeadTrainer) {
        self.validated_by = ValidatedBy::CrossValidation { folds: count(found.folds) };
        let examples = &self.plan.examples;
        self.held_out = examples.photos().map(|index| (index, examples.labels()[index])).collect();
        self.plan.settings.c = found.c;
        self.epochs_to_fit = found.best_epoch;
        self.found = Some(found);
        self.phase = Phase::Fit(Box::new(trainer));
    }

    /// Leaves the folds, if the run is still in them, for the fit on all photos, whose head then has no validation accuracy.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn skip_folds(&mut self) -> Result<(), TrainError> {
        if let Phase::Folds(folds) = &self.phase {
            self.epochs_before = folds.progress().0;
            self.fit_without_validation()?;
        }
        Ok(())
    }

    /// The best head so far, and what it comes to. Before its first epoch there is none: that one is then trained.
    ///
    /// # Errors
    /// As [`Self::advance`]; [`TrainError::Unfinished`] after an error.
    pub async fn finish(mut self) -> Result<TrainedHead, TrainError> {
        self.skip_folds()?;
        while self.history.is_empty() && !self.is_over() {
            self.advance(self.seconds).await?;
        }
        let Phase::Fit(trainer) = self.phase else { return Err(TrainError::Unfinished) };
        let logits = match (self.validated_by, self.found) {
            (ValidatedBy::Nothing, _) => Vec::new(),
            (_, Some(found)) => found.logits,
            (_, None) => trainer.best_logits().to_vec(),
        };
        let rows = self.held_out.iter().zip(logits.chunks_exact(self.plan.classes.len()));
        let labels: Vec<usize> = self.held_out.iter().map(|(_, label)| *label).collect();
        let temperature = temperature(&logits, &labels);
        let answers = rows.map(|(&(example, label), row)| {
            let (answer, probabilities) = (answer(row), softmax(row, temperature.unwrap_or(1.0)));
            HeldOutAnswer { example, label, answer, confidence: probabilities[answer], of_label: probabilities[label] }
        });
        let answers = answers.collect();
        Ok(TrainedHead {
            layers: trainer.best().await?,
            best_epoch: trainer.best_epoch(),
            answers,
            temperature,
            calibration: temperature.map(|temperature| calibrated(&logits, &labels, temperature)),
            settings: self.plan.settings,
            classes: self.plan.classes,
            trained_on: self.trained_on,
            validated_by: self.validated_by,
            history: self.history,
            held_out_sha256: self.held_out_sha256,
            golden_input: self.golden_input,
        })
    }
}

impl HeadPlan {
    /// The SHA-256 of all of it.
    fn fingerprint(&self) -> Result<String, TrainError> {
        let (validation, given) = match &self.validation {
            ValidationSplit::Of(validation) => (Some(validation), None),
            ValidationSplit::Given(examples) => (None, Some(examples)),
        };
        let start = self.continue_from.as_ref().map(|start| {
            let layers: Vec<_> = start.layers.iter().map(|layer| (&layer.weight, &layer.bias)).collect();
            (layers, &start.held_out_sha256)
        });
        let examples: Vec<&Examples> = [&self.examples].into_iter().chain(given).collect();
        fingerprint(&("head", &self.settings, &self.classes, validation, start), &examples)
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
