//! A CNN with its manifest, in floats: a safetensors file whose metadata's key [`KEY`] holds the [`ScratchManifest`].

use safetensors::SafeTensors;

use super::{ScratchManifest, VERSION, quantized};
use crate::{
    WeightsError,
    base::{float_bytes, read_floats},
    file::MAGIC,
    hash::sha256_hex,
    reader::looks_like_a_web_page,
    sealed::{FileTensor, Sealed, check_version},
};

/// The key of the manifest in the file's metadata.
const KEY: &str = "headstart-scratch";

/// A CNN trained from scratch, with all that a file of it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct ScratchFile {
    /// What it says about itself.
    pub manifest: ScratchManifest,
    /// Its tensors, in the order of [`super::ScratchArchitecture::tensors`].
    pub tensors: Vec<Vec<f32>>,
}

impl ScratchFile {
    /// The network as bytes of a safetensors file.
    ///
    /// # Errors
    /// Parts that do not fit together, or values that are not finite: what [`Self::from_bytes`] would refuse.
    pub fn to_bytes(&self) -> Result<Vec<u8>, WeightsError> {
        self.manifest.check()?;
        if !self.manifest.architecture.fits(&self.tensors) {
            return Err(WeightsError::Layout("its tensors are not those of its architecture".to_owned()));
        }
        let mut tensors = Vec::with_capacity(self.tensors.len());
        for ((name, shape), values) in self.manifest.architecture.tensors().into_iter().zip(&self.tensors) {
            if !values.iter().all(|value| value.is_finite()) {
                return Err(WeightsError::NonFinite { name });
            }
            tensors.push((name, FileTensor::floats(&shape, values)));
        }
        let hashes = tensors.iter().map(|(_, tensor)| sha256_hex(&tensor.bytes)).collect();
        let json = Sealed::new(self.manifest.clone(), hashes)?.to_json()?;
        safetensors::serialize(tensors, Some([(KEY.to_owned(), json)].into_iter().collect()))
            .map_err(|error| WeightsError::Safetensors(error.to_string()))
    }

    /// Reads a float file or a quantized one.
    ///
    /// # Errors
    /// [`WeightsError::Foreign`] for a file of another kind, a head's for example; others for a damaged file, another
    /// version, parts that do not fit together, values that are not finite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        if looks_like_a_web_page(bytes) {
            return Err(WeightsError::WebPage);
        }
        if bytes.starts_with(&MAGIC) {
            return quantized::read(bytes);
        }
        let unreadable = |error: safetensors::SafeTensorError| WeightsError::Safetensors(error.to_string());
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
        let json = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY)).ok_or(WeightsError::Foreign)?;
        check_version(json, VERSION..=VERSION)?;
        let sealed = Sealed::<ScratchManifest>::from_json(json)?;
        sealed.manifest.check()?;
        let file = SafeTensors::deserialize(bytes).map_err(unreadable)?;
        let shapes = sealed.manifest.architecture.tensors();
        if sealed.tensors.len() != shapes.len() || file.len() != shapes.len() {
            return Err(WeightsError::Layout("it has another number of tensors than its architecture".to_owned()));
        }
        let mut tensors = Vec::with_capacity(shapes.len());
        for ((name, shape), hash) in shapes.into_iter().zip(&sealed.tensors) {
            let values = read_floats(&file, &name, &shape)?;
            if sha256_hex(&float_bytes(&values)) != *hash {
                return Err(WeightsError::TensorHash { name });
            }
            tensors.push(values);
        }
        Ok(Self { manifest: sealed.manifest, tensors })
    }
}

#[cfg(test)]
mod tests {
    use half::f16;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        QuantizedRows, StoredTensor,
        scratch::{KIND, ScratchArchitecture, write_quantized},
    };

    fn small() -> ScratchFile {
        let architecture = ScratchArchitecture { side: 10, channels: vec![2, 3], hidden: 4, classes: 3, dropout: 0.25 };
        let tensors = architecture
            .tensors()
            .into_iter()
            .enumerate()
            .map(|(tensor, (_, shape))| {
                (0..shape.iter().product()).map(|at: usize| ((tensor * 31 + at * 7) % 13) as f32 / 13.0 - 0.5).collect()
            })
            .collect();
        let manifest = ScratchManifest {
            version: VERSION,
            kind: KIND.to_owned(),
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
        ScratchFile { manifest, tensors }
    }

    /// The small network with its hidden layer in integers.
    fn small_quantized() -> (Vec<u8>, Vec<Vec<f32>>) {
        let ScratchFile { manifest, tensors } = small();
        let rows = QuantizedRows {
            scales: [0.5, 0.25, 0.125, 1.0].map(f16::from_f32).to_vec(),
            integers: (0..tensors[4].len()).map(|at| (at % 7) as i8 - 3).collect(),
        };
        let mut stored: Vec<StoredTensor> = tensors.iter().cloned().map(StoredTensor::Floats).collect();
        let mut expected = tensors;
        expected[4] = rows.dequantized();
        stored[4] = StoredTensor::Rows(rows);
        (write_quantized(&manifest, &stored).unwrap(), expected)
    }

    #[test]
    fn both_files_give_back_what_was_written() {
        assert_eq!(ScratchFile::from_bytes(&small().to_bytes().unwrap()).unwrap(), small());
        let (bytes, tensors) = small_quantized();
        assert_eq!(ScratchFile::from_bytes(&bytes).unwrap(), ScratchFile { tensors, ..small() });
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for change in [
            (|file| file.manifest.classes[1] = "cat".into()) as fn(&mut ScratchFile),
            |file| file.manifest.classes.truncate(2),
            |file| file.manifest.golden[0] = f32::NAN,
            |file| file.manifest.kind = "head".into(),
            |file| file.manifest.version = 9,
            |file| file.manifest.architecture.hidden = 5,
            |file| file.tensors[2][0] = f32::INFINITY,
            |file| file.tensors.truncate(4),
            |file| file.tensors[1].push(0.0),
        ] {
            let mut changed = small();
            change(&mut changed);
            assert!(changed.to_bytes().is_err(), "{:?}", changed.manifest);
            let stored: Vec<_> = changed.tensors.iter().cloned().map(StoredTensor::Floats).collect();
            assert!(write_quantized(&changed.manifest, &stored).is_err(), "{:?}", changed.manifest);
        }
    }

    #[test]
    fn other_files_are_told_apart() {
        assert_eq!(ScratchFile::from_bytes(b"<!doctype html>"), Err(WeightsError::WebPage));
        let other = safetensors::serialize([("a", FileTensor::floats(&[1], &[0.0]))], None).unwrap();
        assert_eq!(ScratchFile::from_bytes(&other), Err(WeightsError::Foreign));
        let (mut longer, _) = small_quantized();
        longer.push(0);
        assert_eq!(ScratchFile::from_bytes(&longer), Err(WeightsError::TrailingBytes { extra: 1 }));
    }

    proptest! {
        #[test]
        fn a_damaged_file_is_an_error(
            at in any::<prop::sample::Index>(), bit in 0u8..8, keep in any::<prop::sample::Index>(), floats: bool,
        ) {
            let file = if floats { small().to_bytes().unwrap() } else { small_quantized().0 };
            let mut flipped = file.clone();
            flipped[at.index(file.len())] ^= 1 << bit;
            // Blanks that safetensors pads its header with may differ; the network must not.
            if let Ok(read) = ScratchFile::from_bytes(&flipped) {
                prop_assert!(floats);
                prop_assert_eq!(read, small());
            }
            prop_assert!(ScratchFile::from_bytes(&file[..keep.index(file.len())]).is_err());
        }
    }
}
