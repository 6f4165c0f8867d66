//! What can go wrong on the command line, and what the command advises then.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use headstart_nn::NnError;
use headstart_train::TrainError;
use headstart_weights::WeightsError;

/// A command failed: what happened goes to standard error with [`Self::advice`], and the exit status is 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("{} cannot be read: {error}", .path.display())]
    Read { path: PathBuf, error: std::io::Error },
    #[error("{} cannot be written: {error}", .path.display())]
    Write { path: PathBuf, error: std::io::Error },
    #[error("the result cannot be written to standard output: {0}")]
    Output(std::io::Error),
    #[error("{} is the checkpoint of a run that was interrupted", .path.display())]
    Interrupted { path: PathBuf },
    #[error("a CNN trained from scratch has no frozen blocks that --unfreeze could train")]
    NothingFrozen,
    #[error("the activations of the frozen layers, {megabytes} MB, cannot be kept in {}: {error}", .path.display())]
    Activations { path: PathBuf, megabytes: u64, error: std::io::Error },
    #[error("no GPU: {reason}")]
    NoGpu { reason: String },
    #[error("{} holds no photos", .dir.display())]
    NoPhotos { dir: PathBuf },
    #[error("none of the {count} files could be read as a photo; the first, {}: {reason}", .first.display())]
    NothingReadable { count: usize, first: PathBuf, reason: String },
    #[error("{}: no file can hold a model of these classes: {reason}", .dir.display())]
    Classes { dir: PathBuf, reason: &'static str },
    #[error("no CNN can be trained from scratch on photos of {size}×{size} pixels: {reason}")]
    Architecture { size: usize, reason: &'static str },
    #[error("{}: {error}", .path.display())]
    Weights { path: PathBuf, error: WeightsError },
    #[error("{} was trained on another base or at another size than {size}", .path.display())]
    HeadMismatch { path: PathBuf, size: usize },
    #[error("no head for {0}×{0} ships with Headstart")]
    NoHead(usize),
    #[error("{} was trained on photos of {own}×{own} pixels", .path.display())]
    ScratchSize { path: PathBuf, own: usize },
    #[error("the CNN trained from scratch is not among the shipped models: {} is missing", .path.display())]
    NoScratch { path: PathBuf },
    #[error("no head with blocks of its own is among the shipped models")]
    NoTuned,
    #[error("{} does not hold the record that it is said to hold: {reason}", .path.display())]
    Record { path: PathBuf, reason: String },
    #[error("{} has none of the classes that the model knows ({known})", .dir.display())]
    UnknownClasses { dir: PathBuf, known: String },
    #[error("the model does not know the class `{class}`, but {known}")]
    UnknownClass { class: String, known: String },
    #[error("a CNN trained from scratch has no layers conv4_3 and conv5_3 to choose from")]
    NoLayers,
    #[error("{}: {error}", .path.display())]
    Network { path: PathBuf, error: NnError },
    #[error("{}: {error}", .path.display())]
    Training { path: PathBuf, error: TrainError },
    #[error(transparent)]
    Model(#[from] NnError),
    #[error(transparent)]
    Train(#[from] TrainError),
}

impl CliError {
    /// The same error, which names the folder of photos `dir` where it is about them.
    pub(crate) fn of_folder(self, dir: &Path) -> Self {
        match self {
            Self::Train(
                error @ (TrainError::TooFewClasses { .. }
                | TrainError::EmptyClass { .. }
                | TrainError::TooFewToValidate { .. }
                | TrainError::Examples(_)
                | TrainError::Photos(_)),
            ) => Self::Training { path: dir.to_owned(), error },
            other => other,
        }
    }

    /// What to do about it, in a sentence, where the command knows something.
    pub(crate) fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Write { error, .. } => Some(of_writing(error.kind())),
            Self::Interrupted { .. } => Some("Go on from it with --resume, or give it up with --restart."),
            Self::NothingFrozen => Some("Leave --unfreeze or --model scratch out."),
            Self::Activations { .. } => {
                Some("Name a folder on a disk with more room with --cache, or use fewer --views.")
            }
            Self::NoGpu { .. } => {
                Some("Leave --device out, build the command with `--features gpu`, or install the GPU's driver.")
            }
            Self::NoPhotos { .. } => {
                Some("It should hold a folder a class (`CLASS/*.jpg`), or files named `CLASS.N.jpg`.")
            }
            Self::Classes { .. } => Some("Put folders together, rename them, or leave some out."),
            Self::Architecture { .. } => Some("Give another --size."),
            Self::HeadMismatch { .. } => Some("Give its base with --base and its size with --size, or train it again."),
            Self::NoHead(_) => Some("Sizes are 150 and 224: give one with --size, or a head with --model."),
            Self::UnknownClass { .. } => Some("Give one of those with --class, or leave it out."),
            Self::NoLayers => Some("Leave --layer out."),
            Self::ScratchSize { .. } => Some("Leave --size out."),
            Self::NoScratch { .. } => {
                Some("Train one with `headstart train --model scratch`, and give its file with --model.")
            }
            Self::NoTuned => Some("Train one with `headstart train --unfreeze 5`, and give its file with --model."),
            Self::Weights { error, .. } => of_weights(error),
            Self::Model(error) | Self::Network { error, .. } => of_model(error),
            Self::Train(error) | Self::Training { error, .. } => of_training(error),
            Self::Output(error) if error.kind() == ErrorKind::StorageFull => {
                Some("Make room on the disk, or send it to another one.")
            }
            Self::Read { .. }
            | Self::Output(_)
            | Self::NothingReadable { .. }
            | Self::Record { .. }
            | Self::UnknownClasses { .. } => None,
        }
    }
}

/// What was there before is as it was: see [`crate::replace`].
fn of_writing(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound | ErrorKind::NotADirectory => "Make its folder first.",
        ErrorKind::IsADirectory => "It is a folder: name a file.",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "It is as it was: make the file and its folder writable, or name another one."
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "It is as it was: make room on the disk, or name a file on another one."
        }
        _ => "It is as it was: name another file, or try again.",
    }
}

