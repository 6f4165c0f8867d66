//! What went wrong in the worker, as data. The words for a person are the page's.

use serde::{Deserialize, Serialize};

use crate::{Backend, ErrorKind, Learner, LeftOut, SettingOutOfRange, WireError};

/// Why the worker could not do what the page asked. A `reason` is a technical detail in English, for brackets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Failure {
    /// A photo's file has no bytes.
    EmptyFile,
    /// The bytes are no picture.
    NotAnImage,
    /// A picture is cut short or damaged.
    DamagedImage {
        /// What is wrong.
        reason: String,
    },
    /// A picture that shows nothing: all of one colour, or transparent.
    BlankImage,
    /// A photo's file has too many bytes.
    FileTooLarge {
        /// Bytes that it has.
        bytes: u64,
        /// Bytes that it may have.
        limit: u64,
    },
    /// A picture has too many pixels.
    ImageTooLarge {
        /// Width and height in pixels, where they are known.
        size: Option<[u32; 2]>,
        /// Pixels that the longer side may have.
        max_side: u32,
        /// Pixels that the picture may have.
        max_pixels: u64,
    },
    /// A picture in a format that is read neither here nor by this browser.
    UnsupportedFormat {
        /// The format's name.
        format: String,
    },

    /// A file could not be fetched.
    Download {
        /// Its name.
        file: String,
        /// Why.
        reason: String,
    },
    /// The host answered with a web page in the place of a file.
    WrongContent {
        /// The file's name.
        file: String,
    },
    /// A file's bytes are not those of this release.
    WrongHash {
        /// Its name.
        file: String,
    },
    /// A model file (weights, a head, the index) cannot be read or does not fit together.
    CorruptFile {
        /// Its name.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The visitor's head file cannot be read.
    CorruptHead {
        /// What is wrong.
        reason: String,
    },
    /// Layers on the device do not fit together: of the base, a head, or the CNN.
    CorruptModel {
        /// What is wrong.
        reason: String,
    },
    /// The figures on record of a shipped model cannot be read.
    CorruptRecord {
        /// The file's name.
        file: String,
        /// What is wrong.
        reason: String,
    },

    /// A head was trained for another base or another size than the one in use.
    HeadMismatch {
        /// Pixels a side that were asked for.
        asked: u32,
    },
    /// The visitor's head was trained on another base.
    OtherBase,
    /// The visitor's head sees photos of a size that is not one of [`crate::InputSize`].
    HeadSize {
        /// Pixels a side that it sees.
        size: u32,
    },
    /// No head of this size ships.
    NoHead {
        /// Pixels a side that were asked for.
        size: u32,
    },
    /// A head was trained on other features of the base.
    HeadFeatures {
        /// Its recipe.
        features: String,
    },

    /// The GPU cannot be used.
    NoWebGpu {
        /// Why.
        reason: String,
    },
    /// The device computes features that are off.
    DeviceWrong {
        /// The device.
        backend: Backend,
        /// Relative L2 distance from what they should be.
        error: f64,
        /// The largest distance that is allowed.
        bound: f64,
    },
    /// A model answers its own test question wrongly: its file is damaged, or the device computes wrongly.
    WrongAnswer {
        /// A head, with its blocks if it has any, or the CNN.
        model: Learner,
        /// The largest difference of a probability; of a head's blocks the relative distance of a descriptor.
        error: f32,
        /// The largest that is allowed.
        bound: f32,
    },
    /// The device gives nothing back any more.
    DeviceLost {
        /// The device.
        backend: Backend,
        /// Why.
        reason: String,
    },

    /// Training needs two classes at least.
    TooFewClasses {
        /// Classes that there are.
        found: u32,
    },
    /// A class has no photo to learn from.
    EmptyClass {
        /// Its name.
        class: String,
    },
    /// A class has too few photos to hold any out.
    TooFewToValidate {
        /// Its name.
        class: String,
    },
    /// Two classes have the same name, or one has none.
    ClassNames,
    /// A setting out of its range.
    SettingOutOfRange(SettingOutOfRange),
    /// Settings that no training can have.
    BadSettings {
        /// What is wrong.
        reason: String,
    },
    /// The head to go on from has other classes or other layers.
    OtherLayers,
    /// The head to go on from was trained together with blocks of the base.
    TunedStart,
    /// The worker lacks what a training needs of its photos: [`crate::KeepDescriptors`], [`crate::KeepSquare`] or
    /// [`crate::KeepActivations`] must come first.
    PhotosMissing {
        /// Photos that it lacks something of.
        count: u32,
    },
    /// More photos than the worker has room for, with what training the last block keeps of each.
    TooManyToTune {
        /// Photos at most.
        most: u32,
    },
    /// The browser gives the worker less memory than training the last block takes.
    NoRoomToTune {
        /// Megabytes that it takes.
        megabytes: u32,
    },
    /// A photo's descriptors are damaged.
    BadDescriptors {
        /// Which of those that came, counted from 1.
        photo: u32,
    },
    /// The training data do not fit together.
    BadExamples {
        /// What is wrong.
        reason: String,
    },
    /// The loss is no number any more.
    Diverged {
        /// The epoch, counted from 1.
        epoch: u32,
    },
    /// A run was stopped before it had anything to show.
    StoppedEarly,

    /// The bytes are no zip, or one without its end.
    NotAZip,
    /// A zip is damaged.
    DamagedZip {
        /// What is wrong.
        reason: String,
    },
    /// A zip holds more files than are read.
    TooManyInZip {
        /// Files that it may hold.
        limit: u32,
    },
    /// A zip holds a trained model of another program and no photos.
    ModelInZip {
        /// The name of one of its files.
        file: String,
    },
    /// The browser does not hand over a zip's bytes any more.
    ZipGone {
        /// What it says.
        reason: String,
    },
    /// A zip cannot be written.
    ZipNotWritten {
        /// Why.
        reason: String,
    },
    /// A file for, or out of, a zip that was not begun or opened.
    NoZip,
    /// A project of a newer release.
    NewerProject {
        /// Its version.
        found: u32,
        /// The version that this release reads.
        expected: u32,
    },
    /// A project that does not fit together.
    BadProject {
        /// What is wrong.
        reason: String,
    },
    /// Not one photo of a project could be read out of its zip.
    NoPhotoInProject {
        /// Photos that it names.
        photos: u32,
        /// The first, and why it could not.
        first: LeftOut,
    },

    /// A request that needs the models came before [`crate::Start`] was answered.
    NotStarted,
    /// A message that cannot be read.
    Wire(WireError),
    /// The browser refused a step that it should allow.
    Browser {
        /// What it says.
        reason: String,
    },
    /// A mistake in the program.
    Internal {
        /// What it was and where.
        reason: String,
    },
}

