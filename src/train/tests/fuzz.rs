//! Damaged checkpoints, and sealed ones that somebody made: their hash is right.
#![cfg(test)]

use std::cell::RefCell;
use std::sync::Arc;

use burn::tensor::Device;
use futures::executor::block_on;
use headstart_fuzz::container::{damage_one, rebuilt};
use headstart_fuzz::{ChaCha8Rng, Fuzz, PeakAlloc, Rng, mutate};
use headstart_protocol::Validation;
use headstart_train::scratch::{LabelledPhotos, ScratchSettings, ScratchTrainer};
use headstart_train::{Examples, HeadPlan, HeadSettings, HeadTraining, ValidationSplit};
use headstart_vision::RgbImage;
use headstart_weights::head::HeadArchitecture;
use headstart_weights::scratch::ScratchArchitecture;
use headstart_weights::sha256;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes before the safetensors file: magic, version, hash.
const FRONT: usize = 44;

fn fuzz<'a>(name: &'a str, seeds: Vec<Vec<u8>>) -> Fuzz<'a> {
    Fuzz::new(name, env!("CARGO_TARGET_TMPDIR"), seeds).made_by(made).count(300).memory(8 << 20, 16)
}

/// A damaged checkpoint, and more often one whose state and numbers are damaged and its hash is not.
fn made(random: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let bytes = if random.random_ratio(2, 3) {
        let seed = &seeds[random.random_range(0..seeds.len())];
        let file = rebuilt(&seed[FRONT..], "headstart-checkpoint", |state, tensors| {
            if random.random() {
                damage_one(random, tensors);
            }
            String::from_utf8_lossy(&mutate(random, &[state.into_bytes()])).into_owned()
        });
        [&seed[..FRONT], &file].concat()
    } else {
        mutate(random, seeds)
    };
    if bytes.len() < FRONT || random.random_ratio(1, 8) {
        return bytes;
    }
    let (front, file) = bytes.split_at(FRONT);
    [&front[..12], &sha256(file), file].concat()
}

/// Photos in turn of two classes that overlap.
fn examples() -> Examples {
    let row =
        |index: usize| (0..8).map(|at| ((index * 31 + at * 17) % 23) as f32 / 23.0 + (index % 2) as f32).collect();
    let rows: Vec<Vec<f32>> = (0..12).map(row).collect();
    Examples::new(&rows, (0..12).map(|index| index % 2).collect(), 2).unwrap()
}

fn training(validation: Validation) -> HeadTraining {
    let architecture = HeadArchitecture::Mlp { hidden: vec![4], dropout: 0.3 };
    let settings = HeadSettings { epochs: 3, batch: 6, ..HeadSettings::of(architecture) };
    let classes = ["a", "b"].map(str::to_owned).into();
    let validation = ValidationSplit::Of(validation);
    let plan = HeadPlan { settings, classes, examples: examples(), validation, continue_from: None };
    HeadTraining::new(plan, &Device::flex()).unwrap()
}

/// The checkpoints of a run.
fn checkpoints(mut run: HeadTraining) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    while !run.is_over() {
        block_on(run.advance(1.0)).unwrap();
        if run.is_between_epochs() {
            all.push(block_on(run.checkpoint(1.0)).unwrap());
        }
    }
    all
}

#[test]
fn a_damaged_checkpoint_of_a_head_is_gone_on_from_or_refused() {
    for (name, validation) in
        [("folds' checkpoints", Validation::Cross), ("fits' checkpoints", Validation::HoldOut(0.25))]
    {
        fuzz(name, checkpoints(training(validation))).run(|bytes| {
            let mut run = training(validation);
            if run.restore(bytes).is_err() {
                return false;
            }
            // Numbers that are finite and absurd may make it diverge, and nothing else.
            while !run.is_over() && block_on(run.advance(1.0)).is_ok() {}
            true
        });
    }
}

#[test]
fn a_damaged_checkpoint_of_a_cnn_is_gone_on_from_or_refused() {
    let photos = |count: usize| {
        let image =
            |index: usize| RgbImage::from_fn(10, 10, |x, y| [(x * 20) as u8, (y * 9) as u8, index as u8 * 90].into());
        let labels = (0..count).map(|index| index % 2).collect();
        Arc::new(LabelledPhotos::new(10, (0..count).map(image).collect(), labels, 2).unwrap())
    };
    let architecture = ScratchArchitecture { side: 10, channels: vec![2], hidden: 3, classes: 2, dropout: 0.3 };
    let settings = ScratchSettings { epochs: 2, batch: 4, ..ScratchSettings::new(architecture) };
    let (training, validation) = (photos(8), photos(4));
    let begin = || {
        let names = ["a", "b"].map(str::to_owned);
        ScratchTrainer::new(settings.clone(), &names, training.clone(), validation.clone(), &Device::flex()).unwrap()
    };
    let advance = |trainer: &mut ScratchTrainer| {
        if trainer.is_validation_due() {
            return block_on(trainer.validate(1.0)).map(drop);
        }
        let batch = trainer.loader().load(trainer.next_batch());
        block_on(trainer.step(batch)).map(drop)
    };
    let mut run = begin();
    let mut seeds = vec![run.checkpoint().unwrap()];
    while !run.is_over() {
        advance(&mut run).unwrap();
        seeds.push(run.checkpoint().unwrap());
    }
    let refused = RefCell::new(begin());
    fuzz("CNNs' checkpoints", seeds).run(|bytes| {
        if refused.borrow_mut().restore(bytes).is_err() {
            return false;
        }
        let mut run = refused.replace(begin());
        while !run.is_over() && advance(&mut run).is_ok() {}
        true
    });
}
