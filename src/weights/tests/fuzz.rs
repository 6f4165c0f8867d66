//! Damaged files of weights, and files that somebody made: every hash is right, what it protects is not.
#![cfg(test)]

use std::fs;
use std::path::Path;

use headstart_fuzz::container::{damage_one, rebuilt};
use headstart_fuzz::{ChaCha8Rng, Fuzz, PeakAlloc, Rng, SeedableRng, mutate};
use headstart_weights::head::{self, DenseWeights, GoldenHead, HeadArchitecture, HeadFile, HeadManifest};
use headstart_weights::index::Index;
use headstart_weights::scratch::{self, ScratchArchitecture, ScratchFile, ScratchManifest, write_quantized};
use headstart_weights::vgg16::CONVS;
use headstart_weights::{Bank, BaseReader, BaseWeights, QuantizedRows, StoredTensor, f16, sha256, sha256_hex};
use safetensors::{Dtype, tensor::TensorView};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes of a weight file before its manifest: magic, version, the manifest's length and hash.
const HEADER: usize = 48;

fn fuzz<'a>(name: &'a str, seeds: Vec<Vec<u8>>) -> Fuzz<'a> {
    Fuzz::new(name, env!("CARGO_TARGET_TMPDIR"), seeds)
}

fn shipped(file: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/models").join(file)).unwrap()
}

/// Puts the hashes of a weight file right, as far as its manifest can be read.
fn resealed(file: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let Some(length) = file.get(12..16).map(|length| u32::from_le_bytes(length.try_into().unwrap()) as usize) else {
        return file.to_vec();
    };
    let Some((json, payload)) = file.get(HEADER..).and_then(|rest| rest.split_at_checked(length)) else {
        return file.to_vec();
    };
    let mut json = json.to_vec();
    if random.random() {
        json = mutate(random, &[json]);
    }
    if let Ok(mut manifest) = serde_json::from_slice::<Value>(&json) {
        for tensor in manifest.get_mut("tensors").and_then(Value::as_array_mut).into_iter().flatten() {
            let number = |key: &str| tensor[key].as_u64().map(|number| number as usize);
            let (Some(offset), Some(bytes)) = (number("offset"), number("bytes")) else { continue };
            if let Some(bytes) = offset.checked_add(bytes).and_then(|end| payload.get(offset..end)) {
                tensor["sha256"] = sha256_hex(bytes).into();
            }
        }
        json = serde_json::to_vec(&manifest).unwrap();
    }
    let length = (json.len() as u32).to_le_bytes();
    [&file[..12], &length, &sha256(&json), &json, payload].concat()
}

#[test]
fn a_manifest_that_damage_made_a_number_is_sealed_as_well() {
    let (mut random, file) = (ChaCha8Rng::seed_from_u64(1), [&[0; 12][..], &[1, 0, 0, 0], &[0; 32], b"7"].concat());
    for _ in 0..100 {
        let sealed = resealed(&file, &mut random);
        assert_eq!(sealed[16..HEADER], sha256(&sealed[HEADER..]));
    }
}

/// A damaged file of `seeds`, half of them with hashes that are right all the same.
fn container(random: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let file = mutate(random, seeds);
    if random.random() { resealed(&file, random) } else { file }
}

/// The safetensors file `file`, whose manifest under `key` is an `M`, with the manifest or tensors damaged and its seal and
/// hashes right.
fn forged<M: Serialize + DeserializeOwned>(file: &[u8], key: &str, random: &mut ChaCha8Rng) -> Vec<u8> {
    rebuilt(file, key, |text, tensors| {
        let mut sealed: Value = serde_json::from_str(&text).unwrap();
        if random.random() {
            damage_one(random, tensors);
        }
        let hash =
            |name: &str| tensors.iter().find(|tensor| tensor.name == name).map(|tensor| sha256_hex(&tensor.bytes));
        let names = tensors.iter().filter_map(|tensor| tensor.name.strip_suffix(".weight"));
        let hashes: Vec<String> = names
            .flat_map(|name| [format!("{name}.weight"), format!("{name}.bias")])
            .chain(["bank.offset", "bank.quantiles", "bank.centres"].map(str::to_owned))
            .filter_map(|name| hash(&name))
            .collect();
        let manifest = mutate(random, &[sealed["manifest"].to_string().into_bytes()]);
        let Ok(manifest) = serde_json::from_slice::<M>(&manifest) else {
            return String::from_utf8_lossy(&mutate(random, &[text.into_bytes()])).into_owned();
        };
        let written = serde_json::to_string(&manifest).unwrap();
        sealed["seal"] = sha256_hex(format!("{written}{}", hashes.concat()).as_bytes()).into();
        (sealed["manifest"], sealed["tensors"]) = (serde_json::to_value(&manifest).unwrap(), json!(hashes));
        sealed.to_string()
    })
}

