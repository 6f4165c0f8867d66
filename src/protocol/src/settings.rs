//! What a training's settings can be. They come from the page's form, but also out of a project that somebody else made.

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::{TrainingSettings, Validation};

/// A setting of [`TrainingSettings`] that has a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Setting {
    /// [`TrainingSettings::epochs`].
    Epochs,
    /// [`TrainingSettings::batch`].
    BatchSize,
    /// [`TrainingSettings::learning_rate`].
    LearningRate,
    /// [`TrainingSettings::dropout`].
    Dropout,
    /// [`TrainingSettings::c`].
    C,
    /// [`TrainingSettings::patience`].
    Patience,
    /// The share of [`Validation::HoldOut`].
    HeldOutShare,
    /// [`TrainingSettings::views`].
    Views,
}

impl fmt::Display for Setting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Epochs => "epochs",
            Self::BatchSize => "batch size",
            Self::LearningRate => "learning rate",
            Self::Dropout => "dropout",
            Self::C => "C",
            Self::Patience => "patience",
            Self::HeldOutShare => "held-out share",
            Self::Views => "augmented views",
        })
    }
}

/// A setting that no training can have.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("the setting “{setting}” is not from {} to {}", short(*.least), short(*.most))]
pub struct SettingOutOfRange {
    /// The setting.
    pub setting: Setting,
    /// The least that it can be.
    pub least: f64,
    /// The most that it can be.
    pub most: f64,
}

/// `number` without a row of zeros.
fn short(number: f64) -> String {
    if number == 0.0 || (1e-6..1e15).contains(&number.abs()) { number.to_string() } else { format!("{number:e}") }
}

impl TrainingSettings {
    /// Passes over the photos.
    pub const EPOCHS: RangeInclusive<u32> = 1..=2_000;
    /// Photos a step.
    pub const BATCH: RangeInclusive<u32> = 1..=100_000;
    /// The learning rate. A rate that makes a training diverge is a legitimate experiment.
    pub const LEARNING_RATE: RangeInclusive<f64> = 1e-12..=1e30;
    /// The share of hidden values dropped.
    pub const DROPOUT: RangeInclusive<f64> = 0.0..=0.95;
    /// Inverse strength of the penalty.
    pub const C: RangeInclusive<f64> = 1e-9..=1e9;
    /// Epochs of early stopping.
    pub const PATIENCE: RangeInclusive<u32> = 1..=10_000;
    /// The share of photos held out: some must be left on either side.
    pub const HELD_OUT: RangeInclusive<f64> = 0.01..=0.9;
    /// Augmented views a photo: each is a pass through the base.
    pub const VIEWS: RangeInclusive<u32> = 0..=16;

    /// Checks that each setting is in its range. Numbers that are not finite are in none.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), SettingOutOfRange> {
        within(Setting::Epochs, self.epochs, &Self::EPOCHS)?;
        within(Setting::BatchSize, self.batch, &Self::BATCH)?;
        within(Setting::LearningRate, self.learning_rate, &Self::LEARNING_RATE)?;
        within(Setting::Dropout, Some(self.dropout), &Self::DROPOUT)?;
        within(Setting::C, self.c, &Self::C)?;
        within(Setting::Patience, Some(self.patience), &Self::PATIENCE)?;
        within(Setting::Views, Some(self.views), &Self::VIEWS)?;
        let share = match self.validation {
            Validation::Cross => None,
            Validation::HoldOut(share) => Some(share),
        };
        within(Setting::HeldOutShare, share, &Self::HELD_OUT)
    }
}

/// Whether `value`, where there is one, is in `range`.
fn within<N: PartialOrd + Copy + Into<f64>>(
    setting: Setting,
    value: Option<N>,
    range: &RangeInclusive<N>,
) -> Result<(), SettingOutOfRange> {
    let (least, most) = (*range.start(), *range.end());
    match value {
        Some(value) if !range.contains(&value) => {
            Err(SettingOutOfRange { setting, least: least.into(), most: most.into() })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: fn(&mut TrainingSettings)) -> Option<Setting> {
        let mut settings = TrainingSettings::default();
        change(&mut settings);
        settings.check().err().map(|error| error.setting)
    }

    #[test]
    fn the_defaults_and_the_ends_of_the_ranges_are_taken() {
        assert_eq!(TrainingSettings::default().check(), Ok(()));
        assert_eq!(refused(|s| (s.epochs, s.batch) = (Some(2_000), Some(100_000))), None);
        assert_eq!(refused(|s| (s.c, s.learning_rate) = (Some(1e9), Some(1e30))), None);
        assert_eq!(refused(|s| (s.dropout, s.views, s.patience) = (0.0, 16, 1)), None);
        assert_eq!(refused(|s| s.validation = Validation::HoldOut(0.5)), None);
    }

    #[test]
    fn a_setting_out_of_its_range_is_named() {
        assert_eq!(refused(|s| s.epochs = Some(0)), Some(Setting::Epochs));
        assert_eq!(refused(|s| s.epochs = Some(u32::MAX)), Some(Setting::Epochs));
        assert_eq!(refused(|s| s.batch = Some(0)), Some(Setting::BatchSize));
        assert_eq!(refused(|s| s.learning_rate = Some(f64::NAN)), Some(Setting::LearningRate));
        assert_eq!(refused(|s| s.learning_rate = Some(f64::INFINITY)), Some(Setting::LearningRate));
        assert_eq!(refused(|s| s.dropout = 1.0), Some(Setting::Dropout));
        assert_eq!(refused(|s| s.dropout = f64::NAN), Some(Setting::Dropout));
        assert_eq!(refused(|s| s.c = Some(-1.0)), Some(Setting::C));
        assert_eq!(refused(|s| s.patience = 0), Some(Setting::Patience));
        assert_eq!(refused(|s| s.views = u32::MAX), Some(Setting::Views));
        let rate = TrainingSettings { learning_rate: Some(-1.0), ..TrainingSettings::default() };
        let words = rate.check().map_err(|error| error.to_string());
        assert_eq!(words, Err("the setting “learning rate” is not from 1e-12 to 1e30".to_owned()));
        for share in [0.0, 1.0, -0.5, f64::NAN] {
            let settings = TrainingSettings { validation: Validation::HoldOut(share), ..TrainingSettings::default() };
            assert_eq!(settings.check().map_err(|error| error.setting), Err(Setting::HeldOutShare), "{share}");
        }
    }
}
