//! The index of models that lies beside a file that ships.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use headstart_weights::WeightsError;
use headstart_weights::index::{FILE_NAME, FileEntry, Index};

use crate::error::CliError;
use crate::replace::replace;

/// Has the index beside `file` name it, which holds `bytes`, as `name` says.
///
/// # Errors
/// [`CliError::Read`] where there is no index, or it cannot be read; [`CliError::Weights`] for one that is none, or where
/// `name` refuses; [`CliError::Write`].
pub(crate) fn enter(
    file: &Path,
    bytes: &[u8],
    name: impl FnOnce(&mut Index, FileEntry) -> Result<(), WeightsError>,
) -> Result<(), CliError> {
    let path = file.with_file_name(FILE_NAME);
    let json = fs::read(&path).map_err(|error| CliError::Read { path: path.clone(), error })?;
    let blame = |error| CliError::Weights { path: path.clone(), error };
    let mut index = Index::from_json(&json).map_err(blame)?;
    let entry = FileEntry::of(&file.file_name().unwrap_or_default().to_string_lossy(), bytes);
    name(&mut index, entry).map_err(blame)?;
    let json = index.to_json().map_err(blame)?;
    replace(&path, &json)
}

/// The same where there is an index; else nothing.
///
/// # Errors
/// Those of [`enter`], but for an index that is not there.
pub(crate) fn enter_if_listed(
    file: &Path,
    bytes: &[u8],
    name: impl FnOnce(&mut Index, FileEntry) -> Result<(), WeightsError>,
) -> Result<(), CliError> {
    match enter(file, bytes, name) {
        Err(CliError::Read { error, .. }) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
