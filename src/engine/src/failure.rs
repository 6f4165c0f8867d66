//! The worker's errors as the page is told of them.

use headstart_archive::ArchiveError;
use headstart_nn::NnError;
use headstart_protocol::{Failure, Learner, count};
use headstart_train::TrainError;
use headstart_vision::VisionError;
use headstart_weights::WeightsError;

use crate::device::BACKEND;
use crate::error::EngineError;

impl EngineError {
    /// What the page is told.
    pub(crate) fn failure(self) -> Failure {
        match self {
            Self::Photo(error) => of_photo(error),
            Self::File { file, error: WeightsError::WebPage } => Failure::WrongContent { file },
            Self::File { file, error } => Failure::CorruptFile { file, reason: error.to_string() },
            Self::OwnHead(error) => Failure::CorruptHead { reason: error.to_string() },
            Self::Model(error) => of_model(error),
            Self::DeviceLost(reason) => Failure::DeviceLost { backend: BACKEND, reason },
            Self::Train(error) => of_training(error),
            Self::Archive(error) => of_archive(error),
            Self::Own(failure) => failure,
        }
    }
}

fn of_photo(error: VisionError) -> Failure {
    match error {
        VisionError::Empty => Failure::EmptyFile,
        VisionError::NotAnImage => Failure::NotAnImage,
        VisionError::Blank => Failure::BlankImage,
        VisionError::Damaged(reason) => Failure::DamagedImage { reason },
        VisionError::CutShort => Failure::DamagedImage { reason: "its end is missing".to_owned() },
        error @ VisionError::BadFrame { .. } => Failure::DamagedImage { reason: error.to_string() },
        VisionError::FileTooLarge { bytes, limit } => {
            Failure::FileTooLarge { bytes: bytes as u64, limit: limit as u64 }
        }
        VisionError::TooManyPixels { size, max_side, max_pixels } => {
            Failure::ImageTooLarge { size, max_side, max_pixels }
        }
        VisionError::Unsupported { format } => Failure::UnsupportedFormat { format: format.to_string() },
    }
}

fn of_model(error: NnError) -> Failure {
    match error {
        NnError::HeadFeatures { features } => Failure::HeadFeatures { features },
        NnError::HeadAnswer { error, bound } => Failure::WrongAnswer { model: Learner::Transfer, error, bound },
        NnError::TunedFeatures { error, bound } => {
            Failure::WrongAnswer { model: Learner::Transfer, error: error as f32, bound: bound as f32 }
        }
        NnError::ScratchAnswer { error, bound } => Failure::WrongAnswer { model: Learner::Scratch, error, bound },
        NnError::Readback(reason) => Failure::DeviceLost { backend: BACKEND, reason },
        error @ (NnError::NoClass { .. } | NnError::Parts(_)) => Failure::Internal { reason: error.to_string() },
        error @ (NnError::Layers | NnError::HeadLayers | NnError::ScratchLayers(_)) => {
            Failure::CorruptModel { reason: error.to_string() }
        }
    }
}

fn of_training(error: TrainError) -> Failure {
    match error {
        TrainError::TooFewClasses { found } => Failure::TooFewClasses { found: count(found) },
        TrainError::EmptyClass { class } => Failure::EmptyClass { class },
        TrainError::TooFewToValidate { class } => Failure::TooFewToValidate { class },
        TrainError::Settings(reason) => Failure::BadSettings { reason },
        TrainError::OtherLayers => Failure::OtherLayers,
        TrainError::Diverged { epoch } => Failure::Diverged { epoch },
        TrainError::Model(error) => of_model(error),
        TrainError::Examples(reason) | TrainError::Photos(reason) | TrainError::Checkpoint(reason) => {
            Failure::BadExamples { reason }
        }
        error @ (TrainError::Order(_) | TrainError::Unfinished) => Failure::Internal { reason: error.to_string() },
    }
}

fn of_archive(error: ArchiveError) -> Failure {
    match error {
        ArchiveError::NotAZip => Failure::NotAZip,
        ArchiveError::Damaged(reason) => Failure::DamagedZip { reason },
        ArchiveError::TooMany { limit } => Failure::TooManyInZip { limit: u32::try_from(limit).unwrap_or(u32::MAX) },
        ArchiveError::Source(reason) => Failure::ZipGone { reason },
        ArchiveError::Newer { found, expected } => Failure::NewerProject { found, expected },
        ArchiveError::Project(reason) => Failure::BadProject { reason },
        ArchiveError::NoPhoto { photos, first } => Failure::NoPhotoInProject { photos, first },
        ArchiveError::Model { file } => Failure::ModelInZip { file },
        ArchiveError::Write(reason) => Failure::ZipNotWritten { reason },
    }
}
