//! `headstart learning-curve`: accuracy against training photos a class, of a head and of a small CNN from scratch.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use burn::tensor::Device;
use clap::Args;
use futures::executor::block_on;
use headstart_protocol::{CurvePoint, CurveRecord, Learner, Validation, count};
use headstart_train::scratch::{LabelledPhotos, ScratchSettings};
use headstart_train::{CurvePhotos, CurveSettings, Examples, HeadSettings, LearningCurve, held_out};
use headstart_weights::scratch::ScratchArchitecture;

use crate::device::DeviceChoice;
use crate::error::CliError;
use crate::features::{self, extract};
use crate::models::{Base, side};
use crate::output;
use crate::photos::{LabelledFile, Skipped, labelled_files, note_skipped, training_folder};
use crate::progress::Progress;
use crate::scratch::square_of;
use crate::train::grouped;

/// Epochs of the CNN at least. The page, which has minutes, makes do with fewer where there are many photos; on record, nobody
/// shall say that it was not given time.
const FEWEST_EPOCHS: usize = 30;

/// What to measure, on what.
#[derive(Args)]
#[command(after_help = "Example:\n  headstart learning-curve my-photos --most 100 --scratch-draws 0")]
pub(crate) struct Options {
    /// The folder: train/CLASS/* to draw from and val/CLASS/* to score on, or CLASS/* alone, a fifth of which is held out;
    /// or files named CLASS.N.jpg.
    pub(crate) dir: PathBuf,
    /// Photos to score on, SCORE/CLASS/*, in place of those of the folder.
    #[arg(long)]
    score: Option<PathBuf>,
    /// Side of the square that the base sees, 150 or 224.
    #[arg(long, default_value_t = 150, value_parser = side())]
    size: usize,
    /// Draws of each number of photos for the head.
    #[arg(long, default_value_t = 5)]
    draws: usize,
    /// Draws of each number of photos for the CNN; 0 leaves it out.
    #[arg(long, default_value_t = 3)]
    scratch_draws: usize,
    /// Photos a class at most.
    #[arg(long, default_value_t = 500)]
    most: usize,
    /// Seed of the split, the draws and each training.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the base is computed; the head and the small CNN are always trained on the processor.
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// Where features are kept between runs.
    #[arg(long, default_value_os_t = features::default_cache())]
    cache: PathBuf,
}

/// Prints the curve.
///
/// # Errors
/// Whatever keeps photos from being read or models from being trained.
pub(crate) fn run(options: &Options, json: bool) -> Result<(), CliError> {
    let start = Instant::now();
    let photos = photos(options)?;
    let held_out = photos.held_out.len();
    let settings = CurveSettings {
        head: HeadSettings::default(),
        scratch: patient,
        draws: [options.draws, options.scratch_draws],
        most: options.most,
        seed: options.seed,
    };
    let mut curve = LearningCurve::new(photos, settings, &Device::flex())?;
    let draws = curve.progress().1;
    let heads = draws * options.draws / (options.draws + options.scratch_draws).max(1);
    // A bar for each: a CNN takes many times as long as a head.
    for (noun, begin, end) in [("draws for the head", 0, heads), ("draws for the CNN", heads, draws)] {
        let progress = Progress::in_large_steps(noun, end - begin);
        while !curve.is_over() && curve.progress().0 < end {
            if block_on(curve.advance())? {
                progress.step();
            }
        }
    }
    if json {
        let seconds = start.elapsed().as_secs_f64();
        return output::json(&CurveRecord { held_out: count(held_out), points: curve.points(), seconds });
    }
    output::line(format_args!("accuracy on {held_out} held-out photos"))?;
    curve.points().iter().try_for_each(|point| output::line(words(point)))
}

/// How the CNN is trained: as in the page, but for [`FEWEST_EPOCHS`].
fn patient(classes: usize, photos: usize) -> ScratchSettings {
    let settings = ScratchSettings::small(classes, photos);
    ScratchSettings { epochs: settings.epochs.max(FEWEST_EPOCHS), ..settings }
}

fn words(point: &CurvePoint) -> String {
    let who = match point.learner {
        Learner::Transfer => "head",
        Learner::Scratch => "CNN",
    };
    let spread = point.deviation.map_or_else(String::new, |deviation| format!(" ± {deviation:.4}"));
    format!("{who}, {} a class: {:.4}{spread} over {} draws", point.photos, point.mean, point.draws)
}

/// The photos of the folder, described by the base and as squares for the CNN. What either cannot read is left out for
/// both.
fn photos(options: &Options) -> Result<CurvePhotos, CliError> {
    let base = Base::open(None, &options.device.open()?)?;
    let mut folder = training_folder(&options.dir)?;
    if let Some(score) = &options.score {
        let scored = labelled_files(score)?.within_trained(&folder.classes);
        folder.validation = scored.files;
        folder.skipped.extend(scored.skipped);
    }
    let mut skipped = folder.skipped;
    let names = folder.classes;
    let label = |file: &LabelledFile| names.iter().position(|name| *name == file.class);
    let files: Vec<(&LabelledFile, bool)> = (folder.training.iter().map(|file| (file, false)))
        .chain(folder.validation.iter().map(|file| (file, true)))
        .collect();
    let paths: Vec<_> = files.iter().map(|(file, _)| file.path.as_path()).collect();
    let extracted = extract(&paths, &base, options.size, &options.cache, 0)?;
    skipped.extend(extracted.skipped);
    let side = ScratchArchitecture::small(names.len()).side;
    let wants_photos = options.scratch_draws > 0;
    let (mut rows, mut labels, mut images, mut given) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let progress = Progress::over("photos for the CNN", files.len());
    for ((file, validates), row) in files.into_iter().zip(extracted.descriptors) {
        progress.step();
        let (Some(label), Some(row)) = (label(file), row) else { continue };
        if wants_photos {
            match square_of(&file.path, side) {
                Ok(image) => images.push(image),
                Err(reason) => {
                    skipped.push(Skipped::new(&file.path, reason));
                    continue;
                }
            }
        }
        rows.push(row);
        labels.push(label);
        given.push(validates);
    }
    drop(progress);
    note_skipped(&skipped);
    let photos = wants_photos.then(|| LabelledPhotos::new(side, images, labels.clone(), names.len()));
    let photos = photos.transpose()?.map(Arc::new);
    let examples = Examples::new(&rows, labels, names.len())?;
    if given.contains(&true) {
        let side = |validates: bool| (0..given.len()).filter(|index| given[*index] == validates).collect();
        return Ok(CurvePhotos { classes: names, examples, photos, training: side(false), held_out: side(true) });
    }
    let examples = grouped(examples)?;
    let held_out = held_out(&examples, &names, Validation::Cross, options.seed)?;
    let training = (0..examples.len()).filter(|index| held_out.binary_search(index).is_err()).collect();
    Ok(CurvePhotos { classes: names, examples, photos, training, held_out })
}
