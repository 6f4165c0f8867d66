//! The checkpoint of a training that takes long, in a file.

use std::fs;
use std::path::{Path, PathBuf};

use headstart_train::TrainError;

use crate::error::CliError;
use crate::output;
use crate::train::Options;

/// Where a run leaves what it needs to go on: beside the file that it will write.
pub(crate) fn path(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".checkpoint");
    out.with_file_name(name)
}

/// The checkpoint to go on from, if any. One that is there is begun over only where that is asked for.
///
/// # Errors
/// [`CliError::Interrupted`] where nobody said what is to become of it, [`CliError::Read`].
pub(crate) fn kept(path: &Path, options: &Options) -> Result<Option<Vec<u8>>, CliError> {
    kept_at(path, options.resume, options.restart)
}

fn kept_at(path: &Path, resume: bool, restart: bool) -> Result<Option<Vec<u8>>, CliError> {
    let read = |error| CliError::Read { path: path.to_owned(), error };
    let exists = fs::exists(path).map_err(read)?;
    match (exists, resume) {
        (true, true) => fs::read(path).map(Some).map_err(read),
        (true, false) if !restart => Err(CliError::Interrupted { path: path.to_owned() }),
        (false, true) => {
            output::note(format_args!("no checkpoint {}: starting anew", path.display()));
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// The error, which names the checkpoint where it is about that.
pub(crate) fn blame(error: TrainError, path: &Path) -> CliError {
    match error {
        TrainError::Checkpoint(_) => CliError::Training { path: path.to_owned(), error },
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_checkpoint_is_begun_over_only_on_demand() {
        let folder = TempDir::new().unwrap();
        let checkpoint = path(&folder.path().join("cnn.safetensors"));
        assert!(checkpoint.ends_with("cnn.safetensors.checkpoint"));
        let kept = |resume, restart| kept_at(&checkpoint, resume, restart);
        assert!(matches!(kept(false, false), Ok(None)));
        assert!(matches!(kept(true, false), Ok(None)));
        fs::write(&checkpoint, b"hours of work").unwrap();
        let error = kept(false, false).unwrap_err();
        assert!(matches!(error, CliError::Interrupted { .. }) && error.to_string().contains(".checkpoint"));
        assert!(error.advice().unwrap().contains("--restart"));
        assert_eq!(kept(true, false).unwrap().unwrap(), b"hours of work");
        assert!(matches!(kept(false, true), Ok(None)));
        // It goes when the new run has one of its own.
        assert!(checkpoint.exists());
    }
}
