//! What can go wrong in the worker.

use headstart_archive::ArchiveError;
use headstart_nn::NnError;
use headstart_protocol::{Backend, ErrorKind, Failure};
use headstart_train::TrainError;
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
    #[error(
        "This head was trained on another base than this page has. Open it with the release that made it, or train it again."
    )]
    OtherBase,
    #[error("This head looks at photos of {0}×{0} pixels; here they can have 150×150 or 224×224. Train it again.")]
    HeadSize(usize),
    #[error("No head for {0}×{0} ships with this page. Use `?size=150` or `?size=224`.")]
    NoHead(usize),
    #[cfg_attr(not(feature = "webgpu"), expect(dead_code, reason = "the processor is always there"))]
    #[error("The GPU could not be used ({0}). Without `?backend=webgpu` in the address the processor takes its place.")]
    NoWebGpu(String),
    #[error("This {} computes features that are off by {error:.1e} where {bound:.0e} is allowed.", .backend.name())]
    DeviceWrong { backend: Backend, error: f64, bound: f64 },
    #[error("The GPU stopped answering ({0}).")]
    DeviceLost(String),
    #[error("{0}")]
    Model(NnError),
    #[error("{0}")]
    Train(TrainError),
    #[error("Two classes have the same name, or one has none. Name each one differently.")]
    ClassNames,
    #[error(
        "What the base said of a photo is damaged (number {0} of those to train on). Remove the photo and add it again."
    )]
    Descriptor(usize),
    #[error("The engine does not have all photos for the CNN any more. Start it again.")]
    NotKept,
    #[error("The CNN was stopped before its first epoch was over, so there is none yet. Train again to have one.")]
    StoppedEarly,
    #[error("{file} could not be read as figures of a model ({reason}). The host’s copy is of another release.")]
    Record { file: String, reason: String },
    #[error("{0}")]
    Archive(#[from] ArchiveError),
    #[error("No zip file has been begun. Save the project again.")]
    NoZip,
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
            Self::WrongHash { .. }
            | Self::Weights { .. }
            | Self::Model(
                NnError::Layers
                | NnError::HeadLayers
                | NnError::HeadAnswer { .. }
                | NnError::ScratchLayers(_)
                | NnError::ScratchAnswer { .. },
            ) => ErrorKind::CorruptWeights,
            Self::HeadMismatch { .. }
            | Self::OtherBase
            | Self::HeadSize(_)
            | Self::NoHead(_)
            | Self::Model(NnError::HeadFeatures { .. }) => ErrorKind::HeadMismatch,
            Self::NoWebGpu(_) => ErrorKind::BackendUnavailable,
            Self::DeviceWrong { .. } => ErrorKind::DeviceWrong,
            Self::DeviceLost(_) => ErrorKind::DeviceLost,
            Self::Train(TrainError::Diverged { .. }) => ErrorKind::Diverged,
            Self::Train(TrainError::Unfinished | TrainError::Order(_)) => ErrorKind::Internal,
            Self::Train(_) | Self::Descriptor(_) | Self::NotKept | Self::StoppedEarly => ErrorKind::CannotTrain,
            Self::Record { .. } => ErrorKind::CorruptWeights,
            Self::ClassNames => ErrorKind::BadName,
            Self::Archive(error) if error.is_of_project() => ErrorKind::BadProject,
            Self::Archive(_) => ErrorKind::BadZip,
            Self::Model(NnError::Readback(_)) | Self::NoZip | Self::NotStarted | Self::Browser(_) => {
                ErrorKind::Internal
            }
        }
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
