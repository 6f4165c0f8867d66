//! What can go wrong in the worker.

use headstart_archive::ArchiveError;
use headstart_nn::NnError;
use headstart_protocol::Failure;
use headstart_train::TrainError;
use headstart_vision::VisionError;
use headstart_weights::WeightsError;
use wasm_bindgen::{JsCast, JsValue};

/// The worker could not do what the page asked. [`Self::failure`] is what the page is told.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum EngineError {
    /// A photo cannot be decoded.
    #[error(transparent)]
    Photo(#[from] VisionError),
    /// A model file is not what it should be.
    #[error("{file}: {error}")]
    File { file: String, error: WeightsError },
    /// The visitor's head file is not what it should be.
    #[error("the head file: {0}")]
    OwnHead(WeightsError),
    /// A model cannot be built or run.
    #[error(transparent)]
    Model(NnError),
    /// The device gives nothing back any more.
    #[error("the device was lost: {0}")]
    DeviceLost(String),
    /// A head or a CNN cannot be trained.
    #[error(transparent)]
    Train(TrainError),
    /// A zip cannot be read or written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What the worker itself has to say.
    #[error("{0:?}")]
    Own(Failure),
}

impl From<Failure> for EngineError {
    fn from(failure: Failure) -> Self {
        Self::Own(failure)
    }
}

/// A device that gives nothing back is lost, whoever asked it.
impl From<NnError> for EngineError {
    fn from(error: NnError) -> Self {
        match error {
            NnError::Readback(reason) => Self::DeviceLost(reason),
            error => Self::Model(error),
        }
    }
}

impl From<TrainError> for EngineError {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Model(error) => error.into(),
            error => Self::Train(error),
        }
    }
}

impl From<JsValue> for EngineError {
    fn from(value: JsValue) -> Self {
        Self::Own(Failure::Browser { reason: exception(&value) })
    }
}

/// A JavaScript exception in words.
pub(crate) fn exception(value: &JsValue) -> String {
    match value.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{value:?}"),
    }
}
