//! `headstart classify`: what a model says of single photos.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use headstart_train::metrics::answer;
use serde::Serialize;

use crate::classifier::Classifier;
use crate::error::CliError;
use crate::output;
use crate::photos::note_skipped;

/// The answer for one photo.
#[derive(Serialize)]
struct PhotoAnswer<'a> {
    #[serde(serialize_with = "output::lossy")]
    path: &'a Path,
    label: &'a str,
    confidence: f32,
    probabilities: BTreeMap<&'a str, f32>,
}

/// Prints the answer for each of `files`; those that are no photos are named on standard error.
///
/// # Errors
/// [`CliError::NothingReadable`] where none is a photo, [`CliError::Output`].
pub(crate) fn run(files: &[PathBuf], model: &Classifier, json: bool) -> Result<(), CliError> {
    let classes = model.classes();
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let found = model.answers(&paths)?;
    note_skipped(&found.skipped);
    let mut answers = Vec::new();
    for (path, probabilities) in paths.into_iter().zip(found.probabilities) {
        let Some(probabilities) = probabilities else { continue };
        let best = answer(&probabilities);
        answers.push(PhotoAnswer {
            path,
            label: &classes[best],
            confidence: probabilities[best],
            probabilities: classes.iter().map(String::as_str).zip(probabilities).collect(),
        });
    }
    if json {
        return output::json(&answers);
    }
    answers.iter().try_for_each(|answer| {
        output::line(format_args!("{}: {} ({:.1} %)", answer.path.display(), answer.label, 100.0 * answer.confidence))
    })
}
