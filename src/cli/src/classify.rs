//! `headstart classify`: what a head says of single photos.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use headstart_train::metrics::answer;
use serde::Serialize;

use crate::error::CliError;
use crate::features::extract;
use crate::models::{Base, TrainedHead};

/// The answer for one photo.
#[derive(Serialize)]
struct Answer<'a> {
    path: &'a Path,
    label: &'a str,
    confidence: f32,
    probabilities: BTreeMap<&'a str, f32>,
}

/// Prints the answer for each of `files`; those that are no photos are named on standard error.
///
/// # Errors
/// [`CliError::NothingReadable`] where none is a photo.
pub(crate) fn run(
    files: &[PathBuf],
    base: &Base,
    head: &TrainedHead,
    cache: &Path,
    json: bool,
) -> Result<(), CliError> {
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let extracted = extract(&paths, base, head.size, cache, 0)?;
    for skipped in &extracted.skipped {
        eprintln!("skipped {}: {}", skipped.path.display(), skipped.reason);
    }
    let mut answers = Vec::new();
    for (path, descriptor) in paths.into_iter().zip(extracted.descriptors) {
        let Some(descriptor) = descriptor else { continue };
        let probabilities = head.probabilities(&[descriptor])?.remove(0);
        let best = answer(&probabilities);
        answers.push(Answer {
            path,
            label: &head.classes[best],
            confidence: probabilities[best],
            probabilities: head.classes.iter().map(String::as_str).zip(probabilities).collect(),
        });
    }
    if json {
        crate::print_json(&answers);
    } else {
        for answer in &answers {
            println!("{}: {} ({:.1} %)", answer.path.display(), answer.label, 100.0 * answer.confidence);
        }
    }
    Ok(())
}