fn head(architecture: HeadArchitecture, bank: Option<Bank>) -> Vec<u8> {
    let inputs = 6;
    let outputs = architecture.outputs(3);
    let widths: Vec<usize> = [inputs].into_iter().chain(outputs).collect();
    let layer = |pair: &[usize]| DenseWeights {
        outputs: pair[1],
        inputs: pair[0],
        weight: (0..pair[0] * pair[1]).map(|at| at as f32 / 7.0 - 1.0).collect(),
        bias: vec![0.5; pair[1]],
    };
    let manifest = HeadManifest {
        version: head::VERSION,
        classes: ["Katze", "犬", "fox"].map(str::to_owned).to_vec(),
        size: 150,
        features: "mean5".to_owned(),
        base_sha256: sha256_hex(b"base"),
        architecture,
        trained_on: 30,
        validated_on: 10,
        val_accuracy: Some(0.9),
        folds: Some(5),
        held_out_sha256: None,
        unfrozen: None,
        temperature: None,
        bank: None,
        seed: 1,
        golden: GoldenHead { input: vec![0.25; inputs], probabilities: vec![0.2, 0.3, 0.5] },
    };
    let mut file = HeadFile { manifest, layers: widths.windows(2).map(layer).collect(), convs: Vec::new(), bank: None };
    file.put_bank(bank);
    file.to_bytes().unwrap()
}

/// A bank of two centres for the middle of six inputs.
fn bank() -> Bank {
    let mut bank = Bank::new([1, 5], 30, vec![0.1; 4], &[1.0, 0.0, 0.5, 0.0, -1.0, 2.0, 0.0, 0.0]);
    bank.calibrate(vec![0.2, 0.9, 0.8]);
    bank
}

#[test]
fn a_damaged_head_is_a_sound_head_or_an_error() {
    let mlp = HeadArchitecture::Mlp { hidden: vec![5, 4], dropout: 0.3 };
    let linear = || HeadArchitecture::Linear;
    let seeds = vec![head(linear(), None), head(mlp, None), head(linear(), Some(bank()))];
    let made = |random: &mut ChaCha8Rng, seeds: &[Vec<u8>]| match random.random_range(0..3) {
        0 => mutate(random, seeds),
        _ => forged::<HeadManifest>(&seeds[random.random_range(0..seeds.len())], head::KEY, random),
    };
    fuzz("heads", seeds).made_by(made).count(10_000).run(|bytes| {
        let Ok(head) = HeadFile::from_bytes(bytes) else { return false };
        assert!((2..=1_000).contains(&head.manifest.classes.len()));
        assert!(head.layers.iter().flat_map(|layer| &layer.weight).all(|weight| weight.is_finite()));
        let familiarity = head.bank.as_ref().map(|bank| bank.familiarity(&head.manifest.golden.input));
        assert!(familiarity.is_none_or(|share| (0.0..=1.0).contains(&share)), "{familiarity:?}");
        assert_eq!(HeadFile::from_bytes(&head.to_bytes().unwrap()), Ok(head));
        true
    });
}

/// A small CNN in floats, and with its hidden layer in integers.
fn cnns() -> Vec<Vec<u8>> {
    let architecture = ScratchArchitecture { side: 10, channels: vec![2, 3], hidden: 4, classes: 3, dropout: 0.25 };
    let value = |at: usize| (at % 13) as f32 / 13.0 - 0.5;
    let tensors: Vec<Vec<f32>> =
        architecture.tensors().iter().map(|(_, shape)| (0..shape.iter().product()).map(value).collect()).collect();
    let manifest = ScratchManifest {
        version: scratch::VERSION,
        kind: scratch::KIND.to_owned(),
        classes: ["cat", "dog", "fox"].map(str::to_owned).to_vec(),
        architecture,
        trained_on: 60,
        validated_on: 20,
        val_accuracy: Some(0.85),
        epochs: 12,
        best_epoch: 9,
        seed: 7,
        golden: vec![0.25, 0.5, 0.25],
        float_sha256: None,
    };
    let mut stored: Vec<StoredTensor> = tensors.iter().cloned().map(StoredTensor::Floats).collect();
    stored[4] = StoredTensor::Rows(QuantizedRows {
        scales: [0.5, 0.25, 0.125, 1.0].map(f16::from_f32).to_vec(),
        integers: (0..tensors[4].len()).map(|at| (at % 7) as i8 - 3).collect(),
    });
    let quantized = write_quantized(&manifest, &stored).unwrap();
    vec![ScratchFile { manifest, tensors }.to_bytes().unwrap(), quantized]
}

