//! `headstart train --model scratch`: a CNN from random weights.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, Scope};
use std::time::Instant;

use burn::tensor::Device;
use futures::executor::block_on;
use headstart_nn::ScratchCnn;
use headstart_protocol::{RunRecord, count, wilson_interval};
use headstart_train::scratch::{LabelledPhotos, PhotoBatch, ScratchSettings, ScratchTrainer};
use headstart_train::{BestEpoch, grouped};
use headstart_vision::RgbImage;
use headstart_weights::scratch::{KIND, ScratchArchitecture, ScratchFile, ScratchManifest, VERSION};
use headstart_weights::sha256;

use super::allocation::keep_freed_memory;
use super::photos::load;
use crate::checkpoint;
use crate::error::CliError;
use crate::output;
use crate::photos::{note_skipped, training_folder};
use crate::progress::Progress;
use crate::replace::replace;
use crate::train::{Options, check_classes};

/// The share of each class that is held out where the folder has no validation photos.
const HELD_OUT: f64 = 0.2;
/// Batches that each loader may be ahead.
const AHEAD: usize = 2;

/// Trains as `options` say and writes the network.
///
/// # Errors
/// Whatever keeps photos from being read, the network from being trained, or files from being written.
pub(crate) fn run(options: &Options, json: bool) -> Result<(), CliError> {
    keep_freed_memory();
    let checkpoint = checkpoint::path(&options.out);
    let kept = checkpoint::kept(&checkpoint, options)?;
    let folder = training_folder(&options.data)?;
    note_skipped(&folder.skipped);
    let names = folder.classes;
    check_classes(&names, &options.data)?;
    let architecture = ScratchArchitecture::published(options.size, names.len());
    architecture.check().map_err(|reason| CliError::Architecture { size: options.size, reason })?;
    let (images, labels) = load(&folder.training, &names, options.size)?;
    let (training, validation) = if folder.validation.is_empty() {
        hold_out(images, labels, options.seed)
    } else {
        ((images, labels), load(&folder.validation, &names, options.size)?)
    };
    let photos = |(images, labels)| LabelledPhotos::new(options.size, images, labels, names.len()).map(Arc::new);
    let (training, validation) = (photos(training)?, photos(validation)?);
    let (trained_on, validated_on) = (training.len(), validation.len());

    let defaults = ScratchSettings::new(architecture);
    let settings = ScratchSettings {
        epochs: options.epochs.unwrap_or(defaults.epochs),
        learning_rate: options.learning_rate.unwrap_or(defaults.learning_rate),
        seed: options.seed,
        ..defaults
    };
    let device = options.device.open()?;
    let mut trainer = match kept {
        Some(bytes) => ScratchTrainer::resume(&bytes, settings.clone(), &names, training, validation, &device)
            .map_err(|error| checkpoint::blame(error, &checkpoint))?,
        None => ScratchTrainer::new(settings.clone(), &names, training, validation, &device)?,
    };
    let result = train(&mut trainer, &checkpoint);
    // A training that diverged leaves its best epoch all the same.
    if let Some(best) = trainer.best() {
        write_network(best, &settings, &names, [trained_on, validated_on], &options.out)?;
    }
    result?;
    let epochs = trainer.history().to_vec();
    let (best_epoch, val_accuracy) = trainer.best().map_or((0, None), |best| (best.epoch, best.accuracy));
    // It was of use until now only; where it cannot be removed it is in nobody's way.
    let _ = fs::remove_file(&checkpoint);
    if json {
        return output::json(&RunRecord { best_epoch, val_accuracy, epochs });
    }
    if let Some(accuracy) = val_accuracy {
        let (low, high) = wilson_interval((accuracy * validated_on as f64).round() as u32, count(validated_on));
        let [accuracy, low, high] = [accuracy, low, high].map(|share| 100.0 * share);
        output::line(format_args!(
            "validation accuracy {accuracy:.2} % on {validated_on} held-out photos (95 % interval {low:.2}–{high:.2} %)"
        ))?;
    }
    let (epochs, out) = (epochs.len(), options.out.display());
    output::line(format_args!("  epoch {best_epoch} of {epochs} on {trained_on} photos; network in {out}"))
}

