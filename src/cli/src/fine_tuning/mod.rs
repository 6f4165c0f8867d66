//! `headstart train --unfreeze`: a head and, with it, the base's last blocks.

mod activations;

use std::fs;
use std::path::Path;
use std::time::Instant;

use burn::tensor::Device;
use futures::executor::block_on;
use headstart_protocol::{PhotoHash, RunRecord, count, wilson_interval};
use headstart_train::{
    BankBuild, BestEpoch, Examples, FineTuning, FineTuningSettings, FrozenPart, HeadPlan, HeadSettings, TrainError,
    TrainedHead, TunedHead, TunedPhotos, ValidationSplit, put_blocks, put_temperature, temperature,
};
use headstart_weights::vgg16::Unfrozen;

use self::activations::Activations;
use crate::checkpoint;
use crate::error::CliError;
use crate::models::Base;
use crate::output;
use crate::photos::{LabelledFile, note_skipped, training_folder};
use crate::progress::Progress;
use crate::replace::replace;
use crate::train::{Options, describe, grouped, put_bank, train, write};

/// The share of each class that is held out where the folder has no validation photos.
const HELD_OUT: f64 = 0.2;
/// Validation photos that are answered at once.
const PORTION: usize = 16;

/// Trains the head, then head and blocks, and writes what does better on the validation photos.
///
/// # Errors
/// Whatever keeps photos from being read, the blocks from being trained, or files from being written.
pub(crate) fn run(options: &Options, unfrozen: Unfrozen, json: bool) -> Result<(), CliError> {
    let checkpoint = checkpoint::path(&options.out);
    let kept = checkpoint::kept(&checkpoint, options)?;
    let defaults = FineTuningSettings::new(unfrozen, options.size);
    let settings = FineTuningSettings {
        epochs: options.epochs.unwrap_or(defaults.epochs),
        patience: options.patience.unwrap_or(defaults.patience),
        views: options.views.unwrap_or(defaults.views),
        learning_rate: options.learning_rate.unwrap_or(defaults.learning_rate),
        seed: options.seed,
        ..defaults
    };
    let device = options.device.open()?;
    let base = Base::open(options.base.as_deref(), &device)?;
    let folder = training_folder(&options.data)?;
    note_skipped(&folder.skipped);
    let names = folder.classes;
    let photos = Photos::gather(&folder.training, &names, &base, &settings, settings.views, options)?;
    let (training, validation) = if folder.validation.is_empty() {
        photos.hold_out(&names, options.seed)?
    } else {
        let validation = Photos::gather(&folder.validation, &names, &base, &settings, 0, options)?;
        (photos, validation)
    };

    let head = head(&training, &validation, &names, options)?;
    let frozen = head.confusion().accuracy();
    if let Some(accuracy) = frozen {
        let (accuracy, photos) = (100.0 * accuracy, validation.hashes.len());
        output::note(format_args!("the head alone: validation accuracy {accuracy:.2} % on {photos} photos"));
    }
    let start = FrozenPart { convs: base.last(unfrozen).to_vec(), head: head.layers[0].clone() };
    let [known, checked] = [&training, &validation].map(Photos::tuned);
    let mut tuning = FineTuning::new(settings.clone(), &names, known, checked, start, &device)?;
    if let Some(bytes) = kept {
        tuning.restore(&bytes).map_err(|error| checkpoint::blame(error, &checkpoint))?;
    }
    tune(&mut tuning, &training, &validation, &checkpoint)?;

    let best = tuning.best().filter(|best| best.accuracy >= frozen);
    let mut file = block_on(head.head_file(options.size, &base.sha256, &Device::flex()))?;
    if let Some(best) = best {
        block_on(put_blocks(&mut file, best, unfrozen, base.last(unfrozen), &base.model))?;
        let logits = answers(&TunedHead::new(&file, base.last(unfrozen), &device)?, &validation)?;
        block_on(put_temperature(&mut file, temperature(&logits, validation.examples.labels()), &device))?;
        file.manifest.trained_on = training.hashes.len();
    } else {
        let held_out = Some(&validation.examples);
        put_bank(&mut file, BankBuild::new(&training.examples, held_out, names.len(), options.seed)?);
    }
    write(&file, &options.out)?;
    // It was of use until now only; where it cannot be removed it is in nobody's way.
    let _ = fs::remove_file(&checkpoint);
    if json {
        let (best_epoch, val_accuracy) = best.map_or((0, frozen), |best| (best.epoch, best.accuracy));
        return output::json(&RunRecord { best_epoch, val_accuracy, epochs: tuning.history().to_vec() });
    }
    let out = options.out.display();
    let Some(BestEpoch { epoch, accuracy: Some(accuracy), .. }) = best else {
        return output::line(format_args!(
            "training the blocks did not help: the head alone, on the base as it is, is in {out}"
        ));
    };
    let n = validation.hashes.len();
    let (low, high) = wilson_interval((accuracy * n as f64).round() as u32, count(n));
    let [accuracy, low, high] = [*accuracy, low, high].map(|share| 100.0 * share);
    output::line(format_args!(
        "validation accuracy {accuracy:.2} % on {n} held-out photos (95 % interval {low:.2}–{high:.2} %)"
    ))?;
    let (epochs, photos) = (tuning.history().len(), training.hashes.len());
    output::line(format_args!("  epoch {epoch} of {epochs} on {photos} photos; head and blocks in {out}"))
}

