//! A run as bytes, to go on from later: what all kinds of runs have in common.
//!
//! In front stand [`MAGIC`], the version of the format (`u32`, little endian) and the SHA-256 of all that follows: a
//! safetensors file of the run's numbers, with the rest of its state as JSON in the metadata. Each kind of run checks
//! itself that the state is one of its own.

use std::borrow::Cow;

use headstart_weights::{FileHash, sha256};
use safetensors::{Dtype, SafeTensors, View};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Examples, TrainError};

/// The first bytes of every checkpoint.
const MAGIC: [u8; 8] = *b"HSRESUME";
/// The version of the format. It counts up with every change to a state.
const VERSION: u32 = 3;
/// The key of the state in the metadata.
const KEY: &str = "headstart-checkpoint";
/// Bytes before the safetensors file.
const FRONT: usize = MAGIC.len() + 4 + 32;

/// Named tensors on their way into a checkpoint.
pub(crate) type Named<'a> = Vec<(String, Cow<'a, [f32]>)>;

/// The bytes of a checkpoint.
///
/// # Errors
/// [`TrainError::Checkpoint`] where the state cannot be written.
pub(crate) fn write(state: &impl Serialize, tensors: Named<'_>) -> Result<Vec<u8>, TrainError> {
    let json = serde_json::to_string(state).map_err(wrong)?;
    let tensors = tensors.into_iter().map(|(name, values)| (name, Floats { shape: [values.len()], values }));
    let file = safetensors::serialize(tensors, Some([(KEY.to_owned(), json)].into_iter().collect())).map_err(wrong)?;
    Ok(seal(&file))
}

fn seal(file: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(FRONT + file.len());
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(sha256(file));
    bytes.extend(file);
    bytes
}

/// A checkpoint that is whole.
pub(crate) struct Opened<'a, S> {
    pub(crate) state: S,
    tensors: SafeTensors<'a>,
}

impl<'a, S: DeserializeOwned> Opened<'a, S> {
    /// Reads a checkpoint of a run whose state is an `S`.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] for bytes that are damaged, of another version, or of another kind of run.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, TrainError> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or_else(|| wrong("it is no checkpoint"))?;
        let (version, rest) = rest.split_first_chunk().ok_or_else(|| wrong("it is cut short"))?;
        if u32::from_le_bytes(*version) != VERSION {
            return Err(wrong("it is of another release"));
        }
        let (hash, file) = rest.split_first_chunk::<32>().ok_or_else(|| wrong("it is cut short"))?;
        if *hash != sha256(file) {
            return Err(wrong("it is damaged"));
        }
        let (_, metadata) = SafeTensors::read_metadata(file).map_err(wrong)?;
        let json = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY));
        let state = serde_json::from_str(json.ok_or_else(|| wrong("it has no state"))?).map_err(wrong)?;
        Ok(Self { state, tensors: SafeTensors::deserialize(file).map_err(wrong)? })
    }
}

impl<S> Opened<'_, S> {
    /// The `len` numbers of the tensor `name`, none of which is infinite or no number.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] where they are missing, or others.
    pub(crate) fn floats(&self, name: &str, len: usize) -> Result<Vec<f32>, TrainError> {
        let tensor = self.tensors.tensor(name).map_err(wrong)?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != [len] {
            return Err(wrong(format!("{name} has another shape than the network's")));
        }
        let values: Vec<f32> = tensor.data().as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
        if values.iter().all(|value| value.is_finite()) { Ok(values) } else { Err(wrong(format!("{name} has gaps"))) }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
pub(crate) fn wrong(error: impl ToString) -> TrainError {
    TrainError::Checkpoint(error.to_string())
}

/// The SHA-256 of what a run is about: a checkpoint of another one is refused. `about` is all but the descriptors.
///
/// # Errors
/// [`TrainError::Settings`] where `about` cannot be written.
pub(crate) fn fingerprint(about: &impl Serialize, examples: &[&Examples]) -> Result<String, TrainError> {
    let mut hash = FileHash::default();
    hash.push(&serde_json::to_vec(about).map_err(|error| TrainError::Settings(error.to_string()))?);
    for examples in examples {
        examples.digest_into(&mut hash);
    }
    Ok(hash.finish())
}

/// 32-bit floats on their way into a file.
struct Floats<'a> {
    shape: [usize; 1],
    values: Cow<'a, [f32]>,
}

impl View for Floats<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn data_len(&self) -> usize {
        4 * self.values.len()
    }
}

/// `checkpoint` with its file changed and sealed again, as somebody could who wants to do harm.
#[cfg(test)]
pub(crate) fn resealed(checkpoint: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut file = checkpoint[FRONT..].to_vec();
    change(&mut file);
    seal(&file)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn checkpoint() -> Vec<u8> {
        write(&[1.5, 0.1], vec![("a".into(), vec![1.0, -0.0].into()), ("b".into(), vec![f32::NAN].into())]).unwrap()
    }

    fn open(bytes: &[u8]) -> Result<Opened<'_, [f64; 2]>, TrainError> {
        Opened::new(bytes)
    }

    #[test]
    fn what_is_written_is_read_to_the_bit() {
        let bytes = checkpoint();
        let opened = open(&bytes).unwrap();
        assert_eq!(opened.state, [1.5, 0.1]);
        let a = opened.floats("a", 2).unwrap();
        assert_eq!(a.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), [1.0f32, -0.0].map(f32::to_bits));
        for (name, len) in [("a", 1), ("a", 3), ("b", 1), ("c", 1)] {
            assert!(matches!(opened.floats(name, len), Err(TrainError::Checkpoint(_))), "{name} {len}");
        }
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_refused() {
        let bytes = checkpoint();
        for end in 0..bytes.len() {
            assert!(matches!(open(&bytes[..end]), Err(TrainError::Checkpoint(_))), "cut at {end}");
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            assert!(matches!(open(&flipped), Err(TrainError::Checkpoint(_))), "flipped at {at}");
        }
        let mut newer = bytes;
        newer[MAGIC.len()] += 1;
        assert_eq!(open(&newer).err(), Some(TrainError::Checkpoint("it is of another release".into())));
    }

    #[test]
    fn another_kind_of_run_is_refused() {
        assert!(Opened::<String>::new(&checkpoint()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(open(&bytes).is_err());
            prop_assert!(open(&seal(&bytes)).is_err());
        }
    }
}
