//! How a CNN is trained from scratch.

use headstart_weights::scratch::ScratchArchitecture;
use serde::{Deserialize, Serialize};

use crate::TrainError;
use crate::head_settings::MOST_EPOCHS;
use crate::run::{Schedule, kept_of_average, warmed_up_cosine};

/// Inputs of the widest layer that learns at the full rate.
const PACED_INPUTS: f64 = 1024.0;
/// A small network sees so many photos, counted anew each time that it sees one.
const PASSES: usize = 3000;
/// The fewest and the most epochs of a small network.
const SMALL_EPOCHS: [usize; 2] = [12, 100];
/// Photos a step of a small network: many small steps get further on few photos, and each is over sooner.
const SMALL_BATCH: usize = 8;

/// How a CNN is trained from scratch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScratchSettings {
    /// What is trained.
    pub architecture: ScratchArchitecture,
    /// Passes over the training photos.
    pub epochs: usize,
    /// Photos a step, at most.
    pub batch: usize,
    /// The highest learning rate.
    pub learning_rate: f64,
    /// The share of the steps over which the rate rises to it; over the rest it falls to zero along a cosine (Loshchilov
    /// and Hutter, "SGDR", 2017).
    pub warm_up: f64,
    /// What the rate times this takes off each weight a step; biases are left alone (Loshchilov and Hutter, "Decoupled
    /// Weight Decay Regularization", 2019).
    pub weight_decay: f64,
    /// The share of a photo's target that all classes have alike (Szegedy et al., "Rethinking the Inception Architecture",
    /// 2016).
    pub label_smoothing: f64,
    /// How much of the averaged weights a step keeps, once there were enough steps. The average is what is validated and
    /// kept (Polyak and Juditsky, 1992).
    pub average: f64,
    /// Whether each photo is seen otherwise in each epoch.
    pub augment: bool,
    /// The share of [`headstart_vision::Augmentation::draw`]'s ranges: turns, shifts and zooms.
    pub geometry: f64,
    /// The share of [`headstart_vision::ColourJitter::draw`]'s.
    pub colour: f64,
    /// The share of the epochs whose views range as widely as they can. Over the rest the ranges shrink in a line, so that
    /// the run ends on photos like those that it will be asked about (as in Touvron et al., "Fixing the train-test resolution
    /// discrepancy", 2019, and Ge et al., "YOLOX", 2021).
    pub full_range: f64,
    /// Of all that is drawn: initial weights, order, augmentation, dropout.
    pub seed: u64,
}

impl ScratchSettings {
    /// Settings for `architecture` that need no touch.
    #[must_use]
    pub fn new(architecture: ScratchArchitecture) -> Self {
        Self {
            architecture,
            epochs: 60,
            batch: 32,
            learning_rate: 2e-3,
            warm_up: 0.05,
            weight_decay: 0.05,
            label_smoothing: 0.05,
            average: 0.998,
            augment: true,
            geometry: 0.6,
            colour: 1.0,
            full_range: 0.4,
            seed: 1,
        }
    }

    /// Settings for [`ScratchArchitecture::small`] on `photos` training photos: the fewer they are, the more epochs, so
    /// that a run takes about as long for 30 photos as for 100.
    #[must_use]
    pub fn small(classes: usize, photos: usize) -> Self {
        let epochs = (PASSES / photos.max(1)).clamp(SMALL_EPOCHS[0], SMALL_EPOCHS[1]);
        Self {
            epochs,
            batch: SMALL_BATCH,
            learning_rate: 1e-3,
            geometry: 1.0,
            colour: 0.0,
            full_range: 1.0,
            ..Self::new(ScratchArchitecture::small(classes))
        }
    }

    /// How widely the views of `epoch`, counted from 0, range: a share of the widest.
    pub(super) fn range(&self, epoch: usize) -> f64 {
        let full = (self.full_range * self.epochs as f64).round();
        let beyond = (epoch as f64 + 1.0 - full).max(0.0);
        1.0 - beyond / (self.epochs as f64 - full + 1.0)
    }

