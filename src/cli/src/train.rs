//! `headstart train`: a head on a folder of photos.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use clap::{Args, ValueEnum};
use futures::executor::block_on;
use headstart_nn::{DESCRIPTOR_RECIPE, Head};
use headstart_train::{EpochFigures, Examples, Settings, Trainer, stratified};
use headstart_weights::head::{GoldenHead, HeadArchitecture, HeadFile, HeadManifest, VERSION};
use headstart_weights::index::{FileEntry, Index};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::error::CliError;
use crate::features::{self, extract};
use crate::models::Base;
use crate::photos::{LabelledFile, classes, training_folder};

/// What to train, on what.
#[derive(Args)]
pub(crate) struct Options {
    /// The folder: train/CLASS/* with val/CLASS/*, or CLASS/* alone, which is split; or files named CLASS.N.jpg.
    #[arg(long)]
    data: PathBuf,
    /// What to train.
    #[arg(long, value_enum, default_value = "vgg16-head")]
    model: Model,
    /// Side of the square that a photo is squeezed to, 150 or 224.
    #[arg(long, default_value_t = 150)]
    size: usize,
    /// Passes over the photos, at most.
    #[arg(long)]
    epochs: Option<usize>,
    /// Seed of the split, the initial weights and the order of photos.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A base file, quantized or float; the shipped one if left out.
    #[arg(long)]
    base: Option<PathBuf>,
    /// Where features are kept between runs.
    #[arg(long, default_value_os_t = features::default_cache())]
    cache: PathBuf,
    /// The head file to write. Where an index.json lies beside it, the head is listed there.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Model {
    /// A linear head on the frozen VGG16 base.
    Vgg16Head,
}

#[derive(Serialize)]
struct Report {
    best_epoch: usize,
    val_accuracy: f64,
    epochs: Vec<EpochFigures>,
}

/// Share of photos that validate where the folder has no `val`.
const VALIDATION_SHARE: f64 = 0.2;

/// Trains as `options` say and writes the head.
///
/// # Errors
/// Whatever keeps photos from being read, the head from being trained, or its file from being written.
pub(crate) fn run(options: &Options, json: bool) -> Result<(), CliError> {
    let base = Base::open(options.base.as_deref())?;
    let folder = training_folder(&options.data)?;
    let names = classes(&folder.training);
    let describe = |files: &[LabelledFile]| describe(files, &names, &base, options);
    let all = describe(&folder.training)?;
    let (training, validation) = if folder.validation.is_empty() {
        let (training, validation) = stratified(all.labels(), VALIDATION_SHARE, options.seed);
        (all.select(&training), all.select(&validation))
    } else {
        (all, describe(&folder.validation)?)
    };

    let Model::Vgg16Head = options.model;
    let defaults = Settings::default();
    let settings = Settings { epochs: options.epochs.unwrap_or(defaults.epochs), seed: options.seed, ..defaults };
    let architecture = settings.architecture.clone();
    let epochs = settings.epochs;
    let mut trainer = Trainer::new(settings, &names, &training, &validation, &Device::flex())?;
    let bar = ProgressBar::new(epochs as u64).with_style(style());
    bar.enable_steady_tick(Duration::from_millis(500));
    let start = Instant::now();
    let mut history = Vec::new();
    while !trainer.is_over() {
        let figures = block_on(trainer.epoch())?;
        let figures = EpochFigures { seconds: start.elapsed().as_secs_f64(), ..figures };
        bar.set_message(format!("validation {:.4}", figures.val_accuracy));
        bar.inc(1);
        history.push(figures);
    }
    bar.finish_and_clear();
    let best_epoch = trainer.best_epoch();
    let val_accuracy = history.iter().find(|figures| figures.epoch == best_epoch).map_or(0.0, |best| best.val_accuracy);

    let manifest = HeadManifest {
        version: VERSION,
        classes: names,
        size: options.size,
        features: DESCRIPTOR_RECIPE.to_owned(),
        base_sha256: base.sha256.clone(),
        architecture: architecture.clone(),
        trained_on: training.len(),
        validated_on: validation.len(),
        val_accuracy: Some(val_accuracy),
        seed: options.seed,
        golden: golden(&trainer, &architecture, validation.descriptor(0))?,
    };
    let head = HeadFile { manifest, layers: trainer.best().to_vec() };
    write(&head, &options.out)?;
    if json {
        crate::print_json(&Report { best_epoch, val_accuracy, epochs: history });
    } else {
        println!(
            "{:.2} % of {} validation photos after epoch {best_epoch} of {}; head in {}",
            100.0 * val_accuracy,
            validation.len(),
            history.len(),
            options.out.display()
        );
    }
    Ok(())
}

/// The examples in `files`; those that are no photos are named on standard error.
fn describe(files: &[LabelledFile], names: &[String], base: &Base, options: &Options) -> Result<Examples, CliError> {
    let files: Vec<_> = files
        .iter()
        .filter_map(|file| Some((names.iter().position(|name| *name == file.class)?, file.path.as_path())))
        .collect();
    let paths: Vec<&Path> = files.iter().map(|(_, path)| *path).collect();
    let extracted = extract(&paths, base, options.size, &options.cache)?;
    for skipped in &extracted.skipped {
        eprintln!("skipped {}: {}", skipped.path.display(), skipped.reason);
    }
    let (labels, rows): (Vec<_>, Vec<_>) = files
        .iter()
        .zip(extracted.descriptors)
        .filter_map(|((label, _), descriptor)| Some((*label, descriptor?)))
        .unzip();
    Ok(Examples::new(&rows, labels, names.len())?)
}

/// One descriptor and what the finished head says of it.
fn golden(trainer: &Trainer, architecture: &HeadArchitecture, input: &[f32]) -> Result<GoldenHead, CliError> {
    let head = Head::new(trainer.best(), architecture, &Device::flex())?;
    let descriptor = burn::tensor::TensorData::new(input.to_vec(), [1, input.len()]);
    let descriptor = burn::tensor::Tensor::<2>::from_data(descriptor, &Device::flex());
    let probabilities = block_on(headstart_nn::read(head.probabilities(descriptor)))?;
    Ok(GoldenHead { input: input.to_vec(), probabilities })
}

/// Writes the head, and lists it in an index beside it.
fn write(head: &HeadFile, path: &Path) -> Result<(), CliError> {
    let weights = |error| CliError::Weights { path: path.to_owned(), error };
    let bytes = head.to_bytes().map_err(weights)?;
    let save = |path: &Path, bytes: &[u8]| {
        fs::write(path, bytes).map_err(|error| CliError::Write { path: path.to_owned(), error })
    };
    save(path, &bytes)?;
    let listing = path.with_file_name(headstart_weights::index::FILE_NAME);
    let Ok(json) = fs::read(&listing) else { return Ok(()) };
    let mut index = Index::from_json(&json).map_err(weights)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    index.add_head(FileEntry::of(&name, &bytes), &head.manifest).map_err(weights)?;
    save(&listing, &index.to_json().map_err(weights)?)
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("epoch {pos}/{len} {wide_bar} {msg}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
