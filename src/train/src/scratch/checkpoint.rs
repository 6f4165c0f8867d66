//! A run as bytes, to go on from later: all its tensors, and the rest beside them.

use std::sync::Arc;

use burn::tensor::Device;
use headstart_protocol::Epoch;
use serde::{Deserialize, Serialize};

use super::parameter::Parameter;
use super::trainer::Totals;
use super::{BestEpoch, LabelledPhotos, ScratchSettings, ScratchTrainer};
use crate::TrainError;
use crate::checkpoint::{Named, Opened, write};

/// All of a run but its tensors.
#[derive(Serialize, Deserialize)]
struct State {
    settings: ScratchSettings,
    classes: Vec<String>,
    digests: [String; 2],
    steps: usize,
    loss: f64,
    right: usize,
    history: Vec<Epoch>,
    best: Option<BestFigures>,
}

/// [`BestEpoch`] without its weights.
#[derive(Serialize, Deserialize)]
struct BestFigures {
    epoch: u32,
    accuracy: Option<f64>,
    loss: Option<f64>,
}

impl ScratchTrainer {
    /// The run between two steps, as bytes. A validation that is going on is begun again after them.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] after a step that failed.
    pub fn checkpoint(&self) -> Result<Vec<u8>, TrainError> {
        let names = self.settings.architecture.tensors();
        if !self.settings.architecture.fits(&self.parameters.iter().map(|one| &one.values[..]).collect::<Vec<_>>())
            || !self.totals.loss.is_finite()
        {
            return Err(TrainError::Checkpoint("its last step has failed".into()));
        }
        let mut tensors: Named<'_> = Vec::new();
        for ((name, _), parameter) in names.iter().zip(&self.parameters) {
            let Parameter { values, means, squares, average, .. } = parameter;
            for (part, values) in [("values", values), ("means", means), ("squares", squares), ("average", average)] {
                tensors.push((format!("{name}.{part}"), values.into()));
            }
        }
        for ((name, _), weights) in names.iter().zip(self.best.iter().flat_map(|best| &best.weights)) {
            tensors.push((format!("{name}.best"), weights.into()));
        }
        let best = self.best.as_ref();
        let state = State {
            settings: self.settings.clone(),
            classes: self.classes.clone(),
            digests: self.digests.clone(),
            steps: self.steps,
            loss: self.totals.loss,
            right: self.totals.right,
            history: self.history.clone(),
            best: best.map(|best| BestFigures { epoch: best.epoch, accuracy: best.accuracy, loss: best.loss }),
        };
        write(&state, tensors)
    }

    /// The run in `checkpoint`, which must have begun with the same settings, classes and photos.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] for another run's or damaged bytes; those of [`Self::new`].
    pub fn resume(
        checkpoint: &[u8],
        settings: ScratchSettings,
        classes: &[String],
        training: Arc<LabelledPhotos>,
        validation: Arc<LabelledPhotos>,
        device: &Device,
    ) -> Result<Self, TrainError> {
        let mut trainer = Self::new(settings, classes, training, validation, device)?;
        trainer.restore(checkpoint)?;
        Ok(trainer)
    }

    /// Goes on from `checkpoint` instead of from where the run is. It must be one of a run with the same settings, classes and
    /// photos; where it is not, the run stays as it is.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] for another run's or damaged bytes.
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<(), TrainError> {
        let refuse = |what: &str| Err(TrainError::Checkpoint(what.to_owned()));
        let file = Opened::<State>::new(checkpoint)?;
        let state = &file.state;
        if state.settings != self.settings {
            return refuse("it was begun with other settings");
        }
        if state.classes != self.classes || state.digests != self.digests {
            return refuse("it was begun with other photos");
        }
        let batches = self.loader().batches();
        let epochs = state.history.len();
        if epochs > self.settings.epochs || !(epochs * batches..=(epochs + 1) * batches).contains(&state.steps) {
            return refuse("its steps and its epochs do not fit together");
        }
        if state.best.is_some() != (epochs > 0) {
            return refuse("it has a best epoch without epochs, or none among them");
        }
        let names = self.settings.architecture.tensors();
        let mut parameters = self.parameters.clone();
        for ((name, shape), parameter) in names.iter().zip(&mut parameters) {
            let read = |part: &str| file.floats(&format!("{name}.{part}"), shape.iter().product());
            parameter.values = read("values")?;
            parameter.means = read("means")?;
            parameter.squares = read("squares")?;
            parameter.average = read("average")?;
        }
        let best = match &state.best {
            Some(BestFigures { epoch, accuracy, loss }) => {
                let read =
                    |(name, shape): &(String, Vec<usize>)| file.floats(&format!("{name}.best"), shape.iter().product());
                let weights = names.iter().map(read).collect::<Result<_, _>>()?;
                Some(BestEpoch { epoch: *epoch, accuracy: *accuracy, loss: *loss, weights })
            }
            None => None,
        };
        self.parameters = parameters;
        self.best = best;
        self.check = None;
        self.steps = state.steps;
        self.totals = Totals { loss: state.loss, right: state.right };
        self.history = file.state.history;
        Ok(())
    }
}
