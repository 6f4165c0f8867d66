//! What every run has in common: which way the weights go, how far, and what dropout drops.

use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::tensor::Device;
use headstart_weights::head::HeadArchitecture;
use rand::Rng;

use crate::{HeadSettings, generator};

/// Stream of [`generator`] for dropout's masks.
const DROPOUT: u64 = 3 << 32;

/// Whoever draws from the CPU backend's generator: everyone in the program shares it.
static DRAWING: Mutex<()> = Mutex::new(());

/// Seeds what dropout draws on `device`, so that step `step`, counted from the run's first one, is the same whatever ran
/// in between. No other run draws while the guard is held.
pub(crate) fn seed_dropout(seed: u64, step: usize, device: &Device) -> MutexGuard<'static, ()> {
    // A run that panicked while it drew has left nothing that matters.
    let guard = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
    device.seed(generator(seed, DROPOUT + step as u64).random());
    guard
}

impl HeadSettings {
    /// The learning rate of a step, of so many an epoch, counted from the first of the run.
    pub(crate) fn rate(&self, step: usize, an_epoch: usize) -> f64 {
        let progress = step as f64 / (self.epochs * an_epoch) as f64;
        self.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
    }

    /// As [`seed_dropout`], where the head has any.
    pub(crate) fn seed_dropout(&self, step: usize, device: &Device) -> Option<MutexGuard<'static, ()>> {
        let drops = matches!(self.architecture, HeadArchitecture::Mlp { .. });
        drops.then(|| seed_dropout(self.seed, step, device))
    }

    /// What the sum of a layer's squared weights is multiplied by in the objective, for `n` training examples and
    /// weights that `factor` multiplies before the head is finished: see [`Self::c`].
    pub(crate) fn penalty(c: f64, n: usize, squared_factor: f64) -> f64 {
        squared_factor / (2.0 * c * n as f64)
    }
}
