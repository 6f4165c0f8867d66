//! `headstart evaluate`: a model's test accuracy, on photos whose classes are known.

use std::collections::BTreeMap;
use std::path::Path;

use headstart_protocol::{count, wilson_interval};
use headstart_train::metrics::answer;
use serde::Serialize;

use crate::classifier::Classifier;
use crate::error::CliError;
use crate::features::Skipped;
use crate::photos::labelled_files;

#[derive(Serialize)]
struct Report {
    images: usize,
    accuracy: f64,
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
/// [`CliError::UnknownClasses`] where none of the folder's classes is the model's; those of [`Classifier::answers`].
pub(crate) fn run(dir: &Path, model: &Classifier, json: bool) -> Result<(), CliError> {
    let classes = model.classes();
    let (files, unknown): (Vec<_>, Vec<_>) =
        labelled_files(dir)?.into_iter().partition(|file| classes.contains(&file.class));
    if files.is_empty() {
        return Err(CliError::UnknownClasses { known: classes.join(", ") });
    }
    let paths: Vec<_> = files.iter().map(|file| file.path.as_path()).collect();
    let answers = model.answers(&paths)?;
    let mut skipped = answers.skipped;
    skipped.extend(unknown.into_iter().map(|file| Skipped {
        reason: format!("the model does not know the class `{}`", file.class),
        path: file.path,
    }));

    let mut per_class = BTreeMap::<String, ClassReport>::new();
    let mut right = 0;
    let mut images = 0;
    for (file, probabilities) in files.iter().zip(answers.probabilities) {
        let Some(probabilities) = probabilities else { continue };
        let class = per_class.entry(file.class.clone()).or_default();
        let hit = classes[answer(&probabilities)] == file.class;
        class.n += 1;
        class.accuracy += f64::from(u8::from(hit));
        right += usize::from(hit);
        images += 1;
    }
    for class in per_class.values_mut() {
        class.accuracy /= class.n as f64;
    }
    let accuracy = right as f64 / images as f64;
    if json {
        crate::print_json(&Report { images, accuracy, per_class, skipped, ms_per_image: answers.ms_per_photo });
        return Ok(());
    }
    let (low, high) = wilson_interval(count(right), count(images));
    println!(
        "test accuracy {1:.2} % on {images} photos at {0}×{0} (95 % interval {2:.2}–{3:.2} %)",
        model.size(),
        100.0 * accuracy,
        100.0 * low,
        100.0 * high
    );
    for (class, report) in &per_class {
        println!("  {class}: {:.2} % of {}", 100.0 * report.accuracy, report.n);
    }
    for skipped in &skipped {
        println!("  skipped {}: {}", skipped.path.display(), skipped.reason);
    }
    println!("  {:.0} ms a photo on one core", answers.ms_per_photo);
    Ok(())
}
