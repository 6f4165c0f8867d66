//! What can go wrong in the worker.

use headstart_nn::NnError;
use headstart_protocol::{Backend, ErrorKind, Failure};
use headstart_vision::VisionError;
use headstart_weights::WeightsError;

/// The worker could not do what the page asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    #[error("{0}")]
    Photo(#[from] VisionError),
    #[error("This browser cannot read the picture's format ({0}) either. Save it as JPEG or PNG and try again.")]
    UnsupportedFormat(String),
    #[error("{file} could not be fetched ({reason}). Check the connection and reload the page.")]
    Download { file: String, reason: String },
    #[error(
        "The host answered {file} with a web page instead of the file. Whoever hosts this site must upload the folder `models` too."
    )]
    WrongContent { file: String },
    #[error(
        "{file} has arrived, but its bytes are not those of this release. Reload the page; if that does not help, the host's copy is damaged."
    )]
    WrongHash { file: String },
    #[error("{file}: {error}")]
    Weights { file: String, error: WeightsError },
    #[error(
        "The head was trained for another base, or for another input size than {asked}×{asked}. Open it without `?size=`, or train it again."
    )]
    HeadMismatch { asked: usize },
    #[error("No head for {0}×{0} ships with this page. Use `?size=150` or `?size=224`.")]
    NoHead(usize),
    #[error("WebGPU cannot be used here: {0} Open the page without `?backend=webgpu` to use the processor.")]
    NoWebGpu(String),
    #[error("This {} computes features that are off by {error:.1e} where {bound:.0e} is allowed.", .backend.name())]
    DeviceWrong { backend: Backend, error: f64, bound: f64 },
    #[error("The GPU stopped answering ({0}).")]
    DeviceLost(String),
    #[error("{0}")]
    Model(#[from] NnError),
    #[error("The engine was asked for an answer before it was started. Reload the page.")]
    NotStarted,
    #[error("This browser refused a step that it should allow ({0}). Reload the page, or try another browser.")]
    Browser(String),
}

impl EngineError {
    /// As the page shows it.
    pub(crate) fn failure(&self) -> Failure {
        Failure::new(self.kind(), self.to_string())
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Photo(error) => match error {
                VisionError::Empty => ErrorKind::EmptyFile,
                VisionError::NotAnImage => ErrorKind::NotAnImage,
                VisionError::Damaged(_) | VisionError::BadFrame { .. } => ErrorKind::DamagedImage,
                VisionError::TooLarge { .. } => ErrorKind::ImageTooLarge,
                VisionError::Unsupported { .. } => ErrorKind::UnsupportedFormat,
            },
            Self::UnsupportedFormat(_) => ErrorKind::UnsupportedFormat,
            Self::Download { .. } => ErrorKind::DownloadFailed,
            Self::WrongContent { .. } => ErrorKind::WrongContent,
            Self::WrongHash { .. } | Self::Weights { .. } => ErrorKind::CorruptWeights,
            Self::HeadMismatch { .. } | Self::NoHead(_) => ErrorKind::HeadMismatch,
            Self::NoWebGpu(_) => ErrorKind::BackendUnavailable,
            Self::DeviceWrong { .. } => ErrorKind::DeviceWrong,
            Self::DeviceLost(_) => ErrorKind::DeviceLost,
            Self::Model(_) | Self::NotStarted | Self::Browser(_) => ErrorKind::Internal,
        }
    }
}

/// A JavaScript exception in words.
pub(crate) fn exception(value: &wasm_bindgen::JsValue) -> String {
    use wasm_bindgen::JsCast;
    match value.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{value:?}"),
    }
}

impl From<wasm_bindgen::JsValue> for EngineError {
    fn from(value: wasm_bindgen::JsValue) -> Self {
        Self::Browser(exception(&value))
    }
}
