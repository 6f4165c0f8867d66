//! A run that was interrupted goes on as if it had not been. In a process of its own: dropout draws from a generator that
//! all of a process shares.
#![cfg(test)]

use std::sync::Arc;

use burn::tensor::Device;
use futures::executor::block_on;
use headstart_train::TrainError;
use headstart_train::scratch::{LabelledPhotos, ScratchSettings, ScratchTrainer};
use headstart_vision::RgbImage;
use headstart_weights::scratch::ScratchArchitecture;

fn photos(count: usize, seed: u32) -> Arc<LabelledPhotos> {
    let image = |index: u32| {
        RgbImage::from_fn(22, 22, |x, y| {
            let noise = (x * 31 + y * 17 + index * 101 + seed * 57).wrapping_mul(2_654_435_761) >> 25;
            [(60 + 80 * (index % 2)) as u8, noise as u8, (x * 9) as u8].into()
        })
    };
    let labels = (0..count).map(|index| index % 2).collect();
    Arc::new(LabelledPhotos::new(22, (0..count as u32).map(image).collect(), labels, 2).unwrap())
}

fn settings() -> ScratchSettings {
    let architecture = ScratchArchitecture { side: 22, channels: vec![4, 8], hidden: 16, classes: 2, dropout: 0.3 };
    ScratchSettings { epochs: 3, batch: 8, learning_rate: 0.01, ..ScratchSettings::new(architecture) }
}

fn classes() -> Vec<String> {
    vec!["cat".into(), "dog".into()]
}

fn begin() -> ScratchTrainer {
    ScratchTrainer::new(settings(), &classes(), photos(30, 1), photos(40, 2), &Device::flex()).unwrap()
}

fn resume(
    bytes: &[u8],
    settings: ScratchSettings,
    training: Arc<LabelledPhotos>,
) -> Result<ScratchTrainer, TrainError> {
    ScratchTrainer::resume(bytes, settings, &classes(), training, photos(40, 2), &Device::flex())
}

/// A step, or a part of a validation.
fn advance(trainer: &mut ScratchTrainer) {
    if trainer.is_validation_due() {
        block_on(trainer.validate(0.0)).unwrap();
    } else {
        let batch = trainer.loader().load(trainer.next_batch());
        block_on(trainer.step(batch)).unwrap();
    }
}

fn finish(mut trainer: ScratchTrainer) -> Vec<u8> {
    while !trainer.is_over() {
        advance(&mut trainer);
    }
    trainer.checkpoint().unwrap()
}

#[test]
fn an_interrupted_run_ends_as_if_it_had_not_been_interrupted() {
    let uninterrupted = finish(begin());
    let mut trainer = begin();
    let mut interruptions = 0;
    // At the start, after every step, and in the middle of validations.
    while !trainer.is_over() {
        let checkpoint = trainer.checkpoint().unwrap();
        assert_eq!(finish(resume(&checkpoint, settings(), photos(30, 1)).unwrap()), uninterrupted);
        interruptions += 1;
        advance(&mut trainer);
    }
    assert!(interruptions > 3 * 4, "{interruptions}");
    let over = resume(&uninterrupted, settings(), photos(30, 1)).unwrap();
    assert!(over.is_over() && over.best().is_some());
}

#[test]
fn another_runs_checkpoint_is_refused() {
    let bytes = begin().checkpoint().unwrap();
    let refused =
        |bytes: &[u8], settings, training| matches!(resume(bytes, settings, training), Err(TrainError::Checkpoint(_)));
    assert!(!refused(&bytes, settings(), photos(30, 1)));
    assert!(refused(&bytes, ScratchSettings { epochs: 4, ..settings() }, photos(30, 1)));
    assert!(refused(&bytes, settings(), photos(30, 3)));
    assert!(refused(&bytes[..bytes.len() - 1], settings(), photos(30, 1)));
    assert!(refused(b"", settings(), photos(30, 1)));
}
