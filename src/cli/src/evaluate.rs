//! `headstart evaluate`: how often a head is right on photos whose classes are known.

use std::collections::BTreeMap;
use std::path::Path;

use headstart_train::metrics::{answer, wilson_interval};
use serde::Serialize;

use crate::error::CliError;
use crate::features::{Skipped, extract};
use crate::models::{Base, TrainedHead};
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

/// Prints how `head` does on the photos of `dir`.
///
/// # Errors
/// [`CliError::UnknownClasses`] where none of the folder's classes is the head's; those of [`extract`].
pub(crate) fn run(dir: &Path, base: &Base, head: &TrainedHead, cache: &Path, json: bool) -> Result<(), CliError> {
    let (files, unknown): (Vec<_>, Vec<_>) =
        labelled_files(dir)?.into_iter().partition(|file| head.classes.contains(&file.class));
    if files.is_empty() {
        return Err(CliError::UnknownClasses { known: head.classes.join(", ") });
    }
    let paths: Vec<_> = files.iter().map(|file| file.path.as_path()).collect();
    let extracted = extract(&paths, base, head.size, cache, 0)?;
    let mut skipped = extracted.skipped;
    skipped.extend(
        unknown.into_iter().map(|file| Skipped {
            reason: format!("the head does not know the class `{}`", file.class),
            path: file.path,
        }),
    );

    let (labels, descriptors): (Vec<_>, Vec<_>) = files
        .iter()
        .zip(extracted.descriptors)
        .filter_map(|(file, descriptor)| Some((file.class.as_str(), descriptor?)))
        .unzip();
    let mut per_class = BTreeMap::<String, ClassReport>::new();
    let mut right = 0;
    for (label, probabilities) in labels.iter().zip(head.probabilities(&descriptors)?) {
        let class = per_class.entry((*label).to_owned()).or_default();
        let hit = head.classes[answer(&probabilities)] == *label;
        class.n += 1;
        class.accuracy += f64::from(u8::from(hit));
        right += usize::from(hit);
    }
    for class in per_class.values_mut() {
        class.accuracy /= class.n as f64;
    }
    let images = labels.len();
    let accuracy = right as f64 / images as f64;
    if json {
        crate::print_json(&Report { images, accuracy, per_class, skipped, ms_per_image: extracted.ms_per_photo });
        return Ok(());
    }
    let (low, high) = wilson_interval(right, images);
    println!(
        "{images} photos at {0}×{0}: {1:.2} % right (95 % interval {2:.2}–{3:.2} %)",
        head.size,
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
    println!("  {:.0} ms a photo on one core", extracted.ms_per_photo);
    Ok(())
}
