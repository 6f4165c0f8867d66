//! What can be wrong with a weight file, a head file or the index of models.

use thiserror::Error;

/// Why bytes are not the weights they should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WeightsError {
    /// A static host answered with its start or "not found" page.
    #[error("this is a web page, not a model file")]
    WebPage,
    /// Bytes of some other kind.
    #[error("this is not a file of Headstart: it does not begin as one")]
    Foreign,
    /// A file of another release.
    #[error("the file has format version {found}, this program reads version {expected}")]
    Version {
        /// The version in the file.
        found: u32,
        /// The version that this program reads.
        expected: u32,
    },
    /// The file ends too early.
    #[error("the file is cut short: {found} bytes of at least {expected}")]
    Truncated {
        /// How many bytes came.
        found: u64,
        /// How many the file must have at least, as far as is known.
        expected: u64,
    },
    /// The file goes on after its last tensor.
    #[error("the file has {extra} bytes after its end")]
    TrailingBytes {
        /// How many bytes are too many.
        extra: u64,
    },
    /// The manifest's bytes do not match their hash.
    #[error("the file's manifest is damaged: its SHA-256 differs")]
    ManifestHash,
    /// The manifest is not what this program reads.
    #[error("the file's manifest cannot be read: {0}")]
    Manifest(String),
    /// The manifest describes another network.
    #[error("the file holds another network: {0}")]
    Layout(String),
    /// A tensor's bytes do not match their hash.
    #[error("the tensor {name} is damaged: its SHA-256 differs")]
    TensorHash {
        /// The tensor.
        name: String,
    },
    /// A tensor's bytes cannot be decoded.
    #[error("the tensor {name} cannot be decoded: {reason}")]
    Coding {
        /// The tensor.
        name: String,
        /// What is wrong with its bytes.
        reason: &'static str,
    },
    /// A tensor that should be there is not.
    #[error("the tensor {name} is missing")]
    MissingTensor {
        /// The tensor.
        name: String,
    },
    /// A tensor of another shape.
    #[error("the tensor {name} has shape {found:?}, expected {expected:?}")]
    Shape {
        /// The tensor.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// The shape that the network needs.
        expected: Vec<usize>,
    },
    /// A tensor of another kind of numbers.
    #[error("the tensor {name} holds {found} values, another kind of numbers than belong there")]
    ElementType {
        /// The tensor.
        name: String,
        /// Its element type in the file.
        found: String,
    },
    /// A tensor with an infinity or a NaN.
    #[error("the tensor {name} holds a value that is not a finite number")]
    NonFinite {
        /// The tensor.
        name: String,
    },
    /// The safetensors container itself is broken.
    #[error("the safetensors file cannot be read: {0}")]
    Safetensors(String),
    /// A head whose parts do not fit together.
    #[error("the head file does not fit together: {0}")]
    Head(String),
    /// The index of models is broken.
    #[error("the index of models cannot be read: {0}")]
    Index(String),
    /// A file that is not the one the index names.
    #[error("{file} is not the file that the index names: its length or SHA-256 differs")]
    Entry {
        /// The file's name.
        file: String,
    },
}
