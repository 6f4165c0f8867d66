//! `headstart classify`: what a model says of single photos.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use headstart_protocol::is_known;
use headstart_train::metrics::answer;
use serde::Serialize;

use crate::classifier::Classifier;
use crate::error::CliError;
use crate::output;
use crate::photos::{files_below, note_skipped};

/// The answer for one photo.
#[derive(Serialize)]
struct PhotoAnswer<'a> {
    #[serde(serialize_with = "output::lossy")]
    path: &'a Path,
    label: &'a str,
    confidence: f32,
    /// Whether it is like anything that the model was taught; `None` where the model cannot say.
    known: Option<bool>,
    /// The share of the model's held-out photos that are no more familiar than it.
    familiarity: Option<f64>,
    probabilities: BTreeMap<&'a str, f32>,
}

impl std::fmt::Display for PhotoAnswer<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (path, label) = (self.path.display(), self.label);
        if self.known == Some(false) {
            write!(out, "{path}: nothing it was taught: nearest is {label}")
        } else {
            write!(out, "{path}: {label} ({:.1} %)", 100.0 * self.confidence)
        }
    }
}

/// Prints the answer for each photo of `files` and of the folders among them; those that are no photos are named on standard error.
/// The share `accept` of photos of the model's classes is to be known.
///
/// # Errors
/// [`CliError::NothingReadable`] where none is a photo, [`CliError::Output`]; those of [`files_below`].
pub(crate) fn run(files: &[PathBuf], model: &Classifier, accept: f64, json: bool) -> Result<(), CliError> {
    let classes = model.classes();
    let files = files_below(files)?;
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let found = model.answers(&paths)?;
    note_skipped(&found.skipped);
    if let Some(reason) = model.knows_all() {
        output::note(reason);
    }
    let mut answers = Vec::new();
    for ((path, probabilities), familiarity) in paths.into_iter().zip(found.probabilities).zip(found.familiarity) {
        let Some(probabilities) = probabilities else { continue };
        let best = answer(&probabilities);
        answers.push(PhotoAnswer {
            path,
            label: &classes[best],
            confidence: probabilities[best],
            known: familiarity.map(|familiarity| is_known(familiarity, accept)),
            familiarity,
            probabilities: classes.iter().map(String::as_str).zip(probabilities).collect(),
        });
    }
    if json {
        return output::json(&answers);
    }
    answers.iter().try_for_each(output::line)?;
    let known: Vec<bool> = answers.iter().filter_map(|answer| answer.known).collect();
    if known.len() < 2 {
        return Ok(());
    }
    let (unknown, all) = (known.iter().filter(|known| !**known).count(), known.len());
    let share = 100.0 * unknown as f64 / all as f64;
    output::line(format_args!(
        "  {unknown} of {all} are nothing it was taught ({share:.1} %), where {:.1} % of photos of its classes are to be known",
        100.0 * accept
    ))
}
