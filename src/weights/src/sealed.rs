//! A manifest in the metadata of a safetensors file, with the hashes that protect it and the tensors.

use std::{borrow::Cow, ops::RangeInclusive};

use safetensors::{Dtype, View};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{WeightsError, base::float_bytes, hash::sha256_hex};

/// The manifest as it stands in a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sealed<M> {
    pub(crate) manifest: M,
    /// The SHA-256 of each tensor's bytes, weight and bias in turn, those of a head's bank behind them.
    pub(crate) tensors: Vec<String>,
    /// The SHA-256 of the manifest's JSON followed by those hashes.
    seal: String,
}

impl<M: Serialize + DeserializeOwned> Sealed<M> {
    pub(crate) fn new(manifest: M, tensors: Vec<String>) -> Result<Self, WeightsError> {
        let mut sealed = serde_json::to_string(&manifest).map_err(unreadable)?;
        sealed.extend(tensors.iter().map(String::as_str));
        Ok(Self { manifest, tensors, seal: sha256_hex(sealed.as_bytes()) })
    }

    pub(crate) fn to_json(&self) -> Result<String, WeightsError> {
        serde_json::to_string(self).map_err(unreadable)
    }

    /// Reads a manifest whose seal is whole.
    pub(crate) fn from_json(json: &str) -> Result<Self, WeightsError> {
        let found: Self = serde_json::from_str(json).map_err(unreadable)?;
        let sealed = Self::new(found.manifest, found.tensors)?;
        if sealed.seal == found.seal { Ok(sealed) } else { Err(WeightsError::ManifestHash) }
    }
}

/// Refuses manifests of another version than the `expected` ones, whatever else is in them.
pub(crate) fn check_version(json: &str, expected: RangeInclusive<u32>) -> Result<(), WeightsError> {
    #[derive(Deserialize)]
    struct Versioned {
        manifest: Version,
    }
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let found: Versioned = serde_json::from_str(json).map_err(unreadable)?;
    let found = found.manifest.version;
    let newest = *expected.end();
    if expected.contains(&found) { Ok(()) } else { Err(WeightsError::Version { found, expected: newest }) }
}

#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn unreadable(error: serde_json::Error) -> WeightsError {
    WeightsError::Manifest(error.to_string())
}

/// A tensor on its way into a file.
pub(crate) struct FileTensor {
    dtype: Dtype,
    shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

impl FileTensor {
    pub(crate) fn floats(shape: &[usize], values: &[f32]) -> Self {
        Self { dtype: Dtype::F32, shape: shape.to_vec(), bytes: float_bytes(values) }
    }

    /// Signed bytes.
    pub(crate) fn integers(shape: &[usize], values: &[i8]) -> Self {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self { dtype: Dtype::I8, shape: shape.to_vec(), bytes }
    }

    /// Bytes that mean something to who reads them.
    pub(crate) fn bytes(bytes: &[u8]) -> Self {
        Self { dtype: Dtype::U8, shape: vec![bytes.len()], bytes: bytes.to_vec() }
    }
}

impl View for FileTensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}