/// Runs to the end, with a checkpoint after each epoch. Batches are made on all other cores meanwhile.
fn train(trainer: &mut ScratchTrainer, checkpoint: &Path) -> Result<(), CliError> {
    let start = Instant::now();
    let before = trainer.history().last().map_or(0.0, |figures| figures.seconds);
    let begin = trainer.next_batch();
    let progress = Progress::resumed("steps", begin, trainer.loader().total());
    thread::scope(|scope| {
        let feeds = feeds(scope, trainer);
        while !trainer.is_over() {
            let number = trainer.next_batch();
            if !trainer.is_validation_due() {
                let feed = &feeds[(number - begin) % feeds.len()];
                let batch = feed.recv().unwrap_or_else(|_| trainer.loader().load(number));
                block_on(trainer.step(batch))?;
                progress.step();
            } else if let Some(epoch) = block_on(trainer.validate(before + start.elapsed().as_secs_f64()))? {
                replace(checkpoint, &trainer.checkpoint()?)?;
                let accuracy =
                    epoch.val_accuracy.map_or_else(String::new, |share| format!(", validation accuracy {share:.4}"));
                progress.say(format!("epoch {}: loss {:.4}{accuracy}", epoch.epoch, epoch.loss));
            }
        }
        Ok(())
    })
}

/// Threads that make the batches that are due, each every so many-th one, in their order.
fn feeds<'scope>(scope: &'scope Scope<'scope, '_>, trainer: &ScratchTrainer) -> Vec<Receiver<PhotoBatch>> {
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
    let begin = trainer.next_batch();
    let feed = |thread: usize| {
        let (sender, receiver) = sync_channel(AHEAD);
        let mut loader = trainer.loader();
        scope.spawn(move || {
            for number in (begin + thread..loader.total()).step_by(threads) {
                // Nobody takes it any more: the run has ended early.
                if sender.send(loader.load(number)).is_err() {
                    return;
                }
            }
        });
        receiver
    };
    (0..threads).map(feed).collect()
}

/// Photos with the index of the class of each.
type Labelled = (Vec<RgbImage>, Vec<usize>);

/// Training photos and validation photos out of `images`; copies of one photo stay on one side.
fn hold_out(images: Vec<RgbImage>, labels: Vec<usize>, seed: u64) -> (Labelled, Labelled) {
    let group = |image: &RgbImage| {
        let [a, b, c, d, e, f, g, h, ..] = sha256(image.as_raw());
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    };
    let groups: Vec<u64> = images.iter().map(group).collect();
    let (_, validation) = grouped(&labels, &groups, HELD_OUT, seed);
    let (mut training, mut checked) = (Labelled::default(), Labelled::default());
    for (index, (image, label)) in images.into_iter().zip(labels).enumerate() {
        let side = if validation.binary_search(&index).is_ok() { &mut checked } else { &mut training };
        side.0.push(image);
        side.1.push(label);
    }
    (training, checked)
}

fn write_network(
    best: &BestEpoch,
    settings: &ScratchSettings,
    names: &[String],
    [trained_on, validated_on]: [usize; 2],
    path: &Path,
) -> Result<(), CliError> {
    let network = ScratchCnn::new(&settings.architecture, &best.weights, &Device::flex())?;
    let manifest = ScratchManifest {
        version: VERSION,
        kind: KIND.to_owned(),
        classes: names.to_vec(),
        architecture: settings.architecture.clone(),
        trained_on,
        validated_on,
        val_accuracy: best.accuracy,
        epochs: settings.epochs,
        best_epoch: best.epoch as usize,
        seed: settings.seed,
        golden: block_on(network.golden())?,
        float_sha256: None,
    };
    let bytes = ScratchFile { manifest, tensors: best.weights.clone() }.to_bytes();
    replace(path, &bytes.map_err(|error| CliError::Weights { path: path.to_owned(), error })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_stay_on_one_side_and_a_fifth_is_hold_out() {
        let image = |level: u8| RgbImage::from_pixel(2, 2, [level; 3].into());
        // Each photo twice; two classes.
        let images: Vec<RgbImage> = (0..40).map(|index| image(index / 2)).collect();
        let labels: Vec<usize> = (0..40).map(|index| index / 20).collect();
        let (training, validation) = hold_out(images, labels, 1);
        assert_eq!((training.0.len(), validation.0.len()), (32, 8));
        assert!(validation.0.iter().all(|image| !training.0.contains(image)));
        for (images, labels) in [training, validation] {
            assert!(images.iter().zip(labels).all(|(image, label)| usize::from(image.as_raw()[0] >= 10) == label));
        }
    }
}
