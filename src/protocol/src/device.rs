//! Where the base runs and how large a photo it sees.

use serde::{Deserialize, Serialize};

/// The device that runs the models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Backend {
    /// The visitor's GPU through WebGPU.
    WebGpu,
    /// The visitor's processor, in WebAssembly.
    Cpu,
}

impl Backend {
    /// The name that `?backend=` and `data-backend` use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WebGpu => "webgpu",
            Self::Cpu => "cpu",
        }
    }

    /// The input size in use where none is asked for.
    #[must_use]
    pub fn default_size(self) -> InputSize {
        match self {
            Self::WebGpu => InputSize::S224,
            Self::Cpu => InputSize::S150,
        }
    }

    /// The backend that [`Self::name`] names, if any.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::WebGpu, Self::Cpu].into_iter().find(|backend| backend.name() == name)
    }
}

/// Side of the square photo that the base sees, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum InputSize {
    /// 150×150: fast, the CPU's default.
    S150,
    /// 224×224: what VGG16 was trained on, the GPU's default.
    S224,
}

impl InputSize {
    /// Both sizes, the smaller first.
    pub const ALL: [Self; 2] = [Self::S150, Self::S224];

    /// Side in pixels.
    #[must_use]
    pub fn pixels(self) -> usize {
        match self {
            Self::S150 => 150,
            Self::S224 => 224,
        }
    }

    /// The size of that many pixels, if it is one of ours.
    #[must_use]
    pub fn from_pixels(pixels: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.pixels() == pixels)
    }
}