/// Photos whose activations are kept.
struct Photos {
    hashes: Vec<PhotoHash>,
    examples: Examples,
    kept: Activations,
}

impl Photos {
    /// The photos in `files` and `views` augmented views of each through the frozen layers. Those that are no photos are
    /// named on standard error.
    fn gather(
        files: &[LabelledFile],
        names: &[String],
        base: &Base,
        settings: &FineTuningSettings,
        views: u32,
        options: &Options,
    ) -> Result<Self, CliError> {
        let paths: Vec<&Path> = files.iter().map(|file| file.path.as_path()).collect();
        let mut kept = Activations::new(&options.cache, base, settings);
        let mut hashes = Vec::new();
        for view in 0..=views {
            hashes = kept.keep(&paths, base, view)?;
        }
        // By now all of their descriptors are known.
        let examples = grouped(describe(files, names, base, options.size, &options.cache)?)?;
        let hashes: Vec<PhotoHash> = hashes.into_iter().flatten().collect();
        if hashes.len() != examples.len() {
            return Err(TrainError::Photos("some changed while they were read".into()).into());
        }
        Ok(Self { hashes, examples, kept })
    }

    /// A part for training and one to validate on; near-duplicates stay on one side.
    fn hold_out(self, names: &[String], seed: u64) -> Result<(Self, Self), CliError> {
        let (labels, groups) = (self.examples.labels(), self.examples.groups());
        let (training, validation) = headstart_train::grouped(labels, groups, HELD_OUT, seed);
        let is_held_out = |class: &usize| validation.iter().any(|index| labels[*index] == *class);
        if let Some(class) = (0..names.len()).find(|class| !is_held_out(class)) {
            return Err(TrainError::TooFewToValidate { class: names[class].clone() }.into());
        }
        let part = |indices: &[usize]| Self {
            hashes: indices.iter().map(|index| self.hashes[*index]).collect(),
            examples: self.examples.select(indices),
            kept: self.kept.clone(),
        };
        Ok((part(&training), part(&validation)))
    }

    fn tuned(&self) -> TunedPhotos {
        let labels = self.examples.labels().iter().copied();
        TunedPhotos::new(&self.hashes.iter().copied().zip(labels).collect::<Vec<_>>())
    }
}

/// A linear head on the base as it is.
fn head(training: &Photos, validation: &Photos, names: &[String], options: &Options) -> Result<TrainedHead, CliError> {
    let settings = HeadSettings { seed: options.seed, ..HeadSettings::default() };
    let progress = Progress::over("epochs of the head", 0);
    let plan = HeadPlan {
        settings,
        classes: names.to_vec(),
        examples: training.examples.clone(),
        validation: ValidationSplit::Given(validation.examples.clone()),
        continue_from: None,
    };
    train(plan, |epochs| progress.set(epochs))
}

/// The logits of `photos`, `[n, classes]`.
fn answers(head: &TunedHead, photos: &Photos) -> Result<Vec<f32>, CliError> {
    let mut kept = photos.kept.open();
    let mut logits = Vec::new();
    for portion in photos.hashes.chunks(PORTION) {
        let inputs = kept.read(portion.iter().map(|hash| (*hash, 0)))?;
        logits.extend(block_on(head.logits(portion.len(), inputs))?);
    }
    Ok(logits)
}

/// Runs to the end, with a checkpoint after each epoch.
fn tune(tuning: &mut FineTuning, training: &Photos, validation: &Photos, checkpoint: &Path) -> Result<(), CliError> {
    let start = Instant::now();
    let before = tuning.history().last().map_or(0.0, |figures| figures.seconds);
    let progress = Progress::resumed("steps", tuning.next_batch(), tuning.total());
    let [mut photos, mut checked] = [training.kept.open(), validation.kept.open()];
    while !tuning.is_over() {
        if let Some(due) = tuning.validation_due() {
            let inputs = checked.read(validation.hashes[due].iter().map(|hash| (*hash, 0)))?;
            if let Some(epoch) = block_on(tuning.validate(inputs, before + start.elapsed().as_secs_f64()))? {
                replace(checkpoint, &tuning.checkpoint()?)?;
                let accuracy =
                    epoch.val_accuracy.map_or_else(String::new, |share| format!(", validation accuracy {share:.4}"));
                progress.say(format!("epoch {}: loss {:.4}{accuracy}", epoch.epoch, epoch.loss));
            }
        } else {
            let draws = tuning.draws(tuning.next_batch());
            let inputs = photos.read(draws.iter().map(|draw| (training.hashes[draw.photo], draw.view)))?;
            block_on(tuning.step(inputs))?;
            progress.step();
        }
    }
    Ok(())
}
