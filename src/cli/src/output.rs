//! What the command says: results on standard output, where what cannot be written is a failure; remarks on standard error.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer};

use crate::error::CliError;

/// `text` as a line on standard output.
///
/// # Errors
/// [`CliError::Output`] where it cannot be written: a pipe that was closed, a full disk.
pub(crate) fn line(text: impl Display) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(CliError::Output)
}

/// `value` as JSON on standard output.
///
/// # Errors
/// [`CliError::Output`] where it cannot be written.
pub(crate) fn json(value: &impl Serialize) -> Result<(), CliError> {
    line(serde_json::to_string_pretty(value).map_err(|error| CliError::Output(error.into()))?)
}

/// `text` as a line on standard error; there is nobody to tell where that fails.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A path as JSON: what in it is no UTF-8 becomes U+FFFD, for `serialize_with`.
///
/// # Errors
/// Those of `serializer`.
pub(crate) fn lossy<S: Serializer>(path: &impl AsRef<Path>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.as_ref().to_string_lossy())
}
