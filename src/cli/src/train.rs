//! `headstart train`: a head on a folder of photos; with it the base's last blocks in [`fine_tuning`], a CNN from scratch
//! in [`scratch`].

use std::path::{Path, PathBuf};
use std::time::Instant;

use burn::tensor::Device;
use clap::{Args, ValueEnum};
use futures::executor::block_on;
use headstart_protocol::{RunRecord, ValidatedBy, Validation, count, wilson_interval};
use headstart_train::{
    BankBuild, Examples, Grouping, HeadPlan, HeadSettings, HeadTraining, TrainError, TrainedHead, ValidationSplit,
};
use headstart_vision::VIEWS;
use headstart_weights::head::HeadFile;
use headstart_weights::vgg16::Unfrozen;

use crate::device::DeviceChoice;
use crate::error::CliError;
use crate::features::{self, extract};
use crate::fine_tuning;
use crate::listing::enter_if_listed;
use crate::models::{Base, side};
use crate::output;
use crate::photos::{LabelledFile, note_skipped, training_folder};
use crate::progress::Progress;
use crate::replace::{self, replace};
use crate::scratch;

/// What to train, on what.
#[derive(Args)]
#[command(after_help = "Example:
  headstart train --data my-photos --out my-head.safetensors    # my-photos/cat/*.jpg, my-photos/dog/*.jpg")]
pub(crate) struct Options {
    /// The folder: train/CLASS/* with val/CLASS/* (or validation, dev), or CLASS/* alone, which is cross-validated; or files
    /// named CLASS.N.jpg. Photos of test/CLASS/* beside train are left for `evaluate`.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// What to train.
    #[arg(long, value_enum, default_value = "vgg16-head")]
    model: Model,
    /// Side of the square that a photo is squeezed to, 150 or 224.
    #[arg(long, default_value_t = 150, value_parser = side())]
    pub(crate) size: usize,
    /// Train the base's last blocks together with the head: block 5, or with 4 blocks 4 and 5.
    #[arg(long, value_enum)]
    pub(crate) unfreeze: Option<Unfreeze>,
    /// Passes over the photos, at most.
    #[arg(long)]
    pub(crate) epochs: Option<usize>,
    /// Early stopping: epochs without a lower validation loss after which the training of a head ends.
    #[arg(long)]
    pub(crate) patience: Option<usize>,
    /// The highest learning rate: of the head, of the CNN, or with --unfreeze of the base's blocks.
    #[arg(long, value_name = "RATE")]
    pub(crate) learning_rate: Option<f64>,
    /// Augmented views of each photo (mirrored, cropped, brighter) that are trained on beside it, up to 6. With --unfreeze
    /// each epoch takes one of them or the photo itself; 1 if left out.
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=i64::from(VIEWS)))]
    pub(crate) views: Option<u32>,
    /// Seed of the split, the initial weights and the order of photos.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Go on from the checkpoint beside the file to write, if there is one; for the CNN and with --unfreeze, which take long.
    #[arg(long)]
    pub(crate) resume: bool,
    /// Begin anew where such a checkpoint lies, and give it up.
    #[arg(long, conflicts_with = "resume")]
    pub(crate) restart: bool,
    /// Where the base, its blocks and the CNN are computed; a head is always trained on the processor.
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) device: DeviceChoice,
    /// A base file, quantized or float; the shipped one if left out.
    #[arg(long)]
    pub(crate) base: Option<PathBuf>,
    /// Where features are kept between runs.
    #[arg(long, default_value_os_t = features::default_cache())]
    pub(crate) cache: PathBuf,
    /// The file to write. Where an index.json lies beside it, a head is listed there.
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Model {
    /// A linear head on the frozen VGG16 base.
    Vgg16Head,
    /// A CNN from random weights, the published architecture.
    Scratch,
}

/// Which blocks `--unfreeze` trains: from that one on.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Unfreeze {
    #[value(name = "5")]
    Block5,
    #[value(name = "4")]
    Blocks4And5,
}

