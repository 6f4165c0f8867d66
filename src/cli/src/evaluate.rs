//! `headstart evaluate`: a model's test accuracy, on photos whose classes are known.

use std::collections::BTreeMap;
use std::path::Path;

use headstart_protocol::{Calibration, Reliability, count, wilson_interval};
use headstart_train::calibration;
use headstart_train::metrics::answer;
use serde::Serialize;

use crate::classifier::Classifier;
use crate::error::CliError;
use crate::output;
use crate::photos::{Listing, Skipped, labelled_files};

#[derive(Serialize)]
struct Report {
    images: usize,
    accuracy: f64,
    /// Expected calibration error.
    ece: f64,
    brier: f64,
    log_loss: f64,
    /// The reliability diagram: the answers of each bin of confidence, [`headstart_protocol::BINS`] of equal width.
    reliability: Reliability,
    per_class: BTreeMap<String, ClassReport>,
    skipped: Vec<Skipped>,
    ms_per_image: f64,
}

#[derive(Default, Serialize)]
struct ClassReport {
    n: usize,
    accuracy: f64,
}

/// Prints how `model` does on the photos of `dir`.
///
/// # Errors
/// [`CliError::UnknownClasses`] where none of the folder's classes is the model's; those of
/// [`labelled_files`] and [`Classifier::answers`]; [`CliError::Output`].
pub(crate) fn run(dir: &Path, model: &Classifier, json: bool) -> Result<(), CliError> {
    let classes = model.classes();
    let refusal = |class: &str| format!("the model does not know the class `{class}`");
    let Listing { files, skipped: unread } = labelled_files(dir)?.within(classes, refusal);
    if files.is_empty() {
        return Err(CliError::UnknownClasses { dir: dir.to_owned(), known: classes.join(", ") });
    }
    let paths: Vec<_> = files.iter().map(|file| file.path.as_path()).collect();
    let answers = model.answers(&paths)?;
    let mut skipped = answers.skipped;
    skipped.extend(unread);

    let mut per_class = BTreeMap::<String, ClassReport>::new();
    let mut labelled = Vec::with_capacity(files.len());
    for (file, probabilities) in files.iter().zip(&answers.probabilities) {
        let label = classes.iter().position(|class| *class == file.class);
        let (Some(probabilities), Some(label)) = (probabilities.as_deref(), label) else { continue };
        let class = per_class.entry(file.class.clone()).or_default();
        class.n += 1;
        class.accuracy += f64::from(u8::from(answer(probabilities) == label));
        labelled.push((probabilities, label));
    }
    for class in per_class.values_mut() {
        class.accuracy /= class.n as f64;
    }
    let images = labelled.len();
    let Calibration { reliability, brier, log_loss } = calibration(labelled);
    let right = reliability.right();
    let accuracy = f64::from(right) / images as f64;
    let ece = reliability.expected_error();
    if json {
        let ms_per_image = answers.ms_per_photo;
        return output::json(&Report {
            images,
            accuracy,
            ece,
            brier,
            log_loss,
            reliability,
            per_class,
            skipped,
            ms_per_image,
        });
    }
    let (low, high) = wilson_interval(right, count(images));
    output::line(format_args!(
        "test accuracy {1:.2} % on {images} photos at {0}×{0} (95 % interval {2:.2}–{3:.2} %)",
        model.size(),
        100.0 * accuracy,
        100.0 * low,
        100.0 * high
    ))?;
    for (class, report) in &per_class {
        output::line(format_args!("  {class}: {:.2} % of {}", 100.0 * report.accuracy, report.n))?;
    }
    output::line(format_args!(
        "  expected calibration error {ece:.4}, Brier score {brier:.4}, log loss {log_loss:.4}"
    ))?;
    skipped.iter().try_for_each(|skipped| output::line(format_args!("  {skipped}")))?;
    if skipped.len() > 1 {
        output::line(format_args!("  {} skipped in all", skipped.len()))?;
    }
    output::line(format_args!("  {:.0} ms a photo on one core", answers.ms_per_photo))
}
