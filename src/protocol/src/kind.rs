//! The kinds of failures: the worker's and the page's own.

use serde::{Deserialize, Serialize};

/// The kind of a failure; its [`ErrorKind::name`] is what `data-kind` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorKind {
    /// A file of no bytes.
    EmptyFile,
    /// Bytes that are no picture.
    NotAnImage,
    /// A picture cut short or damaged.
    DamagedImage,
    /// A picture that shows nothing: all of one colour, or transparent.
    BlankImage,
    /// A picture whose width, height or bytes exceed the limits.
    ImageTooLarge,
    /// A picture in a format that neither we nor this browser read.
    UnsupportedFormat,
    /// A file that the browser could not hand over.
    UnreadableFile,
    /// No camera on this machine.
    NoCamera,
    /// The visitor, or a policy, refused the camera.
    CameraRefused,
    /// The camera is there but gives no picture (another program holds it, say).
    CameraFailed,
    /// Something needs `https://` or `localhost`.
    InsecureContext,
    /// A file could not be fetched.
    DownloadFailed,
    /// The host answered with something else, most often an HTML page.
    WrongContent,
    /// A weight or head file whose bytes or hashes are off, or of another version.
    CorruptWeights,
    /// A head that was trained on another base or size.
    HeadMismatch,
    /// The browser has no WebAssembly SIMD.
    NoSimd,
    /// The device that the address forces cannot be had.
    BackendUnavailable,
    /// The GPU was lost (driver reset, sleep).
    DeviceLost,
    /// The device computes features that are off.
    DeviceWrong,
    /// The worker could not start, or stopped.
    WorkerFailed,
    /// Page and worker come from different releases.
    VersionMismatch,
    /// A run cannot start: too few classes, a class without photos, settings that no run can have.
    CannotTrain,
    /// A run whose loss is no number any more.
    Diverged,
    /// A class's name that is empty or taken.
    BadName,
    /// A photo that the project has already.
    Duplicate,
    /// A zip that is damaged, or no zip.
    BadZip,
    /// A project from a newer release, or one with a photo missing.
    BadProject,
    /// The browser's database cannot be used, or the disk is full.
    StorageFailed,
    /// A mistake of ours.
    Internal,
}

impl ErrorKind {
    /// The name in `data-kind`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EmptyFile => "empty-file",
            Self::NotAnImage => "not-an-image",
            Self::DamagedImage => "damaged-image",
            Self::BlankImage => "blank-image",
            Self::ImageTooLarge => "image-too-large",
            Self::UnsupportedFormat => "unsupported-format",
            Self::UnreadableFile => "unreadable-file",
            Self::NoCamera => "no-camera",
            Self::CameraRefused => "camera-refused",
            Self::CameraFailed => "camera-failed",
            Self::InsecureContext => "insecure-context",
            Self::DownloadFailed => "download-failed",
            Self::WrongContent => "wrong-content",
            Self::CorruptWeights => "corrupt-weights",
            Self::HeadMismatch => "head-mismatch",
            Self::NoSimd => "no-simd",
            Self::BackendUnavailable => "backend-unavailable",
            Self::DeviceLost => "device-lost",
            Self::DeviceWrong => "device-wrong",
            Self::WorkerFailed => "worker-failed",
            Self::VersionMismatch => "version-mismatch",
            Self::CannotTrain => "cannot-train",
            Self::Diverged => "diverged",
            Self::BadName => "bad-name",
            Self::Duplicate => "duplicate",
            Self::BadZip => "bad-zip",
            Self::BadProject => "bad-project",
            Self::StorageFailed => "storage-failed",
            Self::Internal => "internal",
        }
    }
}