impl From<Unfreeze> for Unfrozen {
    fn from(unfreeze: Unfreeze) -> Self {
        match unfreeze {
            Unfreeze::Block5 => Self::Block5,
            Unfreeze::Blocks4And5 => Self::Blocks4And5,
        }
    }
}

/// Trains as `options` say and writes the file.
///
/// # Errors
/// Whatever keeps photos from being read, the model from being trained, or its file from being written.
pub(crate) fn run(options: &Options, json: bool) -> Result<(), CliError> {
    replace::check(&options.out)?;
    let trained = match (options.model, options.unfreeze) {
        (Model::Vgg16Head, Some(unfreeze)) => fine_tuning::run(options, unfreeze.into(), json),
        (Model::Vgg16Head, None) => head(options, json),
        (Model::Scratch, Some(_)) => Err(CliError::NothingFrozen),
        (Model::Scratch, None) => scratch::train(options, json),
    };
    trained.map_err(|error| error.of_folder(&options.data))
}

fn head(options: &Options, json: bool) -> Result<(), CliError> {
    if options.resume {
        output::note("a head is trained in one go: there is nothing to resume, it is trained anew");
    }
    if options.restart {
        output::note("a head is trained in one go: it has no checkpoint to give up, --restart changes nothing");
    }
    let folder = training_folder(&options.data)?;
    note_skipped(&folder.skipped);
    check_classes(&folder.classes, &options.data)?;
    let base = Base::open(options.base.as_deref(), &options.device.open()?)?;
    let names = folder.classes;
    let described = |files: &[LabelledFile]| describe(files, &names, &base, options.size, &options.cache);
    let examples = grouped(described(&folder.training)?)?;
    let examples = examples.with_views(views(&folder.training, &base, options)?)?;
    let validation = if folder.validation.is_empty() {
        ValidationSplit::Of(Validation::Cross)
    } else {
        ValidationSplit::Given(described(&folder.validation)?)
    };
    let defaults = HeadSettings::default();
    let settings = HeadSettings {
        epochs: options.epochs.unwrap_or(defaults.epochs),
        patience: options.patience.unwrap_or(defaults.patience),
        learning_rate: options.learning_rate.unwrap_or(defaults.learning_rate),
        seed: options.seed,
        ..defaults
    };
    let progress = Progress::over("epochs", 0);
    let held_out = if let ValidationSplit::Given(held_out) = &validation { Some(held_out) } else { None };
    let bank = BankBuild::new(&examples, held_out, names.len(), options.seed)?;
    let plan = HeadPlan { settings, classes: names, examples, validation, continue_from: None };
    let trained = train(plan, |epochs| progress.set(epochs))?;
    drop(progress);
    let mut head = block_on(trained.head_file(options.size, &base.sha256, &Device::flex()))?;
    put_bank(&mut head, bank);
    write(&head, &options.out)?;
    if json {
        return output::json(&RunRecord {
            best_epoch: trained.best_epoch,
            val_accuracy: trained.confusion().accuracy(),
            epochs: trained.history,
        });
    }
    output::line(words(&trained))?;
    let (epoch, photos) = (trained.best_epoch, trained.trained_on);
    output::line(format_args!("  trained to epoch {epoch} on {photos} photos; head in {}", options.out.display()))
}

/// Whether a file can hold a model of the classes `names`, the folders of `dir`: asked before hours of work, not after them.
///
/// # Errors
/// [`TrainError::TooFewClasses`], or [`CliError::Classes`] where it cannot.
pub(crate) fn check_classes(names: &[String], dir: &Path) -> Result<(), CliError> {
    if names.len() < 2 {
        return Err(TrainError::TooFewClasses { found: names.len() }.into());
    }
    headstart_weights::check_classes(names).map_err(|reason| CliError::Classes { dir: dir.to_owned(), reason })
}

/// Runs `plan` to its end; `tell` hears of epochs done, and epochs at most.
///
/// # Errors
/// Whatever keeps the head from being trained.
pub(crate) fn train(plan: HeadPlan, tell: impl Fn([usize; 2])) -> Result<TrainedHead, CliError> {
    let start = Instant::now();
    let mut training = HeadTraining::new(plan, &Device::flex())?;
    while !training.is_over() {
        block_on(training.advance(start.elapsed().as_secs_f64()))?;
        let (done, of) = training.progress();
        tell([done, of]);
    }
    Ok(block_on(training.finish())?)
}