    /// What the rate is multiplied with for a layer of `inputs` inputs. Adam moves each weight about as far, so that the
    /// more of them add up, the further an output moves: wide layers are held back (between no correction and the full
    /// one of Yang et al., "Tensor Programs V", 2022).
    pub(super) fn pace(inputs: usize) -> f64 {
        (PACED_INPUTS / inputs as f64).sqrt().min(1.0)
    }

    /// Refuses settings that no run can have.
    pub(super) fn check(&self) -> Result<(), TrainError> {
        let refuse = |what: &str| Err(TrainError::Settings(what.to_owned()));
        self.architecture.check().or_else(refuse)?;
        if !(1..=MOST_EPOCHS).contains(&self.epochs) {
            return refuse("a run has 1 to 2,000 epochs");
        }
        if self.batch == 0 {
            return refuse("a batch needs at least one photo");
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return refuse("the learning rate must be above 0");
        }
        if !(self.weight_decay >= 0.0 && self.weight_decay.is_finite()) {
            return refuse("the weight decay must not be below 0");
        }
        if !(0.0..=1.0).contains(&self.full_range) {
            return refuse("the share of the epochs whose views range fully must be from 0 to 1");
        }
        if ![self.geometry, self.colour].iter().all(|share| (0.0..=1.0).contains(share)) {
            return refuse("the shares of the augmentation's ranges must be from 0 to 1");
        }
        let share = |value: f64| (0.0..1.0).contains(&value);
        if !share(self.warm_up) || !share(self.label_smoothing) || !share(self.average) {
            return refuse("warm-up, label smoothing and average are shares below 1");
        }
        Ok(())
    }
}

impl Schedule for ScratchSettings {
    fn epochs(&self) -> usize {
        self.epochs
    }

    fn batch(&self) -> usize {
        self.batch
    }

    fn rate(&self, step: usize, steps: usize) -> f64 {
        warmed_up_cosine(self.learning_rate, self.warm_up, step, steps)
    }

    fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    fn kept_of_average(&self, step: usize) -> f64 {
        kept_of_average(self.average, step)
    }

    fn label_smoothing(&self) -> f64 {
        self.label_smoothing
    }

    fn patience(&self) -> Option<usize> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> ScratchSettings {
        ScratchSettings::new(ScratchArchitecture::published(150, 2))
    }

    #[test]
    fn views_range_fully_at_first_and_then_less_and_less() {
        let settings = ScratchSettings { epochs: 10, full_range: 0.4, ..settings() };
        let ranges: Vec<f64> = (0..10).map(|epoch| settings.range(epoch)).collect();
        assert_eq!(ranges[..4], [1.0; 4]);
        assert!(ranges[3..].windows(2).all(|pair| pair[0] > pair[1]) && ranges[9] > 0.0);
        let always = ScratchSettings { full_range: 1.0, ..settings };
        assert!((0..10).all(|epoch| (always.range(epoch) - 1.0).abs() < 1e-12));
    }

    #[test]
    fn few_photos_are_seen_more_often() {
        let epochs = [0, 2, 80, 100, 1000].map(|photos| ScratchSettings::small(3, photos).epochs);
        assert_eq!(epochs, [100, 100, 37, 30, 12]);
        assert_eq!(ScratchSettings::small(3, 80).check(), Ok(()));
    }

    #[test]
    fn wide_layers_are_held_back() {
        assert_eq!([1, 576, 1024, 4096, 102_400].map(ScratchSettings::pace), [1.0, 1.0, 1.0, 0.5, 0.1]);
    }

    #[test]
    fn settings_that_no_run_can_have_are_refused() {
        assert_eq!(settings().check(), Ok(()));
        for change in [
            (|s| s.epochs = 0) as fn(&mut ScratchSettings),
            |s| s.epochs = 2001,
            |s| s.batch = 0,
            |s| s.learning_rate = f64::NAN,
            |s| s.weight_decay = -1.0,
            |s| s.warm_up = 1.0,
            |s| s.label_smoothing = -0.1,
            |s| s.average = f64::NAN,
            |s| s.geometry = 1.1,
            |s| s.colour = f64::NAN,
            |s| s.architecture.side = 3,
        ] {
            let mut changed = settings();
            change(&mut changed);
            assert!(matches!(changed.check(), Err(TrainError::Settings(_))), "{changed:?}");
        }
    }
}
