//! What can go wrong on the page's side, each a sentence that says what happened and what to do.

use headstart_protocol::{ErrorKind, Failure, WireError};

use crate::wording::mebibytes;

/// A failure that the page notices by itself; what fails in the worker arrives as a [`Failure`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PageError {
    /// `?backend=` names no device.
    #[error("The address asks for the device “{name}”, which does not exist. Use ?backend=cpu or ?backend=webgpu.")]
    UnknownBackend { name: String },
    /// `?size=` names no input size.
    #[error(
        "The address asks for photos of {value} pixels, but there is no head for that. Use ?size=150 or ?size=224."
    )]
    UnknownSize { value: String },
    /// A counting parameter that is no positive number.
    #[error("The address says {name}={value}, which is not a whole number above zero. Change it or leave it out.")]
    NotANumber { name: &'static str, value: String },
    /// The worker's script could not be loaded, or stopped.
    #[error(
        "The part of this page that looks at photos could not start or stopped ({detail}). Try again, or reload the page."
    )]
    WorkerFailed { detail: String },
    /// A photo during which the worker stopped, twice.
    #[error(
        "The engine stopped twice while it looked at this photo, so the photo is skipped. Try a smaller copy of it."
    )]
    PhotoStopsEngine,
    /// A message that cannot be read.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A file without bytes.
    #[error("This file is empty. If it lies in a cloud folder, download it first; otherwise pick another one.")]
    EmptyFile,
    /// A file over the limit.
    #[error("This file has {}, more than the {} that fit here. Save the photo smaller and try again.", mebibytes(*.bytes), mebibytes(*.limit))]
    FileTooLarge { bytes: u64, limit: u64 },
    /// The browser does not hand the bytes over.
    #[error("The browser could not read this file ({detail}). If it was moved or changed, pick it again.")]
    UnreadableFile { detail: String },
    /// A folder was dropped.
    #[error("This is a folder. Open it and drop the photos that lie in it.")]
    Folder,
    /// Something without files was dropped.
    #[error("There is no picture in what you dropped. Save the picture to your machine and drop that file.")]
    NothingDropped,
    /// A sample picture could not be fetched.
    #[error("The sample picture could not be fetched ({detail}). Check the connection and try again.")]
    SampleFailed { detail: String },
    /// No camera.
    #[error("No camera was found. Connect one and try again, or pick a photo instead.")]
    NoCamera,
    /// The camera was refused.
    #[error(
        "The camera is blocked for this page. Allow it in the browser's settings for this site and try again, or pick a photo instead."
    )]
    CameraRefused,
    /// The camera gives no picture.
    #[error(
        "The camera gives no picture ({detail}). Close other programs that use it and try again, or pick a photo instead."
    )]
    CameraFailed { detail: String },
    /// The page came over plain http.
    #[error(
        "The browser gives a camera only to pages opened over https:// or from localhost. Open the page that way, or pick a photo instead."
    )]
    InsecureCamera,
}

impl PageError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownBackend { .. } => ErrorKind::BackendUnavailable,
            Self::UnknownSize { .. } => ErrorKind::HeadMismatch,
            Self::NotANumber { .. } => ErrorKind::Internal,
            Self::WorkerFailed { .. } | Self::PhotoStopsEngine => ErrorKind::WorkerFailed,
            Self::Wire(WireError::Version { .. }) => ErrorKind::VersionMismatch,
            Self::Wire(WireError::Malformed) => ErrorKind::WorkerFailed,
            Self::EmptyFile => ErrorKind::EmptyFile,
            Self::FileTooLarge { .. } => ErrorKind::ImageTooLarge,
            Self::UnreadableFile { .. } | Self::Folder => ErrorKind::UnreadableFile,
            Self::NothingDropped => ErrorKind::NotAnImage,
            Self::SampleFailed { .. } => ErrorKind::DownloadFailed,
            Self::NoCamera => ErrorKind::NoCamera,
            Self::CameraRefused => ErrorKind::CameraRefused,
            Self::CameraFailed { .. } => ErrorKind::CameraFailed,
            Self::InsecureCamera => ErrorKind::InsecureContext,
        }
    }
}

impl From<PageError> for Failure {
    fn from(error: PageError) -> Self {
        Self::new(error.kind(), error.to_string())
    }
}
