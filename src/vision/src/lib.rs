//! The one preprocessing of Headstart, the same in the page's worker, on the command line and in training:
//!
//! bytes → [`decode`] (or a frame → [`from_rgba`]) → [`square`] → [`normalise`] → `[3, size, size]` for the base.

mod alpha;
mod animation;
mod augment;
mod blank;
mod colour_jitter;
mod decode;
mod distortion;
mod error;
mod format;
mod frame;
mod heat_colours;
mod jpeg;
mod limits;
mod look;
mod normalise;
mod orientation;
mod overlay;
mod png;
mod reduce;
mod shrunk;
mod square;
mod thumbnail;
mod view;
mod webp;

pub use augment::{Augmentation, augment};
pub use blank::is_blank;
pub use colour_jitter::ColourJitter;
pub use decode::decode;
pub use distortion::{Distortion, Hidden};
pub use error::VisionError;
pub use format::is_decoded_here;
pub use frame::from_rgba;
pub use heat_colours::{heat_colour, heat_scale};
pub use image::RgbImage;
pub use limits::Limits;
pub use look::{Look, look};
pub use normalise::{IMAGENET_MEAN, IMAGENET_STD, normalise};
pub use overlay::overlay;
pub use shrunk::shrunk;
pub use square::square;
pub use thumbnail::thumbnail;
pub use view::{VIEWS, view};

/// The release of [`decode`]: another where some files give other pixels than before, so that what was made of those is not
/// taken for theirs.
pub const DECODING: u32 = 2;
