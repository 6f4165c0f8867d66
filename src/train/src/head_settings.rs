//! How a head is trained.

use headstart_protocol::{HeadKind, OptimizerKind, TrainingSettings};
use headstart_weights::head::HeadArchitecture;
use serde::Serialize;

use crate::TrainError;

/// The most epochs: each has a place in the history and in the chart.
pub(crate) const MOST_EPOCHS: usize = 2000;

/// How a head is trained: a visitor's [`TrainingSettings`] with all that they leave open.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeadSettings {
    /// The head's layers.
    pub architecture: HeadArchitecture,
    /// The optimizer: Adam (Kingma and Ba, "Adam", ICLR 2015), or RMSprop (Tieleman and Hinton, "RMSProp", 2012) without
    /// momentum.
    pub optimizer: OptimizerKind,
    /// Passes over the training examples, at most.
    pub epochs: usize,
    /// Examples a step, at most: an epoch's examples are dealt evenly over its steps.
    pub batch: usize,
    /// The optimizer's learning rate in the first epoch; it falls to nothing along a half cosine. It is that of
    /// descriptors whose numbers have a root mean square of 1: the trainer scales them so.
    pub learning_rate: f64,
    /// Inverse regularisation: the penalty is `|w|² / (2 · c · n)` for `n` training examples, beside the mean
    /// cross-entropy, where `w` are the finished head's weights without biases. scikit-learn's `LogisticRegression` has
    /// the same, but for two classes keeps one row of weights instead of two opposite ones: its `C` is then `2 · c`.
    pub c: f64,
    /// Early stopping: epochs without a lower validation loss after which the training ends.
    pub patience: usize,
    /// The share of the epochs that pass before one can be the best, or the run end. On its way to its minimum a linear
    /// head passes points of lower validation loss, for being surer of itself, but of lower accuracy.
    pub settling: f64,
    /// Whether examples of rarer classes count more, so that every class counts the same.
    pub balance: bool,
    /// Seed of the folds, the initial weights, the order of examples, and dropout.
    pub seed: u64,
}

impl Default for HeadSettings {
    /// A linear head: what reaches the optimum of logistic regression on descriptors of photos.
    fn default() -> Self {
        Self {
            architecture: HeadArchitecture::Linear,
            optimizer: OptimizerKind::Adam,
            epochs: 100,
            batch: 1024,
            learning_rate: 0.005,
            c: 5.0,
            patience: 20,
            settling: 0.5,
            balance: true,
            seed: 1,
        }
    }
}

impl From<&TrainingSettings> for HeadSettings {
    /// The defaults for the kind of head that is asked for, but for what else is asked for.
    fn from(asked: &TrainingSettings) -> Self {
        let defaults = Self::of(match asked.head {
            HeadKind::Linear => HeadArchitecture::Linear,
            kind @ (HeadKind::Hidden | HeadKind::Classic) => {
                HeadArchitecture::Mlp { hidden: kind.hidden().to_vec(), dropout: asked.dropout }
            }
        });
        Self {
            optimizer: asked.optimizer,
            epochs: asked.epochs.map_or(defaults.epochs, |epochs| epochs as usize),
            batch: asked.batch.map_or(defaults.batch, |batch| batch as usize),
            learning_rate: asked.learning_rate.unwrap_or(defaults.learning_rate),
            c: asked.c.unwrap_or(defaults.c),
            patience: asked.patience as usize,
            balance: asked.balance,
            seed: u64::from(asked.seed),
            ..defaults
        }
    }
}

impl HeadSettings {
    /// The defaults for heads of `architecture`.
    #[must_use]
    pub fn of(architecture: HeadArchitecture) -> Self {
        match architecture {
            HeadArchitecture::Linear => Self::default(),
            // Hidden layers overfit within few steps, and their penalty sums over far more weights.
            HeadArchitecture::Mlp { .. } => Self {
                architecture,
                epochs: 40,
                batch: 64,
                learning_rate: 0.001,
                c: 1e5,
                settling: 0.0,
                ..Self::default()
            },
        }
    }

    /// The first epoch, counted from 1, that can be the best.
    pub(crate) fn settled(&self) -> usize {
        ((self.epochs as f64 * self.settling) as usize).min(self.epochs - 1) + 1
    }

    /// # Errors
    /// [`TrainError::Settings`] where no run could have these.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        let wrong = |what: &str| Err(TrainError::Settings(what.to_owned()));
        if self.epochs == 0 || self.batch == 0 {
            return wrong("there must be at least one epoch and one photo a step");
        }
        if self.epochs > MOST_EPOCHS {
            return wrong(&format!("there can be {MOST_EPOCHS} epochs at most"));
        }
        if let HeadArchitecture::Mlp { dropout, .. } = &self.architecture
            && !(0.0..1.0).contains(dropout)
        {
            return wrong("the share of hidden values dropped must be at least 0 and below 1");
        }
        // Infinite is no penalty at all.
        if self.c.is_nan() || self.c <= 0.0 {
            return wrong("the inverse regularisation must be above zero");
        }
        if self.learning_rate.is_nan() || self.learning_rate <= 0.0 {
            return wrong("the learning rate must be above zero");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_asked_for_is_the_default_of_the_heads_kind() {
        let asked = TrainingSettings::default();
        assert_eq!(HeadSettings::from(&asked), HeadSettings::default());
        let asked = TrainingSettings { head: HeadKind::Classic, epochs: Some(7), seed: 3, dropout: 0.5, ..asked };
        let architecture = HeadArchitecture::Mlp { hidden: vec![512, 512], dropout: 0.5 };
        let expected = HeadSettings { epochs: 7, seed: 3, ..HeadSettings::of(architecture) };
        assert_eq!(HeadSettings::from(&asked), expected);
    }
}
