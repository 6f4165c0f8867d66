//! Files of a CNN that was trained from scratch: as trained, in floats, and quantized, as they ship.

mod architecture;
mod file;
mod manifest;
mod quantized;

pub use architecture::ScratchArchitecture;
pub use file::ScratchFile;
pub use manifest::{KIND, ScratchManifest, VERSION};
pub use quantized::write_quantized;
