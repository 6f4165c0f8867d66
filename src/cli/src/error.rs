//! What can go wrong on the command line.

use std::path::PathBuf;

use headstart_nn::NnError;
use headstart_train::TrainError;
use headstart_weights::WeightsError;

/// A command failed; its words go to standard error and the exit status is 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("{} cannot be read: {error}.", .path.display())]
    Read { path: PathBuf, error: std::io::Error },
    #[error("{} cannot be written: {error}.", .path.display())]
    Write { path: PathBuf, error: std::io::Error },
    #[error("{} holds no photos: it should hold a folder a class (`CLASS/*.jpg`), or files named `CLASS.N.jpg`.", .dir.display())]
    NoPhotos { dir: PathBuf },
    #[error("None of the {count} files could be read as a photo. The first: {} — {reason}", .first.display())]
    NothingReadable { count: usize, first: PathBuf, reason: String },
    #[error("{}: {error}", .path.display())]
    Weights { path: PathBuf, error: WeightsError },
    #[error("{} was trained on another base or at another size than {size}. Give its base with --base and its size with --size, or train it again.", .path.display())]
    HeadMismatch { path: PathBuf, size: usize },
    #[error("No head for {0}×{0} ships with Headstart. Sizes are 150 and 224.")]
    NoHead(usize),
    #[error("{} was trained on photos of {own}×{own} pixels. Leave --size out.", .path.display())]
    ScratchSize { path: PathBuf, own: usize },
    #[error("The CNN trained from scratch is not among the shipped models: {} is missing. Train one with `headstart train --model scratch`, and give its file with --model.", .path.display())]
    NoScratch { path: PathBuf },
    #[error("{} does not hold the figures that it is said to hold: {reason}.", .path.display())]
    Record { path: PathBuf, reason: String },
    #[error("The folder has none of the classes that the model knows ({known}).")]
    UnknownClasses { known: String },
    #[error(transparent)]
    Model(#[from] NnError),
    #[error(transparent)]
    Train(#[from] TrainError),
}
