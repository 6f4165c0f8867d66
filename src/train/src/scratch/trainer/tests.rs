use super::*;
use crate::generator;
use futures::executor::block_on;
use headstart_vision::RgbImage;
use headstart_weights::scratch::ScratchArchitecture;
use rand::Rng;

fn classes() -> Vec<String> {
    vec!["dark".into(), "light".into()]
}

/// Photos whose left half is dark or light.
fn photos(count: usize, seed: u64) -> Arc<LabelledPhotos> {
    let mut random = generator(seed, 0);
    let labels: Vec<usize> = (0..count).map(|index| index % 2).collect();
    let images = labels.iter().map(|label| {
        RgbImage::from_fn(14, 14, |x, _| {
            let level = if x < 7 { 60 + 120 * *label as u8 } else { 128 };
            [0; 3].map(|_: u8| level.saturating_add(random.random_range(0..40))).into()
        })
    });
    Arc::new(LabelledPhotos::new(14, images.collect(), labels.clone(), 2).unwrap())
}

/// Without dropout, whose draws tests that run at the same time would take from each other.
fn settings() -> ScratchSettings {
    let architecture = ScratchArchitecture { side: 14, channels: vec![4, 6], hidden: 8, classes: 2, dropout: 0.0 };
    let settings = ScratchSettings::new(architecture);
    ScratchSettings { epochs: 12, batch: 8, learning_rate: 0.01, average: 0.9, augment: false, ..settings }
}

fn trainer(settings: ScratchSettings, validation: usize) -> ScratchTrainer {
    ScratchTrainer::new(settings, &classes(), photos(40, 1), photos(validation, 2), &Device::flex()).unwrap()
}

/// Runs to the end; the first error.
fn run(trainer: &mut ScratchTrainer) -> Result<(), TrainError> {
    let mut loader = trainer.loader();
    while !trainer.is_over() {
        if trainer.is_validation_due() {
            block_on(trainer.validate(1.5))?;
        } else {
            let batch = loader.load(trainer.next_batch());
            block_on(trainer.step(batch))?;
        }
    }
    Ok(())
}

#[test]
fn it_learns_to_tell_two_classes_apart() {
    for augment in [false, true] {
        let mut trainer = trainer(ScratchSettings { augment, epochs: 12, ..settings() }, 20);
        run(&mut trainer).unwrap();
        let (first, last) = (trainer.history()[0], trainer.history()[11]);
        assert_eq!((last.epoch, last.seconds), (12, 1.5));
        assert!(last.val_accuracy > Some(0.99) && last.loss < first.loss, "augmented: {augment}, {last:?}");
        let best = trainer.best().unwrap();
        let accuracies = trainer.history().iter().map(|figures| figures.val_accuracy.unwrap());
        assert_eq!(best.accuracy, accuracies.reduce(f64::max));
        assert_eq!(trainer.history()[best.epoch as usize - 1].val_loss, best.loss);
    }
}

#[test]
fn the_figures_are_those_of_the_best_weights() {
    let mut trainer = trainer(settings(), 20);
    run(&mut trainer).unwrap();
    let best = trainer.best().unwrap();
    let network = ScratchCnn::new(&settings().architecture, &best.weights, &Device::flex()).unwrap();
    let checked = photos(20, 2);
    let pixels = (0..20).flat_map(|index| normalise(checked.image(index))).collect();
    let mut totals = Totals::default();
    totals.add(&block_on(read(network.forward(network.photos(pixels)))).unwrap(), checked.labels());
    let (loss, accuracy) = totals.means(20);
    assert_eq!(Some(accuracy), best.accuracy);
    assert!((loss - best.loss.unwrap()).abs() < 1e-6);
}

#[test]
fn the_same_seed_gives_the_same_network() {
    let weights = |seed| {
        let mut trainer = trainer(ScratchSettings { seed, epochs: 2, augment: true, ..settings() }, 20);
        run(&mut trainer).unwrap();
        trainer.best().unwrap().weights.clone()
    };
    assert_eq!(weights(1), weights(1));
    assert_ne!(weights(1), weights(2));
}

#[test]
fn without_validation_the_last_epoch_is_the_best() {
    let mut trainer = trainer(ScratchSettings { epochs: 3, ..settings() }, 0);
    run(&mut trainer).unwrap();
    let best = trainer.best().unwrap();
    assert_eq!((best.epoch, best.accuracy), (3, None));
    assert_eq!(best.weights[0], trainer.run.parameters[0].1.average);
}

#[test]
fn a_run_that_runs_away_says_so_and_ends() {
    let mut trainer = trainer(ScratchSettings { learning_rate: 1e30, ..settings() }, 20);
    assert!(matches!(run(&mut trainer), Err(TrainError::Diverged { .. })));
    assert!(trainer.is_over());
    assert!(trainer.checkpoint().is_err());
}

#[test]
fn what_comes_out_of_turn_is_refused() {
    let mut trainer = trainer(settings(), 20);
    let mut loader = trainer.loader();
    assert!(matches!(block_on(trainer.step(loader.load(1))), Err(TrainError::Order(_))));
    assert!(matches!(block_on(trainer.validate(0.0)), Err(TrainError::Order(_))));
    for number in 0..5 {
        assert_eq!(block_on(trainer.step(loader.load(number))), Ok(number == 4));
    }
    assert!(matches!(block_on(trainer.step(loader.load(5))), Err(TrainError::Order(_))));
    assert!(!trainer.is_over() && trainer.is_validation_due());
}

#[test]
fn what_cannot_be_learnt_from_is_said() {
    let new = |settings, classes: &[String], training: LabelledPhotos| {
        ScratchTrainer::new(settings, classes, Arc::new(training), photos(4, 2), &Device::flex()).err()
    };
    let black = |side: u32, labels: Vec<usize>| {
        let images = vec![RgbImage::new(side, side); labels.len()];
        LabelledPhotos::new(side as usize, images, labels, 3).unwrap()
    };
    let good = || black(14, vec![0, 1]);
    assert_eq!(new(settings(), &classes(), good()), None);
    assert_eq!(new(settings(), &classes()[..1], good()), Some(TrainError::TooFewClasses { found: 1 }));
    let empty = Some(TrainError::EmptyClass { class: "light".into() });
    assert_eq!(new(settings(), &classes(), black(14, vec![0, 0])), empty);
    assert!(matches!(new(settings(), &classes(), black(15, vec![0, 1])), Some(TrainError::Photos(_))));
    assert!(matches!(new(settings(), &classes(), black(14, vec![0, 1, 2])), Some(TrainError::Photos(_))));
    let three = ["a", "b", "c"].map(str::to_owned);
    assert!(matches!(new(settings(), &three, black(14, vec![0, 1, 2])), Some(TrainError::Photos(_))));
    let none = ScratchSettings { batch: 0, ..settings() };
    assert!(matches!(new(none, &classes(), good()), Some(TrainError::Settings(_))));
    assert!(LabelledPhotos::new(14, vec![RgbImage::new(14, 13)], vec![0], 2).is_err());
    assert!(LabelledPhotos::new(14, vec![RgbImage::new(14, 14)], vec![2], 2).is_err());
    assert!(LabelledPhotos::new(14, vec![], vec![0], 2).is_err());
}
