use burn::tensor::Device;
use futures::executor::block_on;
use headstart_weights::head::{DenseWeights, HeadArchitecture, HeadManifest, TUNED_VERSION};
use headstart_weights::vgg16::CONVS;
use headstart_weights::{StoredTensor, TunedConv};

use super::*;
use crate::{DESCRIPTOR, DESCRIPTOR_RECIPE, EarlyPass, Vgg16Builder};

const SIZE: usize = 48;

/// Weights that keep the scale of what passes through; other ones for another `seed`.
fn conv(shape: &ConvShape, seed: usize) -> ConvWeights {
    let scale = (6.0 / (9 * shape.in_channels) as f32).sqrt();
    let noise = |at: usize| ((at * 7919 + seed * 104_729) % 997) as f32 / 498.5 - 1.0;
    ConvWeights {
        name: shape.name.to_owned(),
        out_channels: shape.out_channels,
        in_channels: shape.in_channels,
        weight: StoredTensor::Floats((0..shape.weight_count()).map(|at| scale * noise(at)).collect()),
        bias: vec![0.01; shape.out_channels],
    }
}

pub(crate) fn base() -> Vec<ConvWeights> {
    CONVS.iter().enumerate().map(|(seed, shape)| conv(shape, seed)).collect()
}

/// Blocks that have moved a little from those of `base`.
pub(crate) fn moved(unfrozen: Unfrozen, base: &[ConvWeights]) -> Vec<ConvWeights> {
    let last = &base[CONVS.len() - unfrozen.convs().len()..];
    let added = unfrozen.convs().iter().map(|shape| conv(shape, 99));
    let tuned = last.iter().zip(added).map(|(conv, added)| {
        let (weight, added) = (conv.weight.floats(), added.weight.floats());
        let weight = weight.iter().zip(&*added).map(|(weight, added)| weight + 0.2 * added).collect();
        ConvWeights { weight: StoredTensor::Floats(weight), ..conv.clone() }
    });
    tuned.collect()
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    block_on(read(tensor)).unwrap()
}

/// A head on `tuned` that says its golden input is `input`.
fn head(unfrozen: Unfrozen, base: &[ConvWeights], tuned: &[ConvWeights], input: Vec<f32>) -> HeadFile {
    let last = &base[CONVS.len() - tuned.len()..];
    let layer = DenseWeights { outputs: 2, inputs: DESCRIPTOR, weight: vec![0.0; 2 * DESCRIPTOR], bias: vec![0.0; 2] };
    HeadFile {
        manifest: HeadManifest {
            version: TUNED_VERSION,
            classes: vec!["cat".into(), "dog".into()],
            size: SIZE,
            features: DESCRIPTOR_RECIPE.into(),
            base_sha256: String::new(),
            architecture: HeadArchitecture::Linear,
            trained_on: 2,
            validated_on: 0,
            val_accuracy: None,
            folds: None,
            held_out_sha256: None,
            unfrozen: Some(unfrozen),
            temperature: None,
            bank: None,
            seed: 1,
            golden: GoldenHead { input, probabilities: vec![0.5, 0.5] },
        },
        layers: vec![layer],
        convs: tuned.iter().zip(last).map(|(tuned, base)| TunedConv::new(tuned, base)).collect(),
        bank: None,
    }
}

/// In whatever order, one pass gives each head what a base with its blocks in the place of the last ones would.
#[test]
fn one_pass_serves_all_heads() {
    let weights = base();
    let model = Vgg16::new(&weights, &Device::flex()).unwrap();
    let pattern = || model.photos([golden_pattern(SIZE), vec![0.5; 3 * SIZE * SIZE]].concat(), SIZE);
    let ends = [None, Some(Unfrozen::Block5), Some(Unfrozen::Blocks4And5)].map(|unfrozen| {
        let tuned = unfrozen.map(|unfrozen| (unfrozen, moved(unfrozen, &weights)));
        let blocks =
            tuned.as_ref().map(|(unfrozen, tuned)| LastBlocks::new(*unfrozen, tuned, &Device::flex()).unwrap());
        let whole = tuned.map_or(model.clone(), |(_, tuned)| model.with_last(&tuned).unwrap());
        (blocks, values(whole.features(pattern()).descriptor))
    });
    assert!(relative_distance(&ends[1].1, &ends[0].1) > 0.01 && relative_distance(&ends[2].1, &ends[1].1) > 0.01);
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 1]] {
        let mut pass = model.begin(pattern());
        for (blocks, expected) in order.map(|end| &ends[end]) {
            assert_eq!(values(pass.descriptor(blocks.as_ref())), *expected, "{order:?}");
        }
    }
}

