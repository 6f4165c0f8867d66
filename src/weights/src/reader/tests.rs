use half::f16;
use proptest::prelude::*;

use super::*;
use crate::{
    file::write,
    golden::{Golden, StageFigures},
    manifest::Source,
    quantized::QuantizedRows,
};

/// A network of two small convolutions.
const SMALL: [ConvShape; 2] = [
    ConvShape { name: "features.0", stage: "conv1_1", in_channels: 2, out_channels: 3, pool: None },
    ConvShape { name: "features.2", stage: "conv1_2", in_channels: 3, out_channels: 4, pool: Some("pool1") },
];

fn small_convs() -> [ConvWeights; 2] {
    let float = ConvWeights {
        name: SMALL[0].name.to_owned(),
        out_channels: 3,
        in_channels: 2,
        weight: StoredTensor::Floats((0..54).map(|index| index as f32 / 7.0 - 3.0).collect()),
        bias: vec![0.5, -0.25, 1e-9],
    };
    let rows = QuantizedRows {
        scales: [0.1, 0.2, 0.3, 0.4].map(f16::from_f32).to_vec(),
        integers: (0..108).map(|index| (index * 37 % 23) as i8 - 11).collect(),
    };
    let quantized = ConvWeights {
        name: SMALL[1].name.to_owned(),
        out_channels: 4,
        in_channels: 3,
        weight: StoredTensor::Rows(rows),
        bias: vec![1.0, 2.0, 3.0, 4.0],
    };
    [float, quantized]
}

fn small_file() -> Vec<u8> {
    let source = Source { description: "here".into(), sha256: "00".into(), changes: "none".into() };
    let figures = StageFigures::measure("conv1_1", [1, 2, 2, 2], &[0.1f32, 1.0 / 3.0, 0.7, 1e-7, 5.0, 6.0, 7.0, 8.0]);
    let golden = Golden { size: 2, stages: vec![figures], features: vec![0.1, 1.0 / 3.0] };
    write(&SMALL, &small_convs(), source, vec![golden]).unwrap()
}

fn read_small(file: &[u8]) -> Result<(Manifest, Vec<ConvWeights>), WeightsError> {
    let mut reader = BaseReader::of(&SMALL);
    let convs = reader.push(file)?;
    Ok((reader.finish()?, convs))
}

#[test]
fn a_file_gives_back_what_was_written() {
    let (manifest, convs) = read_small(&small_file()).unwrap();
    assert_eq!(convs, small_convs());
    assert_eq!(manifest.golden(2).unwrap().stages[0].samples[2].1, f64::from(1.0f32 / 3.0));
    assert!(manifest.golden(3).is_none());
}

#[test]
fn other_files_are_told_apart() {
    assert_eq!(read_base(b"  <!doctype html><title>404"), Err(WeightsError::WebPage));
    assert_eq!(read_base(b"PK\x03\x04"), Err(WeightsError::Foreign));
    assert_eq!(read_base(b""), Err(WeightsError::Truncated { found: 0, expected: 48 }));
    assert!(matches!(read_base(&small_file()), Err(WeightsError::Layout(_))));
    let mut later = small_file();
    later[8] = 9;
    assert_eq!(read_small(&later), Err(WeightsError::Version { found: 9, expected: VERSION }));
    let longer = [&small_file()[..], b"!"].concat();
    assert_eq!(read_small(&longer), Err(WeightsError::TrailingBytes { extra: 1 }));
}

#[test]
fn hostile_lengths_are_refused() {
    let mut file = small_file();
    file[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(read_small(&file), Err(WeightsError::Manifest(_))));

    // A manifest that is sealed rightly, and lies.
    let (manifest, _) = read_small(&small_file()).unwrap();
    for change in [
        (|manifest| manifest.tensors[2].bytes = u64::MAX) as fn(&mut Manifest),
        |manifest| manifest.tensors[0].bytes += 4,
        |manifest| manifest.tensors[1].offset = 3,
        |manifest| manifest.tensors[2].shape[0] = usize::MAX,
        |manifest| manifest.tensors[3].encoding = Encoding::Rans,
        |manifest| manifest.tensors.truncate(2),
        |manifest| manifest.tensors.swap(0, 2),
    ] {
        let mut changed = manifest.clone();
        change(&mut changed);
        let json = serde_json::to_vec(&changed).unwrap();
        let length = (json.len() as u32).to_le_bytes();
        let header = [&MAGIC[..], &VERSION.to_le_bytes(), &length, &sha256(&json)].concat();
        let result = read_small(&[&header[..], &json, &[0; 4000]].concat());
        assert!(result.is_err(), "{changed:?}");
    }
}

proptest! {
    #[test]
    fn pieces_of_any_size_give_the_same(cuts in prop::collection::vec(1usize..200, 0..100)) {
        let file = small_file();
        let (whole_manifest, whole) = read_small(&file).unwrap();
        let mut reader = BaseReader::of(&SMALL);
        let mut convs = Vec::new();
        let mut rest = &file[..];
        for cut in cuts {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            convs.extend(reader.push(piece).unwrap());
            rest = after;
        }
        convs.extend(reader.push(rest).unwrap());
        prop_assert_eq!(convs, whole);
        prop_assert_eq!(reader.finish().unwrap(), whole_manifest);
    }

    #[test]
    fn a_flipped_bit_is_an_error(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut file = small_file();
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        prop_assert!(read_small(&file).is_err());
    }

    #[test]
    fn a_truncated_file_is_an_error(keep in any::<prop::sample::Index>()) {
        let file = small_file();
        let keep = keep.index(file.len());
        let error = read_small(&file[..keep]).unwrap_err();
        let is_truncated = matches!(error, WeightsError::Truncated { found, expected }
            if found == keep as u64 && expected > found && expected <= file.len() as u64);
        prop_assert!(is_truncated, "{error:?}");
    }

    #[test]
    fn noise_is_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300), ours in any::<bool>()) {
        let mut file = if ours { small_file()[..60].to_vec() } else { Vec::new() };
        file.extend(bytes);
        prop_assert!(read_small(&file).is_err());
    }

    #[test]
    fn after_an_error_the_reader_stays_failed(more in prop::collection::vec(any::<u8>(), 0..50)) {
        let mut reader = BaseReader::of(&SMALL);
        prop_assert!(reader.push(b"no").is_err());
        prop_assert_eq!(reader.push(&more).unwrap_err(), WeightsError::Foreign);
        prop_assert_eq!(reader.finish().unwrap_err(), WeightsError::Foreign);
    }
}
