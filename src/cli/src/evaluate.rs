//! `headstart evaluate`: a model's test accuracy, on photos whose classes are known.

use std::collections::BTreeMap;
use std::path::Path;

use headstart_protocol::{Calibration, Reliability, count, is_known, wilson_interval};
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
    /// The share of photos that are known: like what the model was taught; `None` where it cannot say.
    accepted: Option<f64>,
    per_class: BTreeMap<String, ClassReport>,
    skipped: Vec<Skipped>,
    ms_per_image: f64,
}

#[derive(Default, Serialize)]
struct ClassReport {
    n: usize,
    accuracy: f64,
    accepted: Option<f64>,
}

/// How many of some photos are known.
#[derive(Default)]
struct Known {
    photos: u32,
    known: u32,
}

impl Known {
    /// Counts a photo, unless the model cannot say.
    fn push(&mut self, known: Option<bool>) {
        self.photos += u32::from(known.is_some());
        self.known += u32::from(known == Some(true));
    }

    fn share(&self) -> Option<f64> {
        (self.photos > 0).then(|| f64::from(self.known) / f64::from(self.photos))
    }
}

/// Prints how `model` does on the photos of `dir`, and how many of them are known where the share `accept` is to be.
///
/// # Errors
/// [`CliError::UnknownClasses`] where none of the folder's classes is the model's; those of
/// [`labelled_files`] and [`Classifier::answers`]; [`CliError::Output`].
pub(crate) fn run(dir: &Path, model: &Classifier, accept: f64, json: bool) -> Result<(), CliError> {
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
    let mut known = Known::default();
    let mut known_per_class = BTreeMap::<&str, Known>::new();
    for ((file, probabilities), familiarity) in files.iter().zip(&answers.probabilities).zip(answers.familiarity) {
        let label = classes.iter().position(|class| *class == file.class);
        let (Some(probabilities), Some(label)) = (probabilities.as_deref(), label) else { continue };
        let class = per_class.entry(file.class.clone()).or_default();
        class.n += 1;
        class.accuracy += f64::from(u8::from(answer(probabilities) == label));
        labelled.push((probabilities, label));
        let is_known = familiarity.map(|familiarity| is_known(familiarity, accept));
        known.push(is_known);
        known_per_class.entry(&file.class).or_default().push(is_known);
    }
    for (name, class) in &mut per_class {
        class.accuracy /= class.n as f64;
        class.accepted = known_per_class.get(name.as_str()).and_then(Known::share);
    }
    let accepted = known.share();
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
            accepted,
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
    match (accepted, model.knows_all()) {
        (Some(accepted), _) => output::line(format_args!(
            "  {:.2} % known, where {:.1} % of photos of its classes are to be",
            100.0 * accepted,
            100.0 * accept
        ))?,
        (None, Some(reason)) => output::line(format_args!("  {reason}"))?,
        (None, None) => {}
    }
    skipped.iter().try_for_each(|skipped| output::line(format_args!("  {skipped}")))?;
    if skipped.len() > 1 {
        output::line(format_args!("  {} skipped in all", skipped.len()))?;
    }
    output::line(format_args!("  {:.0} ms a photo on one core", answers.ms_per_photo))
}