#[test]
fn a_pass_through_layers_as_they_come_gives_the_same() {
    let weights = base();
    let model = Vgg16::new(&weights, &Device::flex()).unwrap();
    let heads = [Unfrozen::Block5, Unfrozen::Blocks4And5]
        .map(|unfrozen| Some(LastBlocks::new(unfrozen, &moved(unfrozen, &weights), &Device::flex()).unwrap()));
    for first in [0, 1, 7, 12, 13] {
        let mut builder = Vgg16Builder::new(&Device::flex());
        let mut early = EarlyPass::new(builder.photos(golden_pattern(SIZE), SIZE));
        for (at, layer) in weights.iter().enumerate() {
            if at >= first {
                early.advance(&builder);
            }
            builder.push(layer).unwrap();
        }
        early.advance(&builder);
        early.advance(&builder);
        let built = builder.build().unwrap();
        let mut found = early.finish(&built).unwrap();
        let mut expected = model.begin(model.photos(golden_pattern(SIZE), SIZE));
        for blocks in heads.iter().chain([&None]) {
            let (found, expected) = (found.description(blocks.as_ref()), expected.description(blocks.as_ref()));
            assert_eq!(values(found.descriptor), values(expected.descriptor), "from {first}");
            assert_eq!((found.size, found.stages.len()), (expected.size, expected.stages.len()));
        }
    }
}

#[test]
fn a_pass_without_all_layers_has_no_end() {
    let weights = base();
    let mut builder = Vgg16Builder::new(&Device::flex());
    weights[..12].iter().for_each(|layer| builder.push(layer).unwrap());
    let mut early = EarlyPass::new(builder.photos(golden_pattern(SIZE), SIZE));
    early.advance(&builder);
    builder.push(&weights[12]).unwrap();
    assert!(early.finish(&builder.build().unwrap()).is_none());
}

#[test]
fn a_pass_gives_what_blocks_begin_with() {
    let model = Vgg16::new(&base(), &Device::flex()).unwrap();
    let pattern = || model.photos(golden_pattern(SIZE), SIZE);
    for unfrozen in [Unfrozen::Block5, Unfrozen::Blocks4And5] {
        let mut expected = None;
        model.forward(pattern(), |stage, activations| {
            if stage == unfrozen.stage() {
                expected = Some(activations.clone().permute([0, 2, 3, 1]));
            }
        });
        let found = model.begin(pattern()).activations(unfrozen);
        assert_eq!(found.dims(), [1, unfrozen.side(SIZE), unfrozen.side(SIZE), unfrozen.channels()]);
        assert_eq!(values(found), values(expected.unwrap()));
    }
}

#[test]
fn blocks_that_do_not_give_what_their_file_says_are_refused() {
    let weights = base();
    let model = Vgg16::new(&weights, &Device::flex()).unwrap();
    let unfrozen = Unfrozen::Block5;
    let file = head(unfrozen, &weights, &moved(unfrozen, &weights), vec![0.0; DESCRIPTOR]);
    let tuned = file.tuned(&weights).unwrap();
    assert_eq!(tuned, file.tuned(&weights[10..]).unwrap());
    assert!(file.tuned(&weights[11..]).is_err());
    let input = values(model.with_last(&tuned).unwrap().features(model.photos(golden_pattern(SIZE), SIZE)).descriptor);
    let open = |golden: Vec<f32>, tuned: &[ConvWeights]| {
        let mut file = file.clone();
        file.manifest.golden.input = golden;
        block_on(LastBlocks::open(&file, tuned, &model)).map(|blocks| blocks.unwrap().unfrozen())
    };
    assert_eq!(open(input.clone(), &tuned), Ok(unfrozen));
    // The base's own; then one is missing, or of other extents.
    assert!(matches!(open(input.clone(), &weights[10..]), Err(NnError::TunedFeatures { .. })));
    assert_eq!(open(input.clone(), &tuned[1..]), Err(NnError::Layers));
    assert_eq!(open(input.clone(), &weights[7..10]), Err(NnError::Layers));
    let mut broken = input;
    broken[7] = f32::NAN;
    assert!(matches!(open(broken, &tuned), Err(NnError::TunedFeatures { error: f64::INFINITY, .. })));
}

#[test]
fn a_head_on_the_base_as_it_is_has_no_blocks() {
    let weights = base();
    let model = Vgg16::new(&weights, &Device::flex()).unwrap();
    let mut file = head(Unfrozen::Block5, &weights, &[], vec![0.0; DESCRIPTOR]);
    file.manifest.unfrozen = None;
    assert!(block_on(LastBlocks::open(&file, &[], &model)).unwrap().is_none());
}
