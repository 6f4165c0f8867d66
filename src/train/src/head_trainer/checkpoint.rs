//! The fit of a head as a checkpoint holds it: between two epochs.

use burn::module::Module;
use burn::tensor::Tensor;
use headstart_protocol::Epoch;
use serde::{Deserialize, Serialize};

use super::{Best, HeadTrainer};
use crate::TrainError;
use crate::checkpoint::{Named, Opened, wrong};
use crate::early_stopping::EarlyStopping;
use crate::parameters::{flat, replaced};
use crate::validator::Validator;

/// The name of [`Best::logits`].
const LOGITS: &str = "fit.logits";

/// All of a fit but its tensors and what it is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FitState {
    /// Every epoch.
    pub(crate) history: Vec<Epoch>,
    /// The epoch of the best head.
    best_epoch: usize,
}

impl HeadTrainer {
    /// Parameters of the head.
    pub(crate) fn parameters(&self) -> usize {
        flat(&self.head.valid()).iter().map(|tensor| tensor.dims()[0]).sum()
    }

    /// The fit after the epochs of `history`, and its tensors on their device.
    pub(crate) fn state(&self, history: &[Epoch]) -> (FitState, Vec<(String, Tensor<1>)>) {
        let mut tensors = self.optimizer.named("fit", flat(&self.head.valid()));
        if self.best.epoch != self.epoch {
            tensors.extend(
                flat(&self.best.head).into_iter().enumerate().map(|(at, best)| (format!("fit.{at}.best"), best)),
            );
        }
        (FitState { history: history.to_vec(), best_epoch: self.best.epoch }, tensors)
    }

    /// The rest of its numbers: what the best head makes of the held-out examples.
    pub(crate) fn logits_state(&self) -> Named<'_> {
        vec![(LOGITS.to_owned(), (&self.best.logits).into())]
    }

    /// Goes on from `state`; the fit stays as it is where that is not one of its own.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`].
    pub(crate) fn restore<S>(&mut self, state: &FitState, file: &Opened<'_, S>) -> Result<(), TrainError> {
        let FitState { history, best_epoch } = state;
        let epochs = history.len();
        if epochs == 0 || epochs > self.epochs || !(1..=epochs).contains(best_epoch) {
            return Err(wrong("its epochs are not those of this training"));
        }
        let logits = match &self.validator {
            Validator::HeldOut(validation) => file.floats(LOGITS, validation.len() * self.weights.len())?,
            Validator::Known(_) | Validator::Nothing => Vec::new(),
        };
        let lens: Vec<usize> = flat(&self.head.valid()).iter().map(|tensor| tensor.dims()[0]).collect();
        let [values, memory] = self.optimizer.read("fit", &lens, file)?;
        let best = if *best_epoch == epochs {
            values.clone()
        } else {
            let best = lens.iter().enumerate().map(|(at, len)| file.floats(&format!("fit.{at}.best"), *len));
            best.collect::<Result<_, _>>()?
        };
        let mut stopping = EarlyStopping::new(self.settings.patience, self.settings.settled());
        for (epoch, loss) in (1..).zip(history).filter_map(|(epoch, figures)| Some((epoch, figures.val_loss?))) {
            stopping.is_best(epoch, loss);
        }
        self.best = Best { epoch: *best_epoch, head: replaced(self.head.clone(), best, &self.device).valid(), logits };
        self.head = replaced(self.head.clone(), values, &self.device);
        self.optimizer.remember(memory, epochs * self.batches.count(), &self.device);
        self.stopping = stopping;
        self.epoch = epochs;
        Ok(())
    }
}
