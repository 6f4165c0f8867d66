//! The quantized file: the container of the base's weight file ([`crate::file`]) around another manifest.

use serde::{Deserialize, Serialize};

use super::{ScratchFile, ScratchManifest};
use crate::{
    StoredTensor, WeightsError,
    file::{HEADER, assemble},
    manifest::TensorEntry,
    reader::{read_tensor, sealed_manifest},
};

/// The manifest of a quantized file. It holds the hash of every tensor, so its own hash covers the whole file.
#[derive(Serialize, Deserialize)]
struct Contents {
    network: ScratchManifest,
    tensors: Vec<TensorEntry>,
}

/// Writes a quantized file. `tensors` are in the order of [`super::ScratchArchitecture::tensors`].
///
/// # Errors
/// Parts that do not fit together, or values that are not finite.
pub fn write_quantized(manifest: &ScratchManifest, tensors: &[StoredTensor]) -> Result<Vec<u8>, WeightsError> {
    manifest.check()?;
    let shapes = manifest.architecture.tensors();
    if shapes.len() != tensors.len() {
        return Err(WeightsError::Layout("it has another number of tensors than its architecture".to_owned()));
    }
    let mut entries = Vec::new();
    let mut payload = Vec::new();
    for ((name, shape), tensor) in shapes.into_iter().zip(tensors) {
        tensor.check(&name, &shape)?;
        let (encoding, bytes) = tensor.encode();
        entries.push(TensorEntry::of(name, &shape, encoding, payload.len(), &bytes));
        payload.extend(bytes);
    }
    let contents = Contents { network: manifest.clone(), tensors: entries };
    let json = serde_json::to_vec(&contents).map_err(|error| WeightsError::Manifest(error.to_string()))?;
    Ok(assemble(&json, &payload))
}

/// Reads a quantized file.
pub(super) fn read(bytes: &[u8]) -> Result<ScratchFile, WeightsError> {
    let found = bytes.len() as u64;
    let Some(json) = sealed_manifest(bytes)? else {
        return Err(WeightsError::Truncated { found, expected: found + 1 });
    };
    let contents: Contents = serde_json::from_slice(json)
        .map_err(|error| WeightsError::Layout(format!("no CNN trained from scratch ({error})")))?;
    contents.network.check()?;
    let shapes = contents.network.architecture.tensors();
    if !contents.tensors.iter().map(|entry| (&entry.name, &entry.shape)).eq(shapes.iter().map(|(n, s)| (n, s))) {
        return Err(WeightsError::Layout("its tensors are not those of its architecture".to_owned()));
    }
    let mut rest = &bytes[HEADER + json.len()..];
    let mut offset = 0;
    let mut tensors = Vec::with_capacity(shapes.len());
    for entry in &contents.tensors {
        if !entry.is_plausible(offset) {
            return Err(WeightsError::Layout(format!("{} is not where or as long as it should be", entry.name)));
        }
        let Some((bytes, after)) = rest.split_at_checked(entry.bytes as usize) else {
            let missing = entry.bytes - rest.len() as u64;
            return Err(WeightsError::Truncated { found, expected: found + missing });
        };
        tensors.push(read_tensor(entry, bytes)?.into_floats());
        rest = after;
        offset += entry.bytes;
    }
    if rest.is_empty() {
        Ok(ScratchFile { manifest: contents.network, tensors })
    } else {
        Err(WeightsError::TrailingBytes { extra: rest.len() as u64 })
    }
}
