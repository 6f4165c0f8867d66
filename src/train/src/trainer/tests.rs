use super::*;
use futures::executor::block_on;

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

fn train(settings: Settings) -> (Vec<EpochFigures>, Vec<DenseWeights>) {
    let mut trainer = Trainer::new(settings, &classes(), &points(40, 1), &points(20, 2), &Device::flex()).unwrap();
    let mut history = Vec::new();
    while !trainer.is_over() {
        history.push(block_on(trainer.epoch()).unwrap());
    }
    (history, trainer.best().to_vec())
}

fn mlp() -> Settings {
    let architecture = HeadArchitecture::Mlp { hidden: vec![8], dropout: 0.3 };
    Settings { architecture, epochs: 30, batch: 8, ..Settings::default() }
}

#[test]
fn both_kinds_of_head_learn_to_tell_two_sides_apart() {
    for settings in [Settings { epochs: 60, ..Settings::default() }, mlp()] {
        let (history, _) = train(settings);
        let last = history.last().unwrap();
        assert!(last.val_accuracy > 0.99 && last.val_loss < history[0].val_loss, "{last:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_head() {
    assert_eq!(train(mlp()), train(mlp()));
    assert_ne!(train(mlp()).1, train(Settings { seed: 2, ..mlp() }).1);
}

/// Adam's first step moves every weight by the learning rate against its gradient's sign (Kingma and Ba, 2015), and
/// the loss before it is ln 2 for zero weights. The step is that of scaled descriptors: with a root mean square of √½ the
/// finished weights are √2 times as large.
#[test]
fn the_first_step_by_hand() {
    let rows = [vec![1.0, 0.0], vec![0.0, 1.0]];
    let examples = Examples::new(&rows, vec![0, 1], 2).unwrap();
    let settings = Settings { epochs: 1, batch: 2, learning_rate: 0.1, ..Settings::default() };
    let mut trainer = Trainer::new(settings, &classes(), &examples, &examples, &Device::flex()).unwrap();
    let figures = block_on(trainer.epoch()).unwrap();
    assert!((figures.loss - std::f64::consts::LN_2).abs() < 1e-6);
    for (weight, expected) in trainer.best()[0].weight.iter().zip([1.0, -1.0, -1.0, 1.0]) {
        assert!((weight - expected * 0.1 * std::f32::consts::SQRT_2).abs() < 1e-4, "{:?}", trainer.best());
    }
    // By the mean that is taken away each logit is then half its weights' difference from zero: ±0.1 · √2.
    let margin = 0.2 * std::f64::consts::SQRT_2;
    assert!((figures.val_loss - (1.0 + (-margin).exp()).ln()).abs() < 1e-4, "{figures:?}");
    assert_eq!(figures.val_accuracy, 1.0);
}

#[test]
fn a_silly_learning_rate_is_said_and_the_last_good_head_kept() {
    let settings = Settings { learning_rate: f64::MAX, ..Settings::default() };
    let mut trainer = Trainer::new(settings, &classes(), &points(40, 1), &points(20, 2), &Device::flex()).unwrap();
    let error = (0..5).find_map(|_| block_on(trainer.epoch()).err());
    assert!(matches!(error, Some(TrainError::Diverged { .. })), "{error:?}");
    assert!(trainer.best().iter().flat_map(|layer| &layer.weight).all(|weight| weight.is_finite()));
}

#[test]
fn rare_classes_count_as_much_as_common_ones() {
    // Nine left, one right, on the same spot: only the weights decide, and they are even.
    let rows = vec![vec![1.0, 1.0]; 10];
    let labels = [vec![0; 9], vec![1]].concat();
    let examples = Examples::new(&rows, labels, 2).unwrap();
    let logit = |balance| {
        let settings = Settings { epochs: 200, learning_rate: 0.05, balance, ..Settings::default() };
        let mut trainer = Trainer::new(settings, &classes(), &examples, &examples, &Device::flex()).unwrap();
        while !trainer.is_over() {
            block_on(trainer.epoch()).unwrap();
        }
        let layer = &trainer.best()[0];
        layer.weight[..2].iter().sum::<f32>() + layer.bias[0]
    };
    assert!(logit(true).abs() < 1e-3 && logit(false) > 0.5);
}

#[test]
fn what_cannot_be_learnt_from_is_said() {
    let device = Device::flex();
    let one = Trainer::new(Settings::default(), &classes()[..1], &points(4, 1), &points(4, 1), &device);
    assert_eq!(one.err(), Some(TrainError::TooFewClasses { found: 1 }));
    let only_left = points(4, 1).select(&[0, 2]);
    let empty = Trainer::new(Settings::default(), &classes(), &only_left, &points(4, 1), &device);
    assert_eq!(empty.err(), Some(TrainError::EmptyClass { class: "right".into() }));
}
