//! A run as bytes, to go on from later: a safetensors file of all its tensors, with the rest as JSON in its metadata.

use std::borrow::Cow;
use std::sync::Arc;

use burn::tensor::Device;
use headstart_protocol::Epoch;
use safetensors::{Dtype, SafeTensors, View};
use serde::{Deserialize, Serialize};

use super::trainer::Totals;
use super::{BestEpoch, LabelledPhotos, ScratchSettings, ScratchTrainer};
use crate::TrainError;

/// The key of the state in the file's metadata.
const KEY: &str = "headstart-checkpoint";
/// The version of the format.
const VERSION: u32 = 1;

/// All of a run but its tensors.
#[derive(Serialize, Deserialize)]
struct State {
    version: u32,
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
        let mut tensors = Vec::new();
        for ((name, _), parameter) in names.iter().zip(&self.parameters) {
            tensors.push((format!("{name}.values"), Floats::new(&parameter.values)));
            tensors.push((format!("{name}.means"), Floats::new(&parameter.means)));
            tensors.push((format!("{name}.squares"), Floats::new(&parameter.squares)));
            tensors.push((format!("{name}.average"), Floats::new(&parameter.average)));
        }
        for ((name, _), weights) in names.iter().zip(self.best.iter().flat_map(|best| &best.weights)) {
            tensors.push((format!("{name}.best"), Floats::new(weights)));
        }
        let best = self.best.as_ref();
        let state = State {
            version: VERSION,
            settings: self.settings.clone(),
            classes: self.classes.clone(),
            digests: self.digests.clone(),
            steps: self.steps,
            loss: self.totals.loss,
            right: self.totals.right,
            history: self.history.clone(),
            best: best.map(|best| BestFigures { epoch: best.epoch, accuracy: best.accuracy, loss: best.loss }),
        };
        let json = serde_json::to_string(&state).map_err(wrong)?;
        safetensors::serialize(tensors, Some([(KEY.to_owned(), json)].into_iter().collect())).map_err(wrong)
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
        let refuse = |what: &str| Err(TrainError::Checkpoint(what.to_owned()));
        let (_, metadata) = SafeTensors::read_metadata(checkpoint).map_err(wrong)?;
        let Some(json) = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY)) else {
            return refuse("it is no checkpoint");
        };
        let state: State = serde_json::from_str(json).map_err(wrong)?;
        let mut trainer = Self::new(settings, classes, training, validation, device)?;
        if state.version != VERSION {
            return refuse("it is of another release");
        }
        if state.settings != trainer.settings {
            return refuse("it was begun with other settings");
        }
        if state.classes != trainer.classes || state.digests != trainer.digests {
            return refuse("it was begun with other photos");
        }
        let batches = trainer.loader().batches();
        let epochs = state.history.len();
        if epochs > trainer.settings.epochs || !(epochs * batches..=(epochs + 1) * batches).contains(&state.steps) {
            return refuse("its steps and its epochs do not fit together");
        }
        let file = SafeTensors::deserialize(checkpoint).map_err(wrong)?;
        let names = trainer.settings.architecture.tensors();
        for ((name, shape), parameter) in names.iter().zip(&mut trainer.parameters) {
            let read = |part: &str| floats(&file, &format!("{name}.{part}"), shape.iter().product());
            parameter.values = read("values")?;
            parameter.means = read("means")?;
            parameter.squares = read("squares")?;
            parameter.average = read("average")?;
        }
        if let Some(BestFigures { epoch, accuracy, loss }) = state.best {
            let read =
                |(name, shape): &(String, Vec<usize>)| floats(&file, &format!("{name}.best"), shape.iter().product());
            let weights = names.iter().map(read).collect::<Result<_, _>>()?;
            trainer.best = Some(BestEpoch { epoch, accuracy, loss, weights });
        }
        trainer.steps = state.steps;
        trainer.totals = Totals { loss: state.loss, right: state.right };
        trainer.history = state.history;
        Ok(trainer)
    }
}

/// The `len` numbers of the tensor `name`.
fn floats(file: &SafeTensors<'_>, name: &str, len: usize) -> Result<Vec<f32>, TrainError> {
    let tensor = file.tensor(name).map_err(wrong)?;
    if tensor.dtype() != Dtype::F32 || tensor.shape() != [len] {
        return Err(TrainError::Checkpoint(format!("{name} has another shape than the network's")));
    }
    Ok(tensor.data().as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
}

#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn wrong(error: impl ToString) -> TrainError {
    TrainError::Checkpoint(error.to_string())
}

/// 32-bit floats on their way into a file.
struct Floats<'a> {
    shape: [usize; 1],
    values: &'a [f32],
}

impl<'a> Floats<'a> {
    fn new(values: &'a [f32]) -> Self {
        Self { shape: [values.len()], values }
    }
}

impl View for Floats<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn data_len(&self) -> usize {
        4 * self.values.len()
    }
}
