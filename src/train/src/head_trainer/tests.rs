use super::*;
use crate::generator;
use futures::executor::block_on;
use headstart_weights::head::HeadArchitecture;
use rand::Rng;

fn classes() -> Vec<String> {
    vec!["left".into(), "right".into()]
}

/// Points around -1 and 1 on the first axis.
fn points(count: usize, seed: u64) -> Examples {
    let mut random = generator(seed, 0);
    let mut noise = || random.random::<f32>() - 0.5;
    let labels: Vec<usize> = (0..count).map(|index| index % 2).collect();
    let rows: Vec<_> = labels.iter().map(|label| vec![*label as f32 * 2.0 - 1.0 + noise(), noise()]).collect();
    Examples::new(&rows, labels, 2).unwrap()
}

fn train(settings: HeadSettings) -> (Vec<Epoch>, Vec<DenseWeights>) {
    let mut trainer = HeadTrainer::new(settings, &classes(), &points(40, 1), &points(20, 2), &Device::flex()).unwrap();
    let mut history = Vec::new();
    while !trainer.is_over() {
        history.push(block_on(trainer.epoch()).unwrap());
    }
    (history, best(&trainer))
}

fn best(trainer: &HeadTrainer) -> Vec<DenseWeights> {
    block_on(trainer.best()).unwrap()
}

fn mlp() -> HeadSettings {
    let architecture = HeadArchitecture::Mlp { hidden: vec![8], dropout: 0.3 };
    HeadSettings { architecture, epochs: 30, batch: 8, ..HeadSettings::default() }
}

#[test]
fn both_kinds_of_head_learn_to_tell_two_sides_apart() {
    for settings in [HeadSettings { epochs: 60, ..HeadSettings::default() }, mlp()] {
        let (history, _) = train(settings);
        let last = history.last().unwrap();
        assert!(last.val_accuracy > Some(0.99) && last.val_loss < history[0].val_loss, "{last:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_head() {
    assert_eq!(train(mlp()), train(mlp()));
    assert_ne!(train(mlp()).1, train(HeadSettings { seed: 2, ..mlp() }).1);
}

/// Adam's first step moves every weight by the learning rate against its gradient's sign (Kingma and Ba, 2015), and
/// the loss before it is ln 2 for zero weights. The step is that of scaled descriptors: with a root mean square of √½ the
/// finished weights are √2 times as large.
#[test]
fn the_first_step_by_hand() {
    let rows = [vec![1.0, 0.0], vec![0.0, 1.0]];
    let examples = Examples::new(&rows, vec![0, 1], 2).unwrap();
    let settings = HeadSettings { epochs: 1, batch: 2, learning_rate: 0.1, ..HeadSettings::default() };
    let mut trainer = HeadTrainer::new(settings, &classes(), &examples, &examples, &Device::flex()).unwrap();
    let figures = block_on(trainer.epoch()).unwrap();
    assert!((figures.loss - std::f64::consts::LN_2).abs() < 1e-6);
    let layers = best(&trainer);
    for (weight, expected) in layers[0].weight.iter().zip([1.0, -1.0, -1.0, 1.0]) {
        assert!((weight - expected * 0.1 * std::f32::consts::SQRT_2).abs() < 1e-4, "{layers:?}");
    }
    // By the mean that is taken away each logit is then half its weights' difference from zero: ±0.1 · √2.
    let margin = 0.2 * std::f64::consts::SQRT_2;
    assert!((figures.val_loss.unwrap() - (1.0 + (-margin).exp()).ln()).abs() < 1e-4, "{figures:?}");
    assert_eq!(figures.val_accuracy, Some(1.0));
}

#[test]
fn a_silly_learning_rate_is_said_and_the_last_good_head_kept() {
    let settings = HeadSettings { learning_rate: f64::MAX, ..HeadSettings::default() };
    let checked =
        HeadTrainer::new(settings.clone(), &classes(), &points(40, 1), &points(20, 2), &Device::flex()).unwrap();
    let alone = HeadTrainer::without_validation(settings, &classes(), &points(40, 1), &Device::flex()).unwrap();
    for mut trainer in [checked, alone] {
        let error = (0..5).find_map(|_| block_on(trainer.epoch()).err());
        assert!(matches!(error, Some(TrainError::Diverged { .. })), "{error:?}");
        assert!(best(&trainer).iter().flat_map(|layer| &layer.weight).all(|weight| weight.is_finite()));
    }
}

#[test]
fn without_validation_the_last_epoch_is_the_best() {
    let settings = HeadSettings { epochs: 7, patience: 1, ..HeadSettings::default() };
    let mut trainer = HeadTrainer::without_validation(settings, &classes(), &points(40, 1), &Device::flex()).unwrap();
    while !trainer.is_over() {
        let figures = block_on(trainer.epoch()).unwrap();
        assert_eq!((figures.val_loss, figures.val_accuracy), (None, None));
        assert_eq!(trainer.best_epoch(), figures.epoch);
    }
    assert_eq!(trainer.best_epoch(), 7);
    assert!(trainer.best_logits().is_empty());
}

#[test]
fn a_run_goes_on_from_the_layers_that_another_found() {
    for settings in [HeadSettings { epochs: 60, ..HeadSettings::default() }, mlp()] {
        let (history, layers) = train(settings.clone());
        let trainer =
            || HeadTrainer::without_validation(settings.clone(), &classes(), &points(40, 3), &Device::flex()).unwrap();
        let mut continued = trainer().continue_from(&layers).unwrap();
        // Other photos are scaled otherwise, and the layers answer alike nevertheless.
        for (found, given) in best(&continued).iter().zip(&layers) {
            let pairs = found.weight.iter().chain(&found.bias).zip(given.weight.iter().chain(&given.bias));
            assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-4), "{found:?}, not {given:?}");
        }
        assert!(block_on(continued.epoch()).unwrap().loss < history[0].loss);
        for other in [&layers[1..], &[layers.clone(), layers.clone()].concat()[..]] {
            assert_eq!(trainer().continue_from(other).err(), Some(TrainError::OtherLayers));
        }
    }
}

