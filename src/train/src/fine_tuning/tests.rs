use futures::executor::block_on;
use headstart_weights::StoredTensor;
use headstart_weights::vgg16::CONVS;

use super::*;

const SIDE: usize = 2;

fn classes() -> Vec<String> {
    vec!["cat".into(), "dog".into()]
}

fn settings() -> FineTuningSettings {
    let settings = FineTuningSettings::new(Unfrozen::Block5, 16 * SIDE);
    FineTuningSettings { epochs: 2, batch: 6, learning_rate: 1e-4, average: 0.5, ..settings }
}

/// Numbers in -1..1 from a seed.
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut random = generator(seed, 0);
    (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
}

/// A block 5 that lets something through, and a head that knows nothing.
fn start() -> FrozenPart {
    let conv = |(seed, shape): (usize, &headstart_weights::vgg16::ConvShape)| ConvWeights {
        name: shape.name.to_owned(),
        out_channels: shape.out_channels,
        in_channels: shape.in_channels,
        weight: StoredTensor::Floats(
            numbers(seed as u64, shape.weight_count()).iter().map(|value| value * 0.03).collect(),
        ),
        bias: vec![0.01; shape.out_channels],
    };
    let head = DenseWeights { outputs: 2, inputs: DESCRIPTOR, weight: vec![0.0; 2 * DESCRIPTOR], bias: vec![0.0; 2] };
    FrozenPart { convs: CONVS[10..].iter().enumerate().map(conv).collect(), head }
}

/// Photos of two classes, in turn.
fn photos(first: usize, count: usize) -> TunedPhotos {
    let photos: Vec<(PhotoHash, usize)> = (first..first + count).map(|at| ([at as u8; 32], at % 2)).collect();
    TunedPhotos::new(&photos)
}

/// Activations of photos whose class shows in the first channels; a view differs a little.
fn inputs(photos: impl Iterator<Item = (usize, u32)>) -> BlockInputs {
    let mut inputs = BlockInputs::default();
    for (photo, view) in photos {
        let mut activations = numbers(1000 + 10 * photo as u64 + u64::from(view), SIDE * SIDE * 512);
        for position in activations.chunks_exact_mut(512) {
            position.iter_mut().for_each(|value| *value = value.max(0.0));
            position[256 * (photo % 2)..][..256].iter_mut().for_each(|value| *value *= 2.0);
        }
        inputs.activations.extend(activations);
        inputs.front.extend(vec![0.01; 1024]);
    }
    inputs
}

fn tuning(settings: FineTuningSettings) -> FineTuning {
    FineTuning::new(settings, &classes(), photos(0, 10), photos(10, 6), start(), &Device::flex()).unwrap()
}

/// A step, or a part of a validation.
fn advance(tuning: &mut FineTuning) -> Result<(), TrainError> {
    if let Some(due) = tuning.validation_due() {
        block_on(tuning.validate(inputs(due.map(|at| (10 + at, 0))), 2.5)).map(|_| ())
    } else {
        let draws = tuning.draws(tuning.next_batch());
        block_on(tuning.step(inputs(draws.iter().map(|draw| (draw.photo, draw.view)))))
    }
}

fn finish(tuning: &mut FineTuning) {
    while !tuning.is_over() {
        advance(tuning).unwrap();
    }
}

#[test]
fn blocks_and_head_learn_and_the_best_epoch_is_kept() {
    let mut tuning = tuning(settings());
    assert_eq!((tuning.total(), tuning.draws(0).len(), tuning.draws(1).len()), (4, 5, 5));
    finish(&mut tuning);
    let history = tuning.history();
    assert!(history.len() == 2 && history[1].loss < history[0].loss, "{history:?}");
    assert_eq!(history[1].seconds, 2.5);
    let best = tuning.best().unwrap();
    assert_eq!(best.loss, history[best.epoch as usize - 1].val_loss);
    let moved = |name: &str| {
        let (_, one) = tuning.run.parameters.iter().find(|(found, _)| found == name).unwrap();
        one.values.iter().zip(&one.means).filter(|(_, mean)| **mean != 0.0).count()
    };
    assert!(moved("features.24.weight") > 100_000 && moved("features.28.bias") > 0 && moved("head.weight") > 0);
    assert_eq!(best.weights.iter().map(Vec::len).sum::<usize>(), Unfrozen::Block5.parameters() + 2 * DESCRIPTOR + 2);
}

#[test]
fn a_run_that_goes_on_from_a_checkpoint_ends_with_the_same_bits() {
    let settings = FineTuningSettings { epochs: 1, ..settings() };
    let mut whole = tuning(settings.clone());
    // In the middle of an epoch.
    advance(&mut whole).unwrap();
    let checkpoint = whole.checkpoint().unwrap();
    finish(&mut whole);
    let mut resumed = tuning(settings.clone());
    resumed.restore(&checkpoint).unwrap();
    assert_eq!(resumed.next_batch(), 1);
    finish(&mut resumed);
    assert!(resumed.best() == whole.best() && resumed.history() == whole.history());

    for other in [FineTuningSettings { pull: 0.5, ..settings.clone() }, FineTuningSettings { views: 0, ..settings }] {
        assert!(matches!(tuning(other).restore(&checkpoint), Err(TrainError::Checkpoint(_))));
    }
}

#[test]
fn what_cannot_be_trained_is_refused() {
    let new = |settings, training, start: FrozenPart| {
        FineTuning::new(settings, &classes(), training, photos(10, 6), start, &Device::flex()).err()
    };
    assert_eq!(new(settings(), photos(0, 10), start()), None);
    let one_class = TunedPhotos::new(&[([1; 32], 0)]);
    assert_eq!(new(settings(), one_class, start()), Some(TrainError::EmptyClass { class: "dog".into() }));
    let mut other = start();
    other.head.outputs = 3;
    assert_eq!(new(settings(), photos(0, 10), other), Some(TrainError::OtherLayers));
    let mut short = start();
    short.convs.truncate(2);
    assert!(matches!(new(settings(), photos(0, 10), short), Some(TrainError::Model(_) | TrainError::Order(_))));
    for change in [
        (|settings| settings.epochs = 0) as fn(&mut FineTuningSettings),
        |settings| settings.patience = 0,
        |settings| settings.batch = 0,
        |settings| settings.size = 15,
        |settings| settings.learning_rate = f64::NAN,
        |settings| settings.head_pace = 0.0,
        |settings| settings.pull = 1e9,
        |settings| settings.warm_up = 1.0,
        |settings| settings.average = 1.0,
    ] {
        let mut changed = settings();
        change(&mut changed);
        assert!(matches!(new(changed, photos(0, 10), start()), Some(TrainError::Settings(_))));
    }
    let mut tuning = tuning(settings());
    assert!(matches!(block_on(tuning.validate(BlockInputs::default(), 0.0)), Err(TrainError::Order(_))));
    assert!(matches!(block_on(tuning.step(BlockInputs::default())), Err(TrainError::Photos(_))));
    assert!(!tuning.is_over());
}
