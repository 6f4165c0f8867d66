//! Worker to page.

use serde::{Deserialize, Serialize};

use crate::{
    Backend, CurveEnd, CurveProgress, Description, Failure, HeadSummary, InputSize, LayerMaps, ScratchResult, Shipped,
    TrainingProgress, TrainingResult, Unzipped,
};

/// What the worker tells the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker runs and waits for [`crate::Command::Start`].
    Alive,
    /// Bytes of the model files so far.
    Loading(Transfer),
    /// The weights are here and verified; the device is being warmed up and checked.
    WarmingUp(Backend),
    /// Photos can be classified.
    Ready(Ready),
    /// The engine could not start. Where `retry_on_cpu` is true a worker on [`Backend::Cpu`] is expected to, and the page
    /// should start one, unless the visitor wants none, and show the failure's words as a note.
    StartFailed {
        /// What happened.
        failure: Failure,
        /// Whether the processor is worth a try.
        retry_on_cpu: bool,
    },
    /// The answer for one photo.
    Predicted {
        /// The `id` of the command.
        id: u64,
        /// The answer.
        prediction: Prediction,
    },
    /// One photo failed; the others go on.
    PhotoFailed {
        /// The `id` of the command.
        id: u64,
        /// What happened.
        failure: Failure,
    },
    /// The answer to [`crate::Command::Bench`].
    Benched(BenchReport),
    /// The answer to [`crate::Command::Parity`]: backend, adapter and the figures of every stage as JSON, which the page
    /// shows as it is for automation to compare.
    ParityMeasured(String),
    /// The answer to [`crate::Command::Describe`].
    Described {
        /// The `id` of the command.
        id: u64,
        /// The answer.
        description: Description,
    },
    /// A training run goes on.
    TrainingProgressed(TrainingProgress),
    /// A training run ended with a head, which answers beside the shipped one from now on.
    Trained(Box<TrainingResult>),
    /// A training run ended without a head; the head before stays in use.
    TrainingFailed {
        /// The run.
        run: u32,
        /// What happened.
        failure: Failure,
    },
    /// The answer to [`crate::Command::Keep`].
    Kept {
        /// The `id` of the command.
        id: u64,
    },
    /// The training of a CNN goes on.
    ScratchProgressed(TrainingProgress),
    /// The training of a CNN ended with one.
    ScratchTrained(Box<ScratchResult>),
    /// The training of a CNN ended without one.
    ScratchFailed {
        /// The run.
        run: u32,
        /// What happened.
        failure: Failure,
    },
    /// A learning curve goes on.
    CurveProgressed(CurveProgress),
    /// A learning curve ended.
    CurveEnded(CurveEnd),
    /// The answer to [`crate::Command::OpenComparison`]; the CNN answers from now on where asked, if there is one.
    ComparisonOpened(Box<Shipped>),
    /// The answer to [`crate::Command::ShowLayers`].
    FeatureMaps {
        /// The `id` of the command.
        id: u64,
        /// From the photo's side.
        layers: Vec<LayerMaps>,
    },
    /// A head answers beside the shipped one from now on.
    HeadOpened(HeadSummary),
    /// A head cannot be used; the one before stays in use.
    HeadRefused(Failure),
    /// The next bytes of the zip that is being written.
    ZipPart {
        /// In the file's order.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
        /// Whether these are the last.
        last: bool,
    },
    /// A file out of the zip that is being read.
    ZipFile {
        /// Its path in the zip.
        path: String,
        /// Its bytes.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// A zip was read to its end.
    ZipRead(Unzipped),
    /// A zip cannot be read, or not to its end.
    ZipRefused(Failure),
    /// The running engine stopped working (its device was lost): a fresh worker is needed.
    Stopped(Failure),
}

/// Progress of the model files on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Bytes here.
    pub loaded: u64,
    /// Bytes in all.
    pub total: u64,
    /// Whether they come from this browser's cache and not over the network.
    pub cached: bool,
}

/// The engine's state once it is ready.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ready {
    /// The device in use.
    pub backend: Backend,
    /// The adapter's own words about itself, empty on the CPU.
    pub adapter: String,
    /// The input size in use.
    pub size: InputSize,
    /// The classes that the head knows, in the order of [`Prediction::probabilities`].
    pub classes: Vec<String>,
    /// Bytes of the model files that came over the network.
    pub fetched_bytes: u64,
}

/// What the head says of one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// One probability a class, in the order of [`Ready::classes`]; they sum to 1.
    pub probabilities: Vec<f32>,
    /// Milliseconds from decoded pixels to the answer.
    pub ms: f64,
    /// Milliseconds that decoding the file took.
    pub decode_ms: f64,
    /// What the visitor's own head says, where one is open.
    pub own: Option<OwnPrediction>,
    /// What the shipped CNN says, where it is open and was asked for; in the order of [`Shipped::scratch_classes`].
    pub scratch: Option<OwnPrediction>,
}

/// What another model than the built-in head says of one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnPrediction {
    /// One probability a class, in the order of its classes ([`HeadSummary::classes`] for a head); they sum to 1.
    pub probabilities: Vec<f32>,
    /// Milliseconds from decoded pixels to the answer, with what the two heads share.
    pub ms: f64,
}

/// Timings of the base on the golden pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchReport {
    /// The device.
    pub backend: Backend,
    /// The adapter's own words about itself, empty on the CPU.
    pub adapter: String,
    /// Side of the input in pixels.
    pub size: u32,
    /// Photos a run.
    pub batch: u32,
    /// Milliseconds of each run.
    pub runs_ms: Vec<f64>,
    /// L2 norm of the 512 pooled features of the golden pattern (before they are normalised).
    pub features_l2: f64,
    /// Bytes of the worker's wasm memory after the runs.
    pub wasm_heap_bytes: u64,
}
