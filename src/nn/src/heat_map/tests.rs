use futures::executor::block_on;
use headstart_weights::golden_pattern;
use headstart_weights::head::{DenseWeights, HeadArchitecture};
use headstart_weights::vgg16::Unfrozen;

use super::*;
use crate::last_blocks::tests::{base, moved};
use crate::{DESCRIPTOR, LastBlocks, Vgg16};

fn dense(inputs: usize, outputs: usize) -> DenseWeights {
    let noise = |at: usize| ((at * 7919 + outputs * 104_729) % 997) as f32 / 498.5 - 1.0;
    let bias = (0..outputs).map(|at| noise(at + 17)).collect();
    DenseWeights { outputs, inputs, weight: (0..inputs * outputs).map(noise).collect(), bias }
}

fn linear(classes: usize) -> Head {
    Head::new(&[dense(DESCRIPTOR, classes)], &HeadArchitecture::Linear, &Device::flex()).unwrap()
}

/// The logit of `class`, counted from the mean of the others, as the head gives it.
fn logit(head: &Head, seen: &Description, class: usize) -> f32 {
    let logits = block_on(read(head.forward(seen.descriptor.clone()))).unwrap();
    let others = logits.iter().sum::<f32>() - logits[class];
    logits[class] - others / (logits.len() - 1) as f32
}

/// Each class's map adds up to its logit.
fn assert_adds_up(head: &Head, seen: &Description, classes: usize) {
    for class in 0..classes {
        let map = block_on(head.heat_map(seen, class)).unwrap();
        let expected = logit(head, seen, class);
        let found = map.sum() + map.bias;
        assert!((found - expected).abs() < 1e-4, "{} pixels, class {class}: {found} for {expected}", seen.size);
        assert!((map.logit - expected).abs() < 1e-4);
        let sides = [seen.size / 8, seen.size / 16];
        assert_eq!(map.stages.iter().map(|stage| stage.side).collect::<Vec<_>>(), sides);
        for (stage, name) in map.stages.iter().zip(["conv4_3", "conv5_3"]) {
            assert_eq!((stage.stage, stage.values.len()), (name, stage.side * stage.side));
        }
    }
}

#[test]
fn of_a_linear_head_sum_and_bias_are_the_logit_at_every_size() {
    let model = Vgg16::new(&base(), &Device::flex()).unwrap();
    for (size, classes) in [(32, 2), (47, 3), (50, 2), (97, 7), (150, 2), (224, 2)] {
        let seen = model.begin(model.photos(golden_pattern(size), size)).description(None);
        assert_adds_up(&linear(classes), &seen, classes);
    }
}

#[test]
fn of_a_photo_of_which_nothing_is_seen_the_logit_is_the_bias() {
    let device = Device::flex();
    let stages = [18, 9].map(|side| Tensor::zeros([1, POOLED, side, side], &device)).to_vec();
    let seen = Description { descriptor: Tensor::zeros([1, DESCRIPTOR], &device), stages, size: 150 };
    let map = block_on(linear(2).heat_map(&seen, 1)).unwrap();
    assert_eq!((map.sum(), map.bias), (0.0, map.logit));
}

#[test]
fn a_head_with_blocks_of_its_own_is_explained_by_what_they_see() {
    let weights = base();
    let model = Vgg16::new(&weights, &Device::flex()).unwrap();
    let mut pass = model.begin(model.photos(golden_pattern(64), 64));
    let plain = pass.description(None);
    for unfrozen in [Unfrozen::Block5, Unfrozen::Blocks4And5] {
        let blocks = LastBlocks::new(unfrozen, &moved(unfrozen, &weights), &Device::flex()).unwrap();
        let seen = pass.description(Some(&blocks));
        assert_adds_up(&linear(3), &seen, 3);
        let maps = [&seen, &plain].map(|seen| block_on(linear(3).heat_map(seen, 0)).unwrap().stages);
        assert_ne!(maps[0][1], maps[1][1]);
        // What is frozen sees the same.
        let frozen = unfrozen == Unfrozen::Block5;
        assert_eq!(maps[0][0] == maps[1][0], frozen, "{unfrozen:?}");
    }
}

#[test]
fn a_head_with_hidden_layers_is_explained_to_the_first_order() {
    let model = Vgg16::new(&base(), &Device::flex()).unwrap();
    let seen = model.begin(model.photos(golden_pattern(48), 48)).description(None);
    let architecture = HeadArchitecture::Mlp { hidden: vec![16], dropout: 0.3 };
    let head = Head::new(&[dense(DESCRIPTOR, 16), dense(16, 3)], &architecture, &Device::flex()).unwrap();
    assert_adds_up(&head, &seen, 3);
    let map = block_on(head.heat_map(&seen, 1)).unwrap();
    assert!(map.stages.iter().all(|stage| stage.values.iter().any(|value| value.abs() > 1e-4)), "{map:?}");
}

#[test]
fn of_two_classes_what_speaks_for_one_speaks_against_the_other() {
    let model = Vgg16::new(&base(), &Device::flex()).unwrap();
    let seen = model.begin(model.photos(golden_pattern(48), 48)).description(None);
    let [one, other] = [0, 1].map(|class| block_on(linear(2).heat_map(&seen, class)).unwrap());
    for (one, other) in one.stages.iter().zip(&other.stages) {
        assert!(one.values.iter().zip(&other.values).all(|(one, other)| (one + other).abs() < 1e-6));
    }
    assert_eq!(block_on(linear(2).heat_map(&seen, 2)), Err(NnError::NoClass { class: 2, classes: 2 }));
}

#[test]
fn a_mean_is_spread_and_a_maximum_stays_where_it_was() {
    // Two channels at three positions; means (2, 4) / √20, maxima (3, 12) / √153.
    let activations = [1.0, 0.0, 3.0, 0.0, 2.0, 12.0];
    let found = by_position(&activations, (&[1.0, 0.5], &[2.0, -1.0]));
    let (mean, maximum) = (20f32.sqrt() * 3.0, 153f32.sqrt());
    let expected = [1.0 / mean, 3.0 / mean + 6.0 / maximum, (2.0 + 6.0) / mean - 12.0 / maximum];
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found} for {expected}");
    }
    // Of equal maxima the first.
    let equal = by_position(&[2.0, 2.0], (&[0.0], &[1.0]));
    assert_eq!(equal, [1.0, 0.0]);
}