fn of_weights(error: &WeightsError) -> Option<&'static str> {
    match error {
        WeightsError::WebPage => Some("Download the file again from the right address."),
        WeightsError::Truncated { .. }
        | WeightsError::TrailingBytes { .. }
        | WeightsError::ManifestHash
        | WeightsError::TensorHash { .. }
        | WeightsError::Entry { .. } => Some("Copy or download the file again."),
        WeightsError::Version { .. } => Some("Use the file of this release, or make it again."),
        _ => None,
    }
}

fn of_model(error: &NnError) -> Option<&'static str> {
    match error {
        NnError::Layers => Some("`cargo xtask weights` brings the right weights; give them with --base."),
        NnError::HeadLayers | NnError::HeadFeatures { .. } | NnError::ScratchLayers(_) => {
            Some("Train it again, and give its file with --model.")
        }
        NnError::HeadAnswer { .. }
        | NnError::TunedFeatures { .. }
        | NnError::ScratchAnswer { .. }
        | NnError::NoClass { .. }
        | NnError::Parts(_)
        | NnError::Readback(_) => None,
    }
}

fn of_training(error: &TrainError) -> Option<&'static str> {
    match error {
        TrainError::TooFewClasses { .. } => Some("Add a folder with photos of another class."),
        TrainError::EmptyClass { .. } => Some("Add photos to its folder, or remove the folder."),
        TrainError::TooFewToValidate { .. } => Some("Add photos taken at another moment."),
        TrainError::Checkpoint(_) => Some("Begin anew with --restart."),
        TrainError::Order(_) | TrainError::Unfinished => Some("This is a mistake of the program: please report it."),
        TrainError::Diverged { .. } => Some("Train again with another --seed, or with fewer --epochs."),
        TrainError::Model(error) => of_model(error),
        TrainError::Examples(_) | TrainError::Photos(_) | TrainError::Settings(_) | TrainError::OtherLayers => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_what_can_be_typed() {
        let error = CliError::from(TrainError::Checkpoint("it is of another release".into()));
        assert_eq!(error.to_string(), "the training cannot go on from its checkpoint: it is of another release");
        assert!(error.advice().unwrap().contains("--restart"));
        let head = CliError::HeadMismatch { path: "head.safetensors".into(), size: 224 };
        assert!(head.advice().unwrap().contains("--size") && head.to_string().contains("head.safetensors"));
    }

    #[test]
    fn errors_about_photos_name_their_folder() {
        let error = CliError::from(TrainError::TooFewClasses { found: 1 }).of_folder(Path::new("pets"));
        assert_eq!(error.to_string(), "pets: at least two classes are needed, 1 given");
        assert!(error.advice().unwrap().contains("another class"));
        let error = CliError::from(TrainError::Diverged { epoch: 2 }).of_folder(Path::new("pets"));
        assert!(!error.to_string().contains("pets"), "{error}");
    }
}
