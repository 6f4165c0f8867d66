use super::*;
use crate::generator;
use futures::executor::block_on;
use rand::Rng;

fn classes() -> Vec<String> {
    ["a", "b", "c"].map(str::to_owned).into()
}

/// Three overlapping clouds, the last class with half as many photos.
fn clouds(count: usize) -> Examples {
    let mut random = generator(3, 0);
    let labels: Vec<usize> = (0..count).map(|index| [0, 1, 2, 0, 1][index % 5]).collect();
    let mut row = |label: usize| -> Vec<f32> {
        (0..6).map(|at| f32::from(u8::from(at == label)) + 2.0 * (random.random::<f32>() - 0.5)).collect()
    };
    let rows: Vec<_> = labels.iter().map(|label| row(*label)).collect();
    Examples::new(&rows, labels, 3).unwrap()
}

fn over(settings: &HeadSettings, examples: &Examples) -> CrossValidation {
    let mut folds = CrossValidation::new(settings.clone(), &classes(), examples.clone(), &Device::flex()).unwrap();
    while !folds.is_over() {
        while !folds.step() {}
        block_on(folds.epoch()).unwrap();
    }
    folds
}

/// Whether trained side by side or one after the other, heads come to the same.
#[test]
fn each_fold_comes_to_what_a_trainer_without_its_photos_comes_to() {
    let examples = clouds(60);
    let mlp = HeadArchitecture::Mlp { hidden: vec![16], dropout: 0.0 };
    // A trainer's validation loss is a mean over one fold, where classes may have other shares than over all.
    let linear = HeadSettings { epochs: 300, learning_rate: 0.05, balance: false, ..HeadSettings::default() };
    // A head with hidden layers is not there to be trained to its minimum: after so few steps scales differ a little.
    for (settings, bound) in
        [(linear, 1e-3), (HeadSettings { epochs: 5, balance: false, ..HeadSettings::of(mlp) }, 2e-2)]
    {
        let folds = over(&settings, &examples);
        assert_eq!(folds.folds.len(), 5);
        for candidate in &folds.candidates {
            let mut expected = 0.0;
            for fold in 0..5 {
                let (held_out, others): (Vec<_>, Vec<_>) =
                    (0..examples.len()).partition(|index| folds.fold_of[*index] == fold);
                let settings = HeadSettings { c: candidate.c, patience: usize::MAX, ..settings.clone() };
                let (training, validation) = (examples.select(&others), examples.select(&held_out));
                let mut trainer =
                    HeadTrainer::new(settings, &classes(), &training, &validation, &Device::flex()).unwrap();
                let mut last = 0.0;
                while !trainer.is_over() {
                    last = block_on(trainer.epoch()).unwrap().val_loss.unwrap();
                }
                expected += last * held_out.len() as f64 / 60.0;
            }
            let found = candidate.outcome.losses.last().unwrap() / 60.0;
            assert!((found - expected).abs() < bound, "c = {}: {found}, not {expected}", candidate.c);
        }
    }
}

/// Were photos of a fold seen by its head, labels drawn at random would be learnt by heart.
#[test]
fn nothing_is_learnt_by_heart() {
    let mut random = generator(5, 0);
    let rows: Vec<Vec<f32>> = (0..80).map(|_| (0..200).map(|_| random.random::<f32>() - 0.5).collect()).collect();
    let labels = (0..80).map(|_| random.random_range(0..2)).collect();
    let examples = Examples::new(&rows, labels, 2).unwrap();
    let names = &classes()[..2];
    let settings = HeadSettings { c: 1e6, ..HeadSettings::default() };
    let mut folds = CrossValidation::new(settings, names, examples, &Device::flex()).unwrap();
    while !folds.is_over() {
        block_on(folds.epoch()).unwrap();
    }
    let (found, mut trainer) = folds.refit().unwrap();
    assert!((0.3..0.7).contains(&found.accuracy), "{found:?}");
    let last = std::iter::from_fn(|| (!trainer.is_over()).then(|| block_on(trainer.epoch()).unwrap())).last();
    assert!(last.unwrap().accuracy > 0.99, "{last:?}");
}

#[test]
fn batches_are_steps_of_one_epoch_and_no_epoch_is_begun_after_the_last() {
    let settings = HeadSettings { epochs: 2, batch: 25, ..HeadSettings::default() };
    let mut folds = CrossValidation::new(settings, &classes(), clouds(60), &Device::flex()).unwrap();
    assert_eq!([folds.step(), folds.step(), folds.step(), folds.step()], [false, false, true, true]);
    block_on(folds.epoch()).unwrap();
    assert_eq!((folds.progress(), folds.step()), ((1, 2), false));
    block_on(folds.epoch()).unwrap();
    assert!(folds.is_over() && folds.step());
    block_on(folds.epoch()).unwrap();
    assert_eq!(folds.progress(), (2, 2));
}