/// Makes the head's bank, of what `build` has, and says so where there is none.
pub(crate) fn put_bank(head: &mut HeadFile, build: BankBuild) {
    head.put_bank(build.finish());
    if head.bank.is_none() {
        output::note(
            "there are too few different photos to say what is like none of them: the head takes every photo for one of its classes",
        );
    }
}

/// The validation accuracy, and how it came about.
fn words(trained: &TrainedHead) -> String {
    let confusion = trained.confusion();
    let (right, total) = (confusion.right(), confusion.total());
    let photos = match trained.validated_by {
        ValidatedBy::CrossValidation { folds } => format!("in a cross-validation of {total} photos in {folds} folds"),
        ValidatedBy::HeldOut => format!("on {total} held-out photos"),
        ValidatedBy::Nothing => return "no validation accuracy: a class has too few photos to hold any out".to_owned(),
    };
    let (low, high) = wilson_interval(count(right), count(total));
    let accuracy = confusion.accuracy().unwrap_or_default();
    let [accuracy, low, high] = [accuracy, low, high].map(|share| 100.0 * share);
    format!("validation accuracy {accuracy:.2} % {photos} (95 % interval {low:.2}–{high:.2} %)")
}

/// The same examples, near-duplicates in one group, so that no fold tears them apart.
///
/// # Errors
/// None that examples that fit together would have.
pub(crate) fn grouped(examples: Examples) -> Result<Examples, CliError> {
    let bursts = vec![None; examples.len()];
    let progress = Progress::over("photos compared", examples.len());
    let mut grouping = Grouping::new(examples, &bursts)?;
    while !grouping.step() {
        progress.step();
    }
    Ok(grouping.finish()?)
}

/// The examples in `files`; those that are no photos are named on standard error.
///
/// # Errors
/// Those of [`extract`].
pub(crate) fn describe(
    files: &[LabelledFile],
    names: &[String],
    base: &Base,
    size: usize,
    cache: &Path,
) -> Result<Examples, CliError> {
    let files: Vec<_> = files
        .iter()
        .filter_map(|file| Some((names.iter().position(|name| *name == file.class)?, file.path.as_path())))
        .collect();
    let paths: Vec<&Path> = files.iter().map(|(_, path)| *path).collect();
    let extracted = extract(&paths, base, size, cache, 0)?;
    note_skipped(&extracted.skipped);
    let (labels, rows): (Vec<_>, Vec<_>) = files
        .iter()
        .zip(extracted.descriptors)
        .filter_map(|((label, _), descriptor)| Some((*label, descriptor?)))
        .unzip();
    Ok(Examples::new(&rows, labels, names.len())?)
}

/// The augmented views of the photos in `files`, as [`Examples::with_views`] takes them.
fn views(files: &[LabelledFile], base: &Base, options: &Options) -> Result<Vec<(usize, Vec<f32>)>, CliError> {
    let paths: Vec<&Path> = files.iter().map(|file| file.path.as_path()).collect();
    let mut views = Vec::new();
    for number in 1..=options.views.unwrap_or(0) {
        let extracted = extract(&paths, base, options.size, &options.cache, number)?;
        // Who could not be decoded is no example either.
        views.extend(extracted.descriptors.into_iter().flatten().enumerate());
    }
    Ok(views)
}

/// Writes the head, and lists it in an index beside it.
///
/// # Errors
/// [`CliError::Weights`] for a head that is none, [`CliError::Write`], and those of the index.
pub(crate) fn write(head: &HeadFile, path: &Path) -> Result<(), CliError> {
    let bytes = head.to_bytes().map_err(|error| CliError::Weights { path: path.to_owned(), error })?;
    replace(path, &bytes)?;
    enter_if_listed(path, &bytes, |index, entry| index.add_head(entry, &head.manifest))
}
