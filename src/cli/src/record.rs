//! `headstart record`: lists figures that other commands printed among the models that ship, for the page to show.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use headstart_train::records::{CurveRecord, TestRecord, TrainingRecord};
use headstart_weights::index::{FILE_NAME, FileEntry, Index, RecordKind};

use crate::error::CliError;

/// What to list.
#[derive(Args)]
pub(crate) struct Options {
    /// What the figures are.
    #[arg(value_enum)]
    kind: Kind,
    /// The file, as the command printed it with --json, beside the index.json that is to list it.
    file: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Training of the shipped head: `train --json`.
    TransferTraining,
    /// Training of the shipped CNN: `train --model scratch --json`.
    ScratchTraining,
    /// The shipped head on test photos: `evaluate --json`.
    TransferTest,
    /// The shipped CNN on test photos: `evaluate --model scratch --json`.
    ScratchTest,
    /// Both with few photos: `learning-curve --json`.
    LearningCurve,
}

/// Lists the file, once it has been read as what it is said to be.
///
/// # Errors
/// [`CliError::Record`] for a file of another kind; files that cannot be read or written.
pub(crate) fn run(options: &Options) -> Result<(), CliError> {
    let path = &options.file;
    let read = |path: &Path| fs::read(path).map_err(|error| CliError::Read { path: path.to_owned(), error });
    let bytes = read(path)?;
    let (kind, checked) = match options.kind {
        Kind::TransferTraining => (RecordKind::TransferTraining, check::<TrainingRecord>(&bytes)),
        Kind::ScratchTraining => (RecordKind::ScratchTraining, check::<TrainingRecord>(&bytes)),
        Kind::TransferTest => (RecordKind::TransferTest, check::<TestRecord>(&bytes)),
        Kind::ScratchTest => (RecordKind::ScratchTest, check::<TestRecord>(&bytes)),
        Kind::LearningCurve => (RecordKind::LearningCurve, check::<CurveRecord>(&bytes)),
    };
    checked.map_err(|reason| CliError::Record { path: path.clone(), reason })?;
    let listing = path.with_file_name(FILE_NAME);
    let blame = |error| CliError::Weights { path: listing.clone(), error };
    let mut index = Index::from_json(&read(&listing)?).map_err(blame)?;
    index.add_record(FileEntry::of(&path.file_name().unwrap_or_default().to_string_lossy(), &bytes), kind);
    let json = index.to_json().map_err(blame)?;
    fs::write(&listing, json).map_err(|error| CliError::Write { path: listing.clone(), error })
}

/// Whether `bytes` are a `T` as JSON; else why not.
fn check<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<(), String> {
    serde_json::from_slice::<T>(bytes).map(drop).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_listed_once_it_is_what_it_is_said_to_be() {
        let folder = std::env::temp_dir().join(format!("headstart-record-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let listing = folder.join(FILE_NAME);
        fs::write(&listing, Index::new(FileEntry::of("base.hsw", b"base")).to_json().unwrap()).unwrap();
        let file = folder.join("test.json");
        fs::write(&file, br#"{"images": 4, "accuracy": 0.75, "per_class": {}}"#).unwrap();
        let record = |kind| run(&Options { kind, file: file.clone() });
        assert!(matches!(record(Kind::LearningCurve), Err(CliError::Record { .. })));
        record(Kind::ScratchTest).unwrap();
        let index = Index::from_json(&fs::read(&listing).unwrap()).unwrap();
        let entry = index.record(RecordKind::ScratchTest).unwrap();
        assert_eq!(entry.verify(&fs::read(&file).unwrap()), Ok(()));
        fs::remove_dir_all(&folder).unwrap();
    }
}
