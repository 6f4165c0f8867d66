//! `headstart few-shots`: test accuracies of heads trained on few photos, and the time that training takes.

use std::path::PathBuf;
use std::time::Instant;

use burn::tensor::Device;
use clap::Args;
use futures::executor::block_on;
use headstart_nn::{Head, read};
use headstart_protocol::Validation;
use headstart_train::metrics::answer;
use headstart_train::{Examples, HeadPlan, HeadSettings, HeadTrainer, TrainedHead, ValidationSplit};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use serde::Serialize;

use crate::error::CliError;
use crate::features;
use crate::models::{Base, side};
use crate::output;
use crate::photos::{Listing, labelled_files, note_skipped};
use crate::progress::Progress;
use crate::train::{describe, train};

/// What to measure.
#[derive(Args)]
#[command(after_help = "Example:\n  headstart few-shots cats-dogs")]
pub(crate) struct Options {
    /// The folder: train/CLASS/* to draw from and test/CLASS/* to score on.
    pub(crate) dir: PathBuf,
    /// Side of the square that a photo is squeezed to, 150 or 224.
    #[arg(long, default_value_t = 150, value_parser = side())]
    size: usize,
    /// Photos a class; all of them come last in any case.
    #[arg(long, value_delimiter = ',', default_values_t = [5, 20, 100, 500])]
    photos: Vec<usize>,
    /// Draws of each.
    #[arg(long, default_value_t = 10)]
    draws: u64,
    /// Where features are kept between runs.
    #[arg(long, default_value_os_t = features::default_cache())]
    cache: PathBuf,
}

#[derive(Serialize)]
struct Report {
    few_shots: Vec<FewShots>,
    timings: Vec<Timing>,
}

/// Test accuracies of heads that were trained with default settings.
#[derive(Serialize)]
struct FewShots {
    photos_a_class: usize,
    draws: usize,
    mean: f64,
    deviation: f64,
    /// Mean of the validation accuracies that the trainings themselves have found, without the test photos.
    claimed: f64,
    /// Of a whole run, cross-validation included.
    seconds: f64,
}

/// How long one fit takes, without cross-validation.
#[derive(Serialize)]
struct Timing {
    photos: usize,
    epochs: usize,
    seconds: f64,
}

/// Prints how heads of few photos do.
///
/// # Errors
/// Whatever keeps photos from being read or heads from being trained.
pub(crate) fn run(options: &Options, json: bool) -> Result<(), CliError> {
    let base = Base::open(None, &Device::flex())?;
    let files = |part: &str| labelled_files(&options.dir.join(part));
    let (train, test) = (files("train")?, files("test")?);
    let names = train.classes();
    let described = |listing: Listing| {
        let listing = listing.within_trained(&names);
        note_skipped(&listing.skipped);
        describe(&listing.files, &names, &base, options.size, &options.cache)
    };
    let (pool, test) = (described(train)?, described(test)?);
    let largest = pool.per_class(names.len()).into_iter().max().unwrap_or(0);
    let mut report = Report { few_shots: Vec::new(), timings: Vec::new() };
    for photos in options.photos.iter().copied().filter(|photos| *photos < largest).chain([largest]) {
        // All photos can be drawn in one way only.
        let draws = if photos == largest { 1 } else { options.draws };
        let drawn: Vec<_> = (0..draws).map(|seed| draw(&pool, names.len(), photos, seed)).collect();
        let measured = measure(photos, drawn, &names, &test)?;
        if !json {
            let FewShots { draws, mean, deviation, claimed, seconds, .. } = measured;
            output::line(format_args!(
                "{photos} a class: test accuracy {mean:.4} ± {deviation:.4} over {draws} draws; validation accuracy {claimed:.4}; {seconds:.2} s a training"
            ))?;
        }
        report.few_shots.push(measured);
    }
    for (photos, epochs) in [(200, 100), (1000, 50)] {
        let timing = time(&draw(&pool, names.len(), photos / names.len(), 0), &names, epochs)?;
        if !json {
            output::line(format_args!("{} photos × {epochs} epochs: {:.2} s", timing.photos, timing.seconds))?;
        }
        report.timings.push(timing);
    }
    if json { output::json(&report) } else { Ok(()) }
}

/// `photos` of each class, drawn by `seed`.
fn draw(pool: &Examples, classes: usize, photos: usize, seed: u64) -> Examples {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let mut chosen = Vec::new();
    for class in 0..classes {
        let mut members: Vec<_> = (0..pool.len()).filter(|index| pool.labels()[*index] == class).collect();
        members.shuffle(&mut random);
        chosen.extend(members.into_iter().take(photos));
    }
    pool.select(&chosen)
}

fn measure(photos: usize, drawn: Vec<Examples>, names: &[String], test: &Examples) -> Result<FewShots, CliError> {
    let (mut accuracies, mut claimed) = (Vec::new(), Vec::new());
    let progress = Progress::in_large_steps("draws", drawn.len());
    let start = Instant::now();
    let n = drawn.len() as f64;
    for examples in drawn {
        let plan = HeadPlan {
            settings: HeadSettings::default(),
            classes: names.to_vec(),
            examples,
            validation: ValidationSplit::Of(Validation::Cross),
            continue_from: None,
        };
        let head = train(plan, |_| ())?;
        progress.step();
        claimed.push(head.confusion().accuracy().unwrap_or(f64::NAN));
        accuracies.push(score(&head, test)?);
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let centre = mean(&accuracies);
    let variance = accuracies.iter().map(|accuracy| (accuracy - centre).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    Ok(FewShots {
        photos_a_class: photos,
        draws: accuracies.len(),
        mean: centre,
        deviation: variance.sqrt(),
        claimed: mean(&claimed),
        seconds: start.elapsed().as_secs_f64() / n,
    })
}

/// The head's accuracy on `test`.
fn score(trained: &TrainedHead, test: &Examples) -> Result<f64, CliError> {
    let device = Device::flex();
    let head = Head::new(&trained.layers, &trained.settings.architecture, &device)?;
    let rows: Vec<f32> = (0..test.len()).flat_map(|index| test.descriptor(index)).copied().collect();
    let rows = burn::tensor::TensorData::new(rows, [test.len(), test.width()]);
    let logits = block_on(read(head.forward(burn::tensor::Tensor::from_data(rows, &device))))?;
    let answers = logits.chunks_exact(trained.classes.len()).map(answer);
    let right = answers.zip(test.labels()).filter(|(answer, label)| answer == *label).count();
    Ok(right as f64 / test.len() as f64)
}

/// One fit with default settings but for the epochs, on the CPU.
fn time(examples: &Examples, names: &[String], epochs: usize) -> Result<Timing, CliError> {
    let start = Instant::now();
    let mut trainer = HeadTrainer::without_validation(
        HeadSettings { epochs, ..HeadSettings::default() },
        names,
        examples,
        &Device::flex(),
    )?;
    while !trainer.is_over() {
        block_on(trainer.epoch())?;
    }
    block_on(trainer.best())?;
    Ok(Timing { photos: examples.len(), epochs, seconds: start.elapsed().as_secs_f64() })
}
