//! Safetensors files taken apart and put together again, so that damage lies inside a container that is sound.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use safetensors::{Dtype, SafeTensors, View, serialize};

use crate::mutate;

/// A tensor as it stands in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// What its numbers are.
    pub dtype: Dtype,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its bytes, little endian.
    pub bytes: Vec<u8>,
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> std::borrow::Cow<'_, [u8]> {
        (&self.bytes[..]).into()
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// `file` with its metadata's text under `key` and its tensors changed.
///
/// # Panics
/// Where `file` is no safetensors file with such a text.
#[must_use]
pub fn rebuilt(file: &[u8], key: &str, change: impl FnOnce(String, &mut Vec<Tensor>) -> String) -> Vec<u8> {
    let (_, metadata) = SafeTensors::read_metadata(file).expect("a seed is sound");
    let text = metadata.metadata().as_ref().and_then(|texts| texts.get(key)).expect("a seed has its text").clone();
    let mut tensors: Vec<Tensor> = SafeTensors::deserialize(file)
        .expect("a seed is sound")
        .iter()
        .map(|(name, view)| Tensor {
            name: name.to_owned(),
            dtype: view.dtype(),
            shape: view.shape().to_vec(),
            bytes: view.data().to_vec(),
        })
        .collect();
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    let text = change(text, &mut tensors);
    // A shape that does not fit its bytes is refused by the writer: that file stays as it was.
    let tensors = tensors.iter().map(|tensor| (tensor.name.as_str(), tensor));
    serialize(tensors, Some([(key.to_owned(), text)].into_iter().collect())).unwrap_or_else(|_| file.to_vec())
}

/// Damages the bytes of one of `tensors`, which stay as many; none where there is none.
pub fn damage_one(random: &mut ChaCha8Rng, tensors: &mut [Tensor]) {
    if tensors.is_empty() {
        return;
    }
    let at = random.random_range(0..tensors.len());
    let bytes = &mut tensors[at].bytes;
    let length = bytes.len();
    *bytes = mutate(random, std::slice::from_ref(bytes));
    bytes.resize(length, 0);
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn damage_keeps_the_number_of_bytes() {
        let tensor =
            |name: &str| Tensor { name: name.to_owned(), dtype: Dtype::F32, shape: vec![9], bytes: vec![7; 36] };
        let sound = [tensor("a"), tensor("b")];
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut touched = [false; 2];
        for _ in 0..50 {
            let mut tensors = sound.clone();
            damage_one(&mut random, &mut tensors);
            let changed: Vec<usize> = (0..2).filter(|at| tensors[*at] != sound[*at]).collect();
            assert!(changed.len() < 2 && tensors.iter().all(|tensor| tensor.bytes.len() == 36), "{tensors:?}");
            changed.into_iter().for_each(|at| touched[at] = true);
        }
        assert_eq!(touched, [true; 2]);
        damage_one(&mut random, &mut []);
    }

    #[test]
    fn what_is_not_changed_stays() {
        let bytes = vec![0, 0, 128, 63, 0, 0, 0, 64];
        let tensor = Tensor { name: "a".to_owned(), dtype: Dtype::F32, shape: vec![2], bytes };
        let metadata = [("key".to_owned(), "{}".to_owned())].into_iter().collect();
        let file = serialize([("a", &tensor)], Some(metadata)).unwrap();
        assert_eq!(rebuilt(&file, "key", |text, _| text), file);
        let changed = rebuilt(&file, "key", |_, tensors| {
            assert_eq!(tensors, std::slice::from_ref(&tensor));
            tensors[0].bytes[0] = 1;
            "[]".to_owned()
        });
        assert_eq!(changed.len(), file.len());
        assert_ne!(changed, file);
        // Bytes that do not fit the shape.
        assert_eq!(rebuilt(&file, "key", |text, tensors| (tensors[0].bytes.clear(), text).1), file);
    }
}
