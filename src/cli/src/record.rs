//! `headstart record`: lists figures that other commands printed among the models that ship, for the page to show.

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use headstart_protocol::{CurveRecord, RunRecord, TestRecord};
use headstart_weights::index::RecordKind;

use crate::error::CliError;
use crate::listing;

/// What to list.
#[derive(Args)]
#[command(after_help = "Example:
  headstart evaluate cats-dogs/test --json > public/models/test.json
  headstart record transfer-test public/models/test.json")]
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
    /// Training of the shipped head with blocks of the base: `train --unfreeze 5 --json`.
    TunedTraining,
    /// Training of the shipped CNN: `train --model scratch --json`.
    ScratchTraining,
    /// The shipped head on test photos: `evaluate --json`.
    TransferTest,
    /// The same on test photos: `evaluate --model tuned --json`.
    TunedTest,
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
    let bytes = fs::read(path).map_err(|error| CliError::Read { path: path.clone(), error })?;
    let (kind, checked) = match options.kind {
        Kind::TransferTraining => (RecordKind::TransferTraining, check::<RunRecord>(&bytes)),
        Kind::TunedTraining => (RecordKind::TunedTraining, check::<RunRecord>(&bytes)),
        Kind::TunedTest => (RecordKind::TunedTest, check::<TestRecord>(&bytes)),
        Kind::ScratchTraining => (RecordKind::ScratchTraining, check::<RunRecord>(&bytes)),
        Kind::TransferTest => (RecordKind::TransferTest, check::<TestRecord>(&bytes)),
        Kind::ScratchTest => (RecordKind::ScratchTest, check::<TestRecord>(&bytes)),
        Kind::LearningCurve => (RecordKind::LearningCurve, check::<CurveRecord>(&bytes)),
    };
    checked.map_err(|reason| CliError::Record { path: path.clone(), reason })?;
    listing::enter(path, &bytes, |index, entry| {
        index.add_record(entry, kind);
        Ok(())
    })
}

/// Whether `bytes` are a `T` as JSON; else why not.
fn check<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<(), String> {
    serde_json::from_slice::<T>(bytes).map(drop).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use headstart_weights::index::{FILE_NAME, FileEntry, Index};

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
