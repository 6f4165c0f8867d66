//! All that crosses between the page and its worker: [`Command`]s one way, [`Event`]s the other, as bytes.
//!
//! A message is the protocol's version (`u32`, little endian) and then the value in postcard's encoding. The version
//! comes first so that a worker cached from another release is a clear error ([`WireError::Version`]) and not a wrong
//! answer.

mod archive;
mod command;
mod compare;
mod device;
mod error;
mod event;
mod teach;
mod wire;

pub use archive::{PROJECT_VERSION, ProjectClass, ProjectManifest, ProjectPhoto, Unzipped};
pub use command::{Bench, Command, Photo, Start};
pub use compare::{
    Comparison, CurveEnd, CurvePoint, CurveProgress, FeatureMap, LayerMaps, Learner, ModelFacts, RunRecord,
    ScratchResult, Shipped, TestRecord,
};
pub use device::{Backend, InputSize};
pub use error::{ErrorKind, Failure};
pub use event::{BenchReport, Event, OwnPrediction, Prediction, Ready, Transfer};
pub use teach::{
    ClassFigures, DESCRIPTOR_BYTES, Description, Epoch, Example, Figure, HeadKind, HeadSummary, OptimizerKind,
    PhotoHash, THUMBNAIL, Training, TrainingProgress, TrainingResult, TrainingSettings, Validation,
};
pub use wire::{PROTOCOL_VERSION, WireError, decode, encode};
