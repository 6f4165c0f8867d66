//! Safetensors files taken apart and put together again, so that damage lies inside a container that is sound.

use safetensors::{Dtype, SafeTensors, View, serialize};

/// A tensor as it stands in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its bytes: 32-bit floats, little endian.
    pub bytes: Vec<u8>,
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        Dtype::F32
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
/// Where `file` is no safetensors file of 32-bit floats with such a text.
#[must_use]
pub fn rebuilt(file: &[u8], key: &str, change: impl FnOnce(String, &mut Vec<Tensor>) -> String) -> Vec<u8> {
    let (_, metadata) = SafeTensors::read_metadata(file).expect("a seed is sound");
    let text = metadata.metadata().as_ref().and_then(|texts| texts.get(key)).expect("a seed has its text").clone();
    let mut tensors: Vec<Tensor> = SafeTensors::deserialize(file)
        .expect("a seed is sound")
        .iter()
        .map(|(name, view)| Tensor { name: name.to_owned(), shape: view.shape().to_vec(), bytes: view.data().to_vec() })
        .collect();
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    let text = change(text, &mut tensors);
    // A shape that does not fit its bytes is refused by the writer: that file stays as it was.
    let tensors = tensors.iter().map(|tensor| (tensor.name.as_str(), tensor));
    serialize(tensors, Some([(key.to_owned(), text)].into_iter().collect())).unwrap_or_else(|_| file.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_changed_stays() {
        let tensor = Tensor { name: "a".to_owned(), shape: vec![2], bytes: vec![0, 0, 128, 63, 0, 0, 0, 64] };
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
