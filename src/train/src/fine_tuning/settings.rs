//! How a fine-tuning goes.

use headstart_weights::vgg16::Unfrozen;
use serde::{Deserialize, Serialize};

use crate::TrainError;
use crate::head_settings::MOST_EPOCHS;
use crate::run::{Schedule, kept_of_average, warmed_up_cosine};

/// How the last blocks are trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FineTuningSettings {
    /// What is trained with the head.
    pub unfrozen: Unfrozen,
    /// Side of the square photos, pixels.
    pub size: usize,
    /// Passes over the training photos, at most.
    pub epochs: usize,
    /// Early stopping: epochs without a new best one after which the run ends.
    pub patience: usize,
    /// Photos a step, at most.
    pub batch: usize,
    /// The highest learning rate of the blocks.
    pub learning_rate: f64,
    /// What it is multiplied with for the head.
    pub head_pace: f64,
    /// The share of the steps over which the rate rises; over the rest it falls along a cosine.
    pub warm_up: f64,
    /// What the rate times this takes off the distance of each of the blocks' weights to where it began, each step (L2-SP).
    pub pull: f64,
    /// The share of a photo's target that all classes have alike.
    pub label_smoothing: f64,
    /// How much of the averaged weights a step keeps. The average is what is validated and kept.
    pub average: f64,
    /// Augmented views ([`headstart_vision::view`]) of which, with the photo as it is, each epoch takes one.
    pub views: u32,
    /// Of all that is drawn: order and views.
    pub seed: u64,
}

impl FineTuningSettings {
    /// Settings that need no touch, for photos of `size` pixels a side.
    #[must_use]
    pub fn new(unfrozen: Unfrozen, size: usize) -> Self {
        Self {
            unfrozen,
            size,
            epochs: 10,
            patience: 4,
            batch: 32,
            learning_rate: match unfrozen {
                Unfrozen::Block5 => 2e-4,
                Unfrozen::Blocks4And5 => 5e-5,
            },
            head_pace: 10.0,
            warm_up: 0.1,
            pull: 1.0,
            label_smoothing: 0.05,
            average: 0.99,
            views: 1,
            seed: 1,
        }
    }

    /// Refuses settings that no run can have.
    pub(super) fn check(&self) -> Result<(), TrainError> {
        let refuse = |what: &str| Err(TrainError::Settings(what.to_owned()));
        if !(1..=MOST_EPOCHS).contains(&self.epochs) || self.patience == 0 {
            return refuse("a run has 1 to 2,000 epochs, and a patience of at least one");
        }
        if self.batch == 0 || self.unfrozen.side(self.size) == 0 {
            return refuse("a batch needs at least one photo, and a photo at least 16 pixels a side");
        }
        let rates = [self.learning_rate, self.head_pace];
        if !rates.iter().all(|rate| *rate > 0.0 && rate.is_finite()) {
            return refuse("the learning rate must be above 0, and the head's pace too");
        }
        if !(0.0..1.0).contains(&(self.pull * self.learning_rate)) {
            return refuse("a step may not draw weights further than to where they began");
        }
        let share = |value: f64| (0.0..1.0).contains(&value);
        if !share(self.warm_up) || !share(self.label_smoothing) || !share(self.average) {
            return refuse("warm-up, label smoothing and average are shares below 1");
        }
        Ok(())
    }
}

impl Schedule for FineTuningSettings {
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
        self.pull
    }

    fn kept_of_average(&self, step: usize) -> f64 {
        kept_of_average(self.average, step)
    }

    fn label_smoothing(&self) -> f64 {
        self.label_smoothing
    }

    fn patience(&self) -> Option<usize> {
        Some(self.patience)
    }
}