#[test]
fn a_damaged_cnn_is_a_sound_cnn_or_an_error() {
    let made = |random: &mut ChaCha8Rng, seeds: &[Vec<u8>]| match random.random_range(0..3) {
        0 => mutate(random, seeds),
        1 => container(random, &seeds[1..]),
        _ => forged::<ScratchManifest>(&seeds[0], "headstart-scratch", random),
    };
    fuzz("CNNs", cnns()).made_by(made).count(10_000).run(|bytes| {
        let Ok(cnn) = ScratchFile::from_bytes(bytes) else { return false };
        assert!(cnn.manifest.architecture.fits(&cnn.tensors));
        assert!(cnn.tensors.iter().flatten().all(|value| value.is_finite()));
        assert_eq!(ScratchFile::from_bytes(&cnn.to_bytes().unwrap()), Ok(cnn));
        true
    });
}

#[test]
fn a_damaged_base_is_refused_while_it_comes() {
    let fuzz = fuzz("bases", vec![]).with_sound(vec![shipped("vgg16.hsw")]);
    // Its integers are more than twice as large, and one convolution at a time is looked at as floats.
    fuzz.made_by(container).count(12).memory(16 << 20, 4).run(|bytes| {
        let mut reader = BaseReader::new();
        let mut failed = None;
        for piece in bytes.chunks(bytes.len() / 7 + 1) {
            match reader.push(piece) {
                Ok(convs) => {
                    assert_eq!(failed, None, "it goes on after an error");
                    assert!(convs.iter().flat_map(|conv| conv.weight.floats().into_owned()).all(f32::is_finite));
                }
                Err(error) => {
                    assert_eq!(failed.get_or_insert(error.clone()), &error);
                }
            }
        }
        if let Some(error) = failed {
            assert_eq!(reader.finish(), Err(error));
            return false;
        }
        reader.finish().is_ok()
    });
}

/// A safetensors file of the base's first `convs` convolutions.
fn float_base(convs: usize) -> Vec<u8> {
    let tensors: Vec<(String, Vec<usize>)> = CONVS[..convs]
        .iter()
        .flat_map(|conv| {
            let (weight, bias) = (format!("{}.weight", conv.name), format!("{}.bias", conv.name));
            [(weight, conv.weight_shape().to_vec()), (bias, vec![conv.out_channels])]
        })
        .collect();
    let most = tensors.iter().map(|(_, shape)| shape.iter().product()).max().unwrap_or(0);
    let values = 0.5f32.to_le_bytes().repeat(most);
    let views = tensors.iter().map(|(name, shape)| {
        let bytes = &values[..4 * shape.iter().product::<usize>()];
        (name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

#[test]
fn damaged_float_weights_are_no_base() {
    let is_base = |bytes: &[u8]| BaseWeights::from_safetensors(bytes).is_ok();
    // A whole one has 59 MB, nearly all of them values: where it is damaged is what says how to read them.
    let made = |random: &mut ChaCha8Rng, seeds: &[Vec<u8>]| {
        let length = u64::from_le_bytes(seeds[0][..8].try_into().unwrap()) as usize;
        let (header, values) = seeds[0].split_at(8 + length);
        [&mutate(random, &[header.to_vec()]), values].concat()
    };
    let whole = fuzz("float bases", vec![]).with_sound(vec![float_base(CONVS.len())]);
    whole.made_by(made).count(12).memory(1 << 20, 2).run(is_base);
    fuzz("float bases without their end", vec![]).with_unsound(vec![float_base(1)]).run(is_base);
}

#[test]
fn a_damaged_index_names_files_beside_it_or_is_refused() {
    fuzz("indices", vec![shipped("index.json")]).run(|bytes| {
        let Ok(index) = Index::from_json(bytes) else { return false };
        assert!(index.files().all(|entry| Path::new(&entry.file).components().count() == 1));
        assert_eq!(Index::from_json(&index.to_json().unwrap()), Ok(index));
        true
    });
}