#[test]
fn rare_classes_count_as_much_as_common_ones() {
    // Nine left, one right, on the same spot: only the weights decide, and they are even.
    let rows = vec![vec![1.0, 1.0]; 10];
    let labels = [vec![0; 9], vec![1]].concat();
    let examples = Examples::new(&rows, labels, 2).unwrap();
    let logit = |balance| {
        let settings = HeadSettings { epochs: 200, learning_rate: 0.05, balance, ..HeadSettings::default() };
        let mut trainer = HeadTrainer::new(settings, &classes(), &examples, &examples, &Device::flex()).unwrap();
        while !trainer.is_over() {
            block_on(trainer.epoch()).unwrap();
        }
        let layer = &best(&trainer)[0];
        layer.weight[..2].iter().sum::<f32>() + layer.bias[0]
    };
    assert!(logit(true).abs() < 1e-3 && logit(false) > 0.5);
}

#[test]
fn what_cannot_be_learnt_from_is_said() {
    let device = Device::flex();
    let one = HeadTrainer::new(HeadSettings::default(), &classes()[..1], &points(4, 1), &points(4, 1), &device);
    assert_eq!(one.err(), Some(TrainError::TooFewClasses { found: 1 }));
    let only_left = points(4, 1).select(&[0, 2]);
    let empty = HeadTrainer::new(HeadSettings::default(), &classes(), &only_left, &points(4, 1), &device);
    assert_eq!(empty.err(), Some(TrainError::EmptyClass { class: "right".into() }));
}

#[test]
fn settings_that_no_run_can_have_are_refused() {
    let dropout = |dropout| HeadArchitecture::Mlp { hidden: vec![8], dropout };
    for settings in [
        HeadSettings { epochs: 0, ..HeadSettings::default() },
        HeadSettings { epochs: 2001, ..HeadSettings::default() },
        HeadSettings { batch: 0, ..HeadSettings::default() },
        HeadSettings { c: 0.0, ..HeadSettings::default() },
        HeadSettings { learning_rate: f64::NAN, ..HeadSettings::default() },
        HeadSettings { architecture: dropout(1.0), ..HeadSettings::default() },
        HeadSettings { architecture: dropout(-0.1), ..HeadSettings::default() },
    ] {
        let refused = HeadTrainer::without_validation(settings, &classes(), &points(4, 1), &Device::flex()).err();
        assert!(matches!(refused, Some(TrainError::Settings(_))), "{refused:?}");
    }
}
