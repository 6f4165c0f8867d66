//! The files that hold what a network has learned: the quantized VGG16 base, the heads on top of it, the CNN trained from
//! scratch, and the index of the page's models. Reading checks everything: a truncated, flipped or foreign file is a [`WeightsError`], never a wrong answer.

mod bank;
mod base;
mod classes;
mod error;
mod file;
mod golden;
mod hash;
pub mod head;
pub mod index;
mod manifest;
mod moments;
mod quantized;
mod rans;
mod reader;
mod rounding;
pub mod scratch;
mod sealed;
mod tuned;
pub mod vgg16;

pub use bank::{BANK_RECIPE, Bank, BankManifest, QUANTILES};
pub use base::{BaseWeights, ConvWeights};
pub use classes::check_classes;
pub use error::WeightsError;
pub use file::{MAGIC, VERSION, write_base};
pub use golden::{Golden, Parity, StageFigures, StageParity, golden_pattern, parity, relative_distance};
pub use half::f16;
pub use hash::{FileHash, sha256, sha256_hex};
pub use manifest::{Encoding, Licence, Manifest, Preprocessing, Source, TensorEntry};
pub use moments::Neighbourhoods;
pub use quantized::{QuantizedRows, StoredTensor};
pub use reader::{BaseReader, looks_like_a_web_page, read_base};
pub use rounding::{quantize, quantize_dense};
pub use tuned::TunedConv;
