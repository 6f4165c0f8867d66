//! Page to worker.

use serde::{Deserialize, Serialize};

use crate::{Comparison, InputSize, ProjectManifest, Training};

/// What the page asks of its worker. `Start` comes first and once; the rest may follow at any time and are answered in
/// order once the engine is ready.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Open the device, fetch the weights and warm up: answered by [`crate::Event::Ready`] or
    /// [`crate::Event::StartFailed`], with [`crate::Event::Loading`] on the way.
    Start(Start),
    /// Say what is on a photo: answered by [`crate::Event::Predicted`] or [`crate::Event::PhotoFailed`] with this `id`.
    Classify {
        /// Chosen by the page, returned with the answer.
        id: u64,
        /// The photo.
        photo: Photo,
        /// Whether the shipped CNN is to answer too, if it is open.
        compare: bool,
    },
    /// Time the base on the golden pattern: answered by [`crate::Event::Benched`].
    Bench(Bench),
    /// Run the golden pattern through every stage: answered by [`crate::Event::ParityMeasured`].
    Parity,
    /// Say what the base says of a photo, for training: answered by [`crate::Event::Described`] or
    /// [`crate::Event::PhotoFailed`] with this `id`.
    Describe {
        /// Chosen by the page, returned with the answer; one row of numbers with [`Command::Classify`].
        id: u64,
        /// The photo's file.
        photo: Photo,
        /// The project's size.
        size: InputSize,
        /// Augmented views of it that are to be described too.
        views: u32,
    },
    /// Train a head: answered by any number of [`crate::Event::TrainingProgressed`] and then
    /// [`crate::Event::Trained`] or [`crate::Event::TrainingFailed`]. It runs beside other commands.
    Train(Box<Training>),
    /// End that run with the best head, the best CNN or the points so far, if it still goes on.
    StopTraining {
        /// [`Training::run`].
        run: u32,
    },
    /// Keep a photo small, for the CNN: answered by [`crate::Event::Kept`] or [`crate::Event::PhotoFailed`] with this
    /// `id`.
    Keep {
        /// Chosen by the page, returned with the answer; one row of numbers with [`Command::Classify`].
        id: u64,
        /// The photo's file.
        photo: Photo,
    },
    /// Train a small CNN from scratch: answered by any number of [`crate::Event::ScratchProgressed`] and then
    /// [`crate::Event::ScratchTrained`] or [`crate::Event::ScratchFailed`]. It runs beside other commands.
    TrainScratch(Box<Comparison>),
    /// Measure how good a head and a CNN are with how many photos: answered by any number of
    /// [`crate::Event::CurveProgressed`] and then [`crate::Event::CurveEnded`]. It runs beside other commands.
    DrawCurve(Box<Comparison>),
    /// Fetch what ships for the comparison, the CNN among it: answered by [`crate::Event::ComparisonOpened`].
    OpenComparison,
    /// Say what layers of the base respond to on a photo: answered by [`crate::Event::FeatureMaps`] or
    /// [`crate::Event::PhotoFailed`] with this `id`.
    ShowLayers {
        /// Chosen by the page, returned with the answer; one row of numbers with [`Command::Classify`].
        id: u64,
        /// The photo.
        photo: Photo,
    },
    /// Let this head answer beside the shipped one from now on: answered by [`crate::Event::HeadOpened`] or
    /// [`crate::Event::HeadRefused`]. The head before stays in use where it is refused.
    OpenHead(#[serde(with = "serde_bytes")] Vec<u8>),
    /// Let the shipped head answer alone again.
    CloseHead,
    /// Begin a zip in place of one that was begun before.
    ZipBegin,
    /// Put a file into it: answered by [`crate::Event::ZipPart`].
    ZipAdd {
        /// Its path in the zip.
        path: String,
        /// Its bytes.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// Put the project into it and end it: answered by a last [`crate::Event::ZipPart`].
    ZipFinish(Box<ProjectManifest>),
    /// Take a zip apart: answered by [`crate::Event::ZipFile`] for each picture or head in it and then
    /// [`crate::Event::ZipRead`], or by [`crate::Event::ZipRefused`].
    ZipRead(#[serde(with = "serde_bytes")] Vec<u8>),
}

/// How to start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Address of the page's folder, with a trailing slash; the other addresses are relative to it.
    pub base_url: String,
    /// The GPU adapter's own words about itself, as the page heard them; empty on the CPU.
    pub adapter: String,
    /// The input size, or `None` for the device's default.
    pub size: Option<InputSize>,
    /// Another weight file (float32 safetensors or ours) than the shipped one, of the same origin.
    pub weights: Option<String>,
    /// Another head file than the shipped one, relative to the page.
    pub head: Option<String>,
}

/// A photo on its way to the worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Photo {
    /// A file's bytes, in whatever format.
    Encoded(#[serde(with = "serde_bytes")] Vec<u8>),
    /// A camera frame: 8-bit RGBA, row by row from the top, not scaled.
    Rgba {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// `4 * width * height` bytes.
        #[serde(with = "serde_bytes")]
        pixels: Vec<u8>,
    },
}

/// What to time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bench {
    /// Runs after one warm-up.
    pub runs: u32,
    /// Photos a run.
    pub batch: u32,
}
