//! The weight file: one file with all of the base, made to be read while it downloads.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | the magic bytes [`MAGIC`]; like PNG's, they show when something rewrote line ends or dropped the high bit |
//! | 4 | the format's version, little endian |
//! | 4 | the manifest's length, little endian |
//! | 32 | the manifest's SHA-256 |
//! | … | the manifest, JSON ([`Manifest`]) |
//! | … | the tensors one after another, in the order of the network, so that the first layers are ready first |
//!
//! The manifest holds the SHA-256 of each tensor. So every bit of the file is covered: a damaged one is an error before
//! any of the values it damages is handed out. The SHA-256 of the whole file is its identity
//! ([`sha256_hex`](crate::sha256_hex)); heads name the base they were trained on by it.

use crate::{
    WeightsError,
    base::{ConvWeights, float_bytes},
    golden::Golden,
    hash::sha256,
    manifest::{Encoding, Licence, Manifest, Preprocessing, Source, TensorEntry},
    vgg16::{CONVS, ConvShape},
};

/// How a weight file begins.
pub const MAGIC: [u8; 8] = *b"\x89HSW\r\n\x1a\n";
/// The version of the format that this crate reads and writes.
pub const VERSION: u32 = 1;
/// Bytes before the manifest.
pub(crate) const HEADER: usize = 48;
/// The longest manifest that is read.
pub(crate) const LONGEST_MANIFEST: usize = 1 << 20;

/// Writes a weight file of VGG16's 13 convolutions.
///
/// # Errors
///
/// Convolutions that are not VGG16's in number or shape, or not finite.
pub fn write_base(convs: &[ConvWeights], source: Source, goldens: Vec<Golden>) -> Result<Vec<u8>, WeightsError> {
    write(&CONVS, convs, source, goldens)
}

/// [`write_base`] for any network of 3×3 convolutions, so that tests can be small.
pub(crate) fn write(
    shapes: &[ConvShape],
    convs: &[ConvWeights],
    source: Source,
    goldens: Vec<Golden>,
) -> Result<Vec<u8>, WeightsError> {
    let mut tensors = Vec::new();
    let mut payload = Vec::new();
    let mut add = |name: String, shape: &[usize], encoding: Encoding, bytes: &[u8]| {
        tensors.push(TensorEntry::of(name, shape, encoding, payload.len(), bytes));
        payload.extend_from_slice(bytes);
    };
    if shapes.len() != convs.len() {
        return Err(WeightsError::Layout(format!("{} convolutions of {}", convs.len(), shapes.len())));
    }
    for (shape, conv) in shapes.iter().zip(convs) {
        let (name, shape_of_weight) = (format!("{}.weight", shape.name), shape.weight_shape());
        let channels = (conv.out_channels, conv.in_channels, conv.bias.len());
        if channels != (shape.out_channels, shape.in_channels, shape.out_channels) {
            return Err(WeightsError::Layout(format!(
                "{} has {channels:?} channels out and in and biases",
                shape.name
            )));
        }
        conv.weight.check(&name, &shape_of_weight)?;
        if !conv.bias.iter().all(|bias| bias.is_finite()) {
            return Err(WeightsError::NonFinite { name });
        }
        let (encoding, bytes) = conv.weight.encode();
        add(name, &shape_of_weight, encoding, &bytes);
        add(format!("{}.bias", shape.name), &[shape.out_channels], Encoding::F32, &float_bytes(&conv.bias));
    }
    let manifest = Manifest {
        name: "VGG16, convolutional base, ImageNet".to_owned(),
        licences: Licence::of_vgg16(),
        source,
        preprocessing: Preprocessing::default(),
        tensors,
        goldens,
    };
    let json = serde_json::to_vec(&manifest).map_err(|error| WeightsError::Manifest(error.to_string()))?;
    Ok(assemble(&json, &payload))
}

/// A file of a manifest and the tensors that it describes.
pub(crate) fn assemble(manifest: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEADER + manifest.len() + payload.len());
    file.extend(MAGIC);
    file.extend(VERSION.to_le_bytes());
    file.extend((manifest.len() as u32).to_le_bytes());
    file.extend(sha256(manifest));
    file.extend(manifest);
    file.extend(payload);
    file
}
