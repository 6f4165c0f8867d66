use proptest::prelude::*;

use super::*;
use crate::{ConvWeights, StoredTensor};

/// A head of 3 inputs, 4 hidden values and 2 classes.
fn sample() -> HeadFile {
    let layer = |outputs: usize, inputs: usize| DenseWeights {
        outputs,
        inputs,
        weight: (0..outputs * inputs).map(|index| index as f32 * 0.1 - 0.3).collect(),
        bias: (0..outputs).map(|index| index as f32 * 0.01).collect(),
    };
    HeadFile {
        manifest: HeadManifest {
            version: VERSION,
            classes: vec!["cat".to_owned(), "dog".to_owned()],
            size: 150,
            features: "mean5".to_owned(),
            base_sha256: sha256_hex(b"base"),
            architecture: HeadArchitecture::Mlp { hidden: vec![4], dropout: 0.3 },
            trained_on: 10,
            validated_on: 4,
            val_accuracy: Some(0.1 + 0.2),
            folds: Some(4),
            held_out_sha256: Some(sha256_hex(b"held out")),
            unfrozen: None,
            temperature: None,
            bank: None,
            seed: u64::MAX,
            golden: GoldenHead { input: vec![0.1, 0.2, 0.3], probabilities: vec![0.25, 0.75] },
        },
        layers: vec![layer(4, 3), layer(2, 4)],
        convs: Vec::new(),
        bank: None,
    }
}

#[test]
fn a_head_survives_its_file() {
    let head = sample();
    assert_eq!(HeadFile::from_bytes(&head.to_bytes().unwrap()), Ok(head));
}

#[test]
fn a_linear_head_survives_its_file() {
    let mut head = sample();
    head.manifest.architecture = HeadArchitecture::Linear;
    head.manifest.golden.input.push(0.0);
    head.layers.remove(0);
    assert_eq!(HeadFile::from_bytes(&head.to_bytes().unwrap()), Ok(head));
}

/// What a manifest has learned to say since does not change what those without it are sealed with.
#[test]
fn a_head_that_says_nothing_of_folds_is_read() {
    let mut head = sample();
    (head.manifest.folds, head.manifest.held_out_sha256) = (None, None);
    let bytes = head.to_bytes().unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("folds") && !text.contains("held_out"));
    assert_eq!(HeadFile::from_bytes(&bytes), Ok(head));
}

#[test]
fn layers_must_fit_together() {
    let mut head = sample();
    head.layers.swap(0, 1);
    assert!(matches!(head.to_bytes(), Err(WeightsError::Head(_))));
    let mut head = sample();
    head.manifest.classes.push("fox".to_owned());
    assert!(matches!(head.to_bytes(), Err(WeightsError::Head(_))));
    let mut head = sample();
    head.layers[1].weight[0] = f32::NAN;
    assert!(matches!(head.to_bytes(), Err(WeightsError::NonFinite { .. })));
    let mut head = sample();
    head.layers[1].weight.pop();
    assert!(matches!(head.to_bytes(), Err(WeightsError::Shape { .. })));
}