impl Failure {
    /// Its kind, whose name is what `data-kind` shows.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::EmptyFile => ErrorKind::EmptyFile,
            Self::NotAnImage => ErrorKind::NotAnImage,
            Self::DamagedImage { .. } => ErrorKind::DamagedImage,
            Self::BlankImage => ErrorKind::BlankImage,
            Self::FileTooLarge { .. } | Self::ImageTooLarge { .. } => ErrorKind::ImageTooLarge,
            Self::UnsupportedFormat { .. } => ErrorKind::UnsupportedFormat,
            Self::Download { .. } => ErrorKind::DownloadFailed,
            Self::WrongContent { .. } => ErrorKind::WrongContent,
            Self::WrongHash { .. }
            | Self::CorruptFile { .. }
            | Self::CorruptHead { .. }
            | Self::CorruptModel { .. }
            | Self::CorruptRecord { .. }
            | Self::WrongAnswer { .. } => ErrorKind::CorruptWeights,
            Self::HeadMismatch { .. }
            | Self::OtherBase
            | Self::HeadSize { .. }
            | Self::NoHead { .. }
            | Self::HeadFeatures { .. } => ErrorKind::HeadMismatch,
            Self::NoWebGpu { .. } => ErrorKind::BackendUnavailable,
            Self::DeviceWrong { .. } => ErrorKind::DeviceWrong,
            Self::DeviceLost { .. } => ErrorKind::DeviceLost,
            Self::ClassNames => ErrorKind::BadName,
            Self::TooFewClasses { .. }
            | Self::EmptyClass { .. }
            | Self::TooFewToValidate { .. }
            | Self::SettingOutOfRange(_)
            | Self::BadSettings { .. }
            | Self::OtherLayers
            | Self::TunedStart
            | Self::PhotosMissing { .. }
            | Self::TooManyToTune { .. }
            | Self::NoRoomToTune { .. }
            | Self::BadDescriptors { .. }
            | Self::BadExamples { .. }
            | Self::StoppedEarly => ErrorKind::CannotTrain,
            Self::Diverged { .. } => ErrorKind::Diverged,
            Self::NotAZip
            | Self::DamagedZip { .. }
            | Self::TooManyInZip { .. }
            | Self::ModelInZip { .. }
            | Self::ZipNotWritten { .. } => ErrorKind::BadZip,
            Self::ZipGone { .. } => ErrorKind::UnreadableFile,
            Self::NewerProject { .. } | Self::BadProject { .. } | Self::NoPhotoInProject { .. } => {
                ErrorKind::BadProject
            }
            Self::Wire(WireError::Version { .. }) => ErrorKind::VersionMismatch,
            Self::Wire(WireError::Malformed)
            | Self::NoZip
            | Self::NotStarted
            | Self::Browser { .. }
            | Self::Internal { .. } => ErrorKind::Internal,
        }
    }

    /// Whether the device is to blame, or may be: the other device is then worth a try.
    #[must_use]
    pub fn is_of_device(&self) -> bool {
        matches!(
            self,
            Self::NoWebGpu { .. } | Self::DeviceWrong { .. } | Self::DeviceLost { .. } | Self::WrongAnswer { .. }
        )
    }
}

impl From<WireError> for Failure {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_is_blamed_for_what_another_one_may_do_better() {
        let reason = String::from("lost");
        assert!(Failure::NoWebGpu { reason: reason.clone() }.is_of_device());
        assert!(Failure::DeviceLost { backend: Backend::WebGpu, reason: reason.clone() }.is_of_device());
        assert!(Failure::WrongAnswer { model: Learner::Transfer, error: 0.2, bound: 1e-3 }.is_of_device());
        assert!(!Failure::Download { file: "base".into(), reason }.is_of_device());
        assert!(!Failure::WrongHash { file: "base".into() }.is_of_device());
    }

    #[test]
    fn another_release_is_told_apart_from_a_broken_message() {
        assert_eq!(Failure::from(WireError::Version { theirs: 4 }).kind(), ErrorKind::VersionMismatch);
        assert_eq!(Failure::from(WireError::Malformed).kind(), ErrorKind::Internal);
    }
}
