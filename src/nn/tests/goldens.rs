//! The base on this machine's processor against figures from elsewhere, stage by stage, at both sizes.
#![cfg(test)]

use std::path::PathBuf;

use burn::tensor::Device;
use futures::executor::block_on;
use headstart_nn::{Vgg16, measure_golden, read};
use headstart_weights::{
    BaseWeights, ConvWeights, Golden, StoredTensor, golden_pattern, parity, read_base, relative_distance, sha256_hex,
};

fn in_repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Every stage's mean and norm within 1e-3, samples within 1e-3 of the stage's maximum, features within 1e-3.
fn assert_parity(convs: &[ConvWeights], goldens: &[Golden]) {
    let base = Vgg16::new(convs, &Device::flex()).unwrap();
    let sizes: Vec<_> = goldens.iter().map(|golden| golden.size).collect();
    assert_eq!(sizes, [150, 224]);
    for golden in goldens {
        assert_eq!((golden.stages.len(), golden.features.len()), (18, 512));
        let measured = block_on(measure_golden(&base, golden.size)).unwrap();
        let parity = parity(&measured, golden);
        println!(
            "{}×{}: worst stage {:.1e}, features {:.1e}",
            golden.size,
            golden.size,
            parity.worst(),
            parity.features
        );
        assert!(parity.worst() < 1e-3 && parity.features < 1e-3, "{parity:?}");
    }
}

/// The manifest's figures are those of an independent, plain f64 forward pass (`headstart quantize`).
#[test]
fn the_shipped_base_has_its_golden_figures() {
    let (manifest, weights) = read_base(&std::fs::read(in_repository("public/models/vgg16.hsw")).unwrap()).unwrap();
    assert_parity(&weights.convs, &manifest.goldens);
}

/// Scales come before the sums or after them: either way each layer rounds, 13 of them one after the other.
#[test]
fn integers_give_the_features_of_their_floats() {
    let (_, weights) = read_base(&std::fs::read(in_repository("public/models/vgg16.hsw")).unwrap()).unwrap();
    let floats: Vec<_> = (weights.convs.iter())
        .map(|conv| ConvWeights { weight: StoredTensor::Floats(conv.weight.floats().into_owned()), ..conv.clone() })
        .collect();
    let features = |convs: &[ConvWeights]| {
        let base = Vgg16::new(convs, &Device::flex()).unwrap();
        let features = base.features(base.photos(golden_pattern(150), 150));
        [features.pooled, features.descriptor].map(|features| block_on(read(features)).unwrap())
    };
    for (found, expected) in features(&weights.convs).iter().zip(features(&floats)) {
        let distance = relative_distance(found, &expected);
        assert!(distance < 1e-5, "{distance}");
    }
}

/// ONNX Runtime's figures for torchvision's float32 weights, which `cargo xtask weights` brings.
#[test]
fn the_float_base_has_the_figures_of_another_runtime() {
    let Ok(bytes) = std::fs::read(in_repository("target/weights/vgg16_features.safetensors")) else {
        println!("left out: no float weights here; `cargo xtask weights` brings them");
        return;
    };
    assert_eq!(sha256_hex(&bytes), "2453e1c753d04a880e7bdd06583fadf47c7b1bc14e3b09a3029131ca758f70b6");
    let goldens = std::fs::read(in_repository("tests/goldens/vgg16_float32.json")).unwrap();
    let goldens: Vec<Golden> = serde_json::from_slice(&goldens).unwrap();
    assert_parity(&BaseWeights::from_safetensors(&bytes).unwrap().convs, &goldens);
}
