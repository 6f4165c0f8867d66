//! What the worker answers and tells on the way, where it is not of [`crate::TrainingRequest`] or of the comparison.

use serde::{Deserialize, Serialize};

use crate::{Backend, HeadNumber, HeatMap, InputSize};

/// How far a start is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StartProgress {
    /// Bytes of the model files so far.
    Loading(Transfer),
    /// The weights are here and verified; the device is being warmed up and checked.
    WarmingUp(Backend),
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
    /// SHA-256 of the base's file, in hexadecimal digits.
    pub base_sha256: String,
    /// The classes that the head knows, in the order of [`Prediction::probabilities`].
    pub classes: Vec<String>,
    /// Whether the head can say that a photo is like nothing that it was taught.
    pub has_bank: bool,
    /// Bytes of the model files that came over the network.
    pub fetched_bytes: u64,
}

/// What the models say of one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// One probability a class, in the order of [`Ready::classes`]; they sum to 1.
    pub probabilities: Vec<f32>,
    /// How familiar the photo is to the head, 0 to 1 ([`crate::is_known`]); [`None`] where the head does not know.
    pub familiarity: Option<f64>,
    /// Milliseconds from decoded pixels to the answer.
    pub ms: f64,
    /// Workers that computed the pass through the base together.
    pub workers: u32,
    /// Milliseconds that decoding the file took.
    pub decode_ms: f64,
    /// What the visitor's own head says, where one is open.
    pub own: Option<OwnPrediction>,
    /// What the shipped CNN says, where it is open and was asked for.
    pub scratch: Option<ScratchPrediction>,
    /// Why, where it was asked for.
    pub heat: Option<HeatMap>,
}

/// What the visitor's own head says of one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnPrediction {
    /// The head: [`crate::OpenHead::number`].
    pub head: HeadNumber,
    /// One probability a class, in the order of [`crate::HeadSummary::classes`]; they sum to 1.
    pub probabilities: Vec<f32>,
    /// How familiar the photo is to it, as in [`Prediction::familiarity`].
    pub familiarity: Option<f64>,
    /// Milliseconds from decoded pixels to the answer, with what the two heads share.
    pub ms: f64,
}

/// What the shipped CNN says of one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScratchPrediction {
    /// One probability a class, in the order of [`crate::Shipped::scratch_classes`]; they sum to 1.
    pub probabilities: Vec<f32>,
    /// Milliseconds from decoded pixels to the answer.
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
