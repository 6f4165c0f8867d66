//! What a weight file says about itself.

use serde::{Deserialize, Serialize};

use crate::{
    WeightsError,
    golden::Golden,
    hash::sha256_hex,
    quantized::longest_coding,
    vgg16::{ConvShape, MEAN, SIZES, STD},
};

/// The manifest of a weight file. It holds the hash of every tensor, so its own hash covers the whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// What the weights are.
    pub name: String,
    /// Whose work they are, and under which licences.
    pub licences: Vec<Licence>,
    /// What they were made from.
    pub source: Source,
    /// What pictures must go through before them.
    pub preprocessing: Preprocessing,
    /// The tensors in the order of the file and of the network: a convolution's weight, then its bias.
    pub tensors: Vec<TensorEntry>,
    /// What these weights make of the golden pattern, one a picture size. Empty for a file that is not ours.
    pub goldens: Vec<Golden>,
}

impl Manifest {
    /// The golden figures for pictures of `size` pixels a side.
    #[must_use]
    pub fn golden(&self, size: usize) -> Option<&Golden> {
        self.goldens.iter().find(|golden| golden.size == size)
    }
}

/// A work in the file and its licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// The work and who made it.
    pub work: String,
    /// The licence's SPDX name.
    pub licence: String,
}

impl Licence {
    /// The works in VGG16's weights.
    #[must_use]
    pub fn of_vgg16() -> Vec<Self> {
        let licence = |work: &str, licence: &str| Self { work: work.to_owned(), licence: licence.to_owned() };
        vec![
            licence(
                "VGG16, Karen Simonyan and Andrew Zisserman, Visual Geometry Group, University of Oxford",
                "CC-BY-4.0",
            ),
            licence("torchvision VGG16_Weights.IMAGENET1K_V1, the torchvision maintainers", "BSD-3-Clause"),
        ]
    }
}

/// What a weight file was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Where the float weights can be had.
    pub description: String,
    /// The SHA-256 of the float safetensors file, in hexadecimal.
    pub sha256: String,
    /// What was done to them.
    pub changes: String,
}

/// What a picture goes through before the base: squeezed to a square, scaled to 0–1, normalised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preprocessing {
    /// The sides of the squares that the base is used at.
    pub sizes: Vec<usize>,
    /// Subtracted from each channel (RGB).
    pub mean: [f32; 3],
    /// Each channel is divided by it after that.
    pub std: [f32; 3],
}

impl Default for Preprocessing {
    fn default() -> Self {
        Self { sizes: SIZES.to_vec(), mean: MEAN, std: STD }
    }
}

/// One tensor of a weight file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TensorEntry {
    /// torchvision's name (`features.0.weight`).
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// How its values are stored.
    pub encoding: Encoding,
    /// Where it begins, counted from the end of the manifest.
    pub offset: u64,
    /// How many bytes it takes.
    pub bytes: u64,
    /// The SHA-256 of those bytes, in hexadecimal.
    pub sha256: String,
}

impl TensorEntry {
    /// The entry of a tensor whose `bytes` begin at `offset`.
    pub(crate) fn of(name: String, shape: &[usize], encoding: Encoding, offset: usize, bytes: &[u8]) -> Self {
        let sha256 = sha256_hex(bytes);
        Self { name, shape: shape.to_vec(), encoding, offset: offset as u64, bytes: bytes.len() as u64, sha256 }
    }

    /// Whether its bytes begin at `offset` and are as many as its shape and encoding explain.
    pub(crate) fn is_plausible(&self, offset: u64) -> bool {
        let rows = self.shape.first().copied().unwrap_or(1);
        let count: usize = self.shape.iter().product();
        let fits = match self.encoding {
            Encoding::F32 => self.bytes == 4 * count as u64,
            Encoding::Rans => self.shape.len() > 1 && self.bytes <= longest_coding(rows, count / rows.max(1)) as u64,
        };
        fits && self.offset == offset
    }
}

/// How a tensor's values are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// 32-bit floats, little endian.
    F32,
    /// Scaled integers, entropy-coded (the module `quantized` describes it).
    Rans,
}

impl Manifest {
    /// Reads a manifest and checks that it describes the network `shapes`, its tensors in order without gaps and each
    /// of a size that its shape explains, so that nothing that follows allocates more than the network needs.
    pub(crate) fn parse(json: &[u8], shapes: &[ConvShape]) -> Result<Self, WeightsError> {
        let manifest: Self = serde_json::from_slice(json).map_err(|error| WeightsError::Manifest(error.to_string()))?;
        let expected = shapes.iter().flat_map(|shape| {
            let weight = (format!("{}.weight", shape.name), shape.weight_shape().to_vec());
            [weight, (format!("{}.bias", shape.name), vec![shape.out_channels])]
        });
        if manifest.tensors.len() != 2 * shapes.len() {
            return Err(WeightsError::Layout(format!(
                "{} tensors where VGG16 has {}",
                manifest.tensors.len(),
                2 * shapes.len()
            )));
        }
        let mut offset = 0;
        for (tensor, (name, shape)) in manifest.tensors.iter().zip(expected) {
            if tensor.name != name {
                return Err(WeightsError::Layout(format!("{} stands where {name} should", tensor.name)));
            }
            if tensor.shape != shape {
                return Err(WeightsError::Shape { name, found: tensor.shape.clone(), expected: shape });
            }
            if !tensor.is_plausible(offset) {
                return Err(WeightsError::Layout(format!("{name} is not where or as long as it should be")));
            }
            offset += tensor.bytes;
        }
        Ok(manifest)
    }
}
