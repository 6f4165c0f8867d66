//! Reading a weight file, whole or while it downloads.

use crate::{
    StoredTensor, WeightsError,
    base::{BaseWeights, ConvWeights, finite, floats},
    file::{HEADER, LONGEST_MANIFEST, MAGIC, VERSION},
    hash::{sha256, sha256_hex},
    manifest::{Encoding, Manifest, TensorEntry},
    quantized,
    vgg16::{CONVS, ConvShape},
};

/// Reads a weight file from bytes that arrive in pieces of any size.
///
/// Each convolution is handed out, checked, once its bytes are there; memory for what has arrived but
/// is not yet handed out is at most that of one convolution and one piece.
///
/// After an error the reader only repeats that error.
pub struct BaseReader {
    shapes: &'static [ConvShape],
    /// Bytes that came and were not used yet.
    pending: Vec<u8>,
    /// How many bytes were used.
    used: u64,
    manifest: Option<Manifest>,
    /// How many tensors were read.
    tensors: usize,
    /// The weight whose bias has not come yet.
    weight: Option<StoredTensor>,
    failed: Option<WeightsError>,
}

impl Default for BaseReader {
    fn default() -> Self {
        Self::new()
    }
}

impl BaseReader {
    /// A reader at the beginning of a file.
    #[must_use]
    pub fn new() -> Self {
        Self::of(&CONVS)
    }

    /// A reader of files of another network, so that tests can be small.
    pub(crate) fn of(shapes: &'static [ConvShape]) -> Self {
        Self { shapes, pending: Vec::new(), used: 0, manifest: None, tensors: 0, weight: None, failed: None }
    }

    /// Takes the next bytes of the file and returns the convolutions that they complete, in the order of the network.
    ///
    /// # Errors
    ///
    /// Bytes that are not those of a weight file; see [`WeightsError`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<ConvWeights>, WeightsError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.pending.extend_from_slice(bytes);
        self.advance().inspect_err(|error| {
            self.failed = Some(error.clone());
            self.pending = Vec::new();
        })
    }

    /// The manifest, once it has come.
    #[must_use]
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// An error of an earlier [`push`](Self::push), or a file that is not complete.
    pub fn finish(self) -> Result<Manifest, WeightsError> {
        let expected = self.needed();
        match (self.failed, self.manifest) {
            (Some(error), _) => Err(error),
            (None, Some(manifest)) if self.tensors == manifest.tensors.len() => Ok(manifest),
            (None, _) => Err(WeightsError::Truncated { found: self.used + self.pending.len() as u64, expected }),
        }
    }

    /// The length that the file must have at least, as far as is known.
    fn needed(&self) -> u64 {
        match &self.manifest {
            Some(manifest) => {
                self.used + manifest.tensors[self.tensors..].iter().map(|tensor| tensor.bytes).sum::<u64>()
            }
            None => manifest_length(&self.pending).map_or(HEADER, |length| HEADER + length) as u64,
        }
    }

    fn advance(&mut self) -> Result<Vec<ConvWeights>, WeightsError> {
        if self.manifest.is_none() && !self.read_manifest()? {
            return Ok(Vec::new());
        }
        let Some(manifest) = &self.manifest else { return Ok(Vec::new()) };
        let mut complete = Vec::new();
        let mut start = 0;
        while let Some(tensor) = manifest.tensors.get(self.tensors) {
            let end = start + tensor.bytes as usize;
            let Some(bytes) = self.pending.get(start..end) else { break };
            let values = read_tensor(tensor, bytes)?;
            if let Some(weight) = self.weight.take() {
                let shape = &self.shapes[self.tensors / 2];
                complete.push(ConvWeights {
                    name: shape.name.to_owned(),
                    out_channels: shape.out_channels,
                    in_channels: shape.in_channels,
                    weight,
                    bias: values.into_floats(),
                });
            } else {
                self.weight = Some(values);
            }
            self.tensors += 1;
            start = end;
        }
        self.pending.drain(..start);
        self.used += start as u64;
        if self.tensors == manifest.tensors.len() && !self.pending.is_empty() {
            return Err(WeightsError::TrailingBytes { extra: self.pending.len() as u64 });
        }
        Ok(complete)
    }

    /// Reads header and manifest; false while bytes are missing.
    fn read_manifest(&mut self) -> Result<bool, WeightsError> {
        let Some(json) = sealed_manifest(&self.pending)? else { return Ok(false) };
        let used = HEADER + json.len();
        self.manifest = Some(Manifest::parse(json, self.shapes)?);
        self.pending.drain(..used);
        self.used = used as u64;
        Ok(true)
    }
}

/// The manifest's JSON at the beginning of a file, once it has come; it is as it was written.
pub(crate) fn sealed_manifest(bytes: &[u8]) -> Result<Option<&[u8]>, WeightsError> {
    check_beginning(bytes)?;
    let Some(length) = manifest_length(bytes) else { return Ok(None) };
    if length > LONGEST_MANIFEST {
        return Err(WeightsError::Manifest(format!("it claims {length} bytes")));
    }
    match bytes.get(HEADER..HEADER + length) {
        Some(json) if bytes[16..HEADER] != sha256(json) => Err(WeightsError::ManifestHash),
        json => Ok(json),
    }
}

/// Refuses bytes that cannot be the first ones of a weight file of our version, however few they are.
fn check_beginning(bytes: &[u8]) -> Result<(), WeightsError> {
    if looks_like_a_web_page(bytes) {
        return Err(WeightsError::WebPage);
    }
    if bytes.iter().zip(&MAGIC).any(|(byte, magic)| byte != magic) {
        return Err(WeightsError::Foreign);
    }
    match bytes.get(8..).and_then(|rest| rest.first_chunk::<4>()) {
        Some(version) if u32::from_le_bytes(*version) != VERSION => {
            Err(WeightsError::Version { found: u32::from_le_bytes(*version), expected: VERSION })
        }
        _ => Ok(()),
    }
}

/// Whether the first byte that is no blank is the `<` of a page, a byte-order mark aside.
#[must_use]
pub fn looks_like_a_web_page(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

/// The manifest's length, once the bytes that hold it and the hash after it have come.
fn manifest_length(bytes: &[u8]) -> Option<usize> {
    let header = bytes.first_chunk::<HEADER>()?;
    Some(u32::from_le_bytes([header[12], header[13], header[14], header[15]]) as usize)
}

/// The values of `tensor`, whose bytes are `bytes`.
pub(crate) fn read_tensor(tensor: &TensorEntry, bytes: &[u8]) -> Result<StoredTensor, WeightsError> {
    if sha256_hex(bytes) != tensor.sha256 {
        return Err(WeightsError::TensorHash { name: tensor.name.clone() });
    }
    match tensor.encoding {
        Encoding::F32 => Ok(StoredTensor::Floats(finite(floats(bytes), &tensor.name)?)),
        Encoding::Rans => match &*tensor.shape {
            [rows, columns @ ..] => {
                Ok(StoredTensor::Rows(quantized::decode(bytes, *rows, columns.iter().product(), &tensor.name)?))
            }
            [] => Err(WeightsError::Coding { name: tensor.name.clone(), reason: "a single number is not coded" }),
        },
    }
}

/// Reads a whole weight file.
///
/// # Errors
///
/// Bytes that are not those of a weight file; see [`WeightsError`].
pub fn read_base(bytes: &[u8]) -> Result<(Manifest, BaseWeights), WeightsError> {
    let mut reader = BaseReader::new();
    let convs = reader.push(bytes)?;
    Ok((reader.finish()?, BaseWeights { convs }))
}

#[cfg(test)]
mod tests;