#[test]
fn other_files_are_told_apart() {
    assert_eq!(HeadFile::from_bytes(b"\n<!doctype html>"), Err(WeightsError::WebPage));
    assert!(matches!(HeadFile::from_bytes(b""), Err(WeightsError::Safetensors(_))));
    let hostile = [&u64::MAX.to_le_bytes()[..], b"{}"].concat();
    assert!(matches!(HeadFile::from_bytes(&hostile), Err(WeightsError::Safetensors(_))));
    let plain = safetensors::serialize(tensors_of(0, &sample().layers[0]), None).unwrap();
    assert_eq!(HeadFile::from_bytes(&plain), Err(WeightsError::Foreign));
    let file = String::from_utf8_lossy(&sample().to_bytes().unwrap()).into_owned();
    assert!(file.contains(r#"\"version\":1,"#), "the next lines look for it");
    let mut later = sample().to_bytes().unwrap();
    let needle = br#"\"version\":1,"#;
    let at = later.windows(needle.len()).position(|window| window == needle).unwrap();
    later[at + needle.len() - 2] = b'4';
    assert_eq!(HeadFile::from_bytes(&later), Err(WeightsError::Version { found: 4, expected: BANK_VERSION }));
}

/// A head whose bank compares its last two inputs, with three centres.
fn with_bank() -> HeadFile {
    let mut head = sample();
    let mut bank = Bank::new([1, 3], 7, vec![0.1, 0.2], &[1.0, 0.0, 0.0, 2.0, -3.0, 4.0]);
    bank.calibrate(vec![0.9, 0.5, 0.7]);
    head.put_bank(Some(bank));
    head
}

#[test]
fn a_head_with_a_bank_survives_its_file() {
    let head = with_bank();
    assert_eq!(head.manifest.version, BANK_VERSION);
    let bytes = head.to_bytes().unwrap();
    assert_eq!(HeadFile::from_bytes(&bytes), Ok(head.clone()));
    let blocks = HeadFile { convs: tuned().convs, ..head };
    let mut blocks =
        HeadFile { manifest: HeadManifest { unfrozen: Some(Unfrozen::Block5), ..blocks.manifest }, ..blocks };
    assert_eq!(HeadFile::from_bytes(&blocks.to_bytes().unwrap()).as_ref(), Ok(&blocks));
    blocks.put_bank(None);
    assert_eq!(blocks.manifest.version, TUNED_VERSION);
    assert_eq!(HeadFile::from_bytes(&blocks.to_bytes().unwrap()), Ok(blocks));
}

#[test]
fn a_bank_that_is_off_is_refused_in_words() {
    let bank = |part: [usize; 2], offset: Vec<f32>, centres: &[f32], scores: &[f32]| {
        let mut bank = Bank::new(part, 7, offset, centres);
        bank.calibrate(scores.to_vec());
        let mut head = sample();
        head.put_bank(Some(bank));
        let found = head.to_bytes().map(|_| ());
        found.map_err(|error| error.to_string())
    };
    let offset = || vec![0.1, 0.2];
    assert_eq!(bank([1, 3], offset(), &[1.0, 0.0], &[0.5]), Ok(()));
    for (found, told) in [
        (bank([2, 4], offset(), &[1.0, 0.0], &[0.5]), "another part of the descriptor"),
        (bank([2, 1], offset(), &[1.0, 0.0], &[0.5]), "another part of the descriptor"),
        (bank([0, 3], offset(), &[1.0, 0.0], &[0.5]), "another part of the descriptor"),
        (bank([1, 3], offset(), &[], &[0.5]), "no centres"),
        (bank([1, 3], offset(), &[0.0, 0.0], &[0.5]), "no direction"),
        (bank([1, 3], vec![f32::NAN, 0.0], &[1.0, 0.0], &[0.5]), "offset is not finite"),
        (bank([1, 3], offset(), &[1.0, 0.0], &[]), "quantiles"),
        (bank([1, 3], offset(), &[1.0, 0.0], &[7.0]), "quantiles"),
    ] {
        assert!(found.as_ref().is_err_and(|error| error.contains(told)), "{found:?}, not {told}");
    }
    let mut head = with_bank();
    head.bank = None;
    assert!(head.to_bytes().is_err());
    let mut head = with_bank();
    head.manifest.bank = None;
    assert!(head.to_bytes().is_err());
    let mut head = with_bank();
    head.manifest.version = VERSION;
    assert!(matches!(head.to_bytes(), Err(WeightsError::Version { .. })));
}

#[test]
fn a_head_without_a_bank_says_nothing_of_one() {
    let text = String::from_utf8_lossy(&sample().to_bytes().unwrap()).into_owned();
    assert!(!text.contains("bank"), "{text}");
}

proptest! {
    #[test]
    fn a_flipped_bit_of_a_bank_is_never_another_head(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = with_bank().to_bytes().unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(head) = HeadFile::from_bytes(&bytes) {
            prop_assert_eq!(head, with_bank());
        }
    }

    #[test]
    fn a_flipped_bit_is_never_another_head(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = sample().to_bytes().unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        // JSON has blanks and spellings that mean the same; nothing else may pass.
        if let Ok(head) = HeadFile::from_bytes(&bytes) {
            prop_assert_eq!(head, sample());
        }
    }

    #[test]
    fn a_truncated_head_is_an_error(keep in any::<prop::sample::Index>()) {
        let bytes = sample().to_bytes().unwrap();
        prop_assert!(HeadFile::from_bytes(&bytes[..keep.index(bytes.len())]).is_err());
    }
}

#[test]
fn settings_and_names_that_no_head_can_have_are_refused() {
    let refused = |change: fn(&mut HeadFile)| {
        let mut head = sample();
        change(&mut head);
        matches!(head.to_bytes(), Err(WeightsError::Head(_)))
    };
    assert!(!refused(|_| {}));
    assert!(refused(|head| head.manifest.classes[0] = " ".to_owned()));
    assert!(refused(|head| head.manifest.classes[0] = "x".repeat(256)));
    assert!(refused(|head| head.manifest.size = 0));
    assert!(refused(|head| head.manifest.size = usize::MAX));
    assert!(refused(|head| head.manifest.val_accuracy = Some(f64::NAN)));
    assert!(refused(|head| head.manifest.val_accuracy = Some(1.5)));
    assert!(refused(|head| {
        let HeadArchitecture::Mlp { hidden, .. } = &head.manifest.architecture else { panic!("a sample with dropout") };
        head.manifest.architecture = HeadArchitecture::Mlp { hidden: hidden.clone(), dropout: 1.0 };
    }));
}

/// A head whose block 5 was trained with it.
fn tuned() -> HeadFile {
    let mut head = sample();
    (head.manifest.version, head.manifest.unfrozen) = (TUNED_VERSION, Some(Unfrozen::Block5));
    let conv = |shape: &ConvShape, weight: &dyn Fn(usize) -> f32| ConvWeights {
        name: shape.name.to_owned(),
        out_channels: shape.out_channels,
        in_channels: shape.in_channels,
        weight: StoredTensor::Floats((0..shape.weight_count()).map(weight).collect()),
        bias: vec![0.25; shape.out_channels],
    };
    let (base, trained) = (|_| 0.0, |at| (at % 101) as f32 * 1e-3);
    head.convs = Unfrozen::Block5
        .convs()
        .iter()
        .map(|shape| TunedConv::new(&conv(shape, &trained), &conv(shape, &base)))
        .collect();
    head
}

#[test]
fn a_head_with_blocks_of_its_own_survives_its_file() {
    let head = tuned();
    let bytes = head.to_bytes().unwrap();
    assert_eq!(HeadFile::from_bytes(&bytes), Ok(head));
    let mut damaged = bytes;
    let at = damaged.len() - 9;
    damaged[at] ^= 1;
    assert!(matches!(HeadFile::from_bytes(&damaged), Err(WeightsError::TensorHash { .. })));
}

#[test]
fn blocks_must_be_those_that_the_manifest_names() {
    for change in [
        (|head| head.manifest.version = VERSION) as fn(&mut HeadFile),
        |head| head.manifest.unfrozen = None,
        |head| head.manifest.unfrozen = Some(Unfrozen::Blocks4And5),
        |head| head.convs.truncate(2),
        |head| head.convs[1].bias.truncate(9),
        |head| head.convs[2].bias[0] = f32::NAN,
    ] {
        let mut head = tuned();
        change(&mut head);
        assert!(head.to_bytes().is_err(), "{:?}", head.manifest);
    }
}
