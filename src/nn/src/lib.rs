//! The models, in burn: the VGG16 base with its 3×3 convolution, the heads, and the CNN trained from scratch. One model
//! for every device.

mod conv3x3;
mod error;
mod golden;
mod head;
mod head_stack;
mod heat_map;
mod last_blocks;
mod photo_pass;
mod pool;
#[cfg(feature = "cpu")]
mod profile;
mod scratch_cnn;
#[cfg(feature = "cpu")]
mod split_pass;
mod vgg16;

#[cfg(feature = "cpu")]
pub use conv3x3::Phases;
pub use error::NnError;
pub use golden::{measure_golden, read};
pub use head::*;
pub use head_stack::HeadStack;
pub use heat_map::{HeatMap, StageMap};
pub use last_blocks::{LastBlocks, check_tuned};
pub use photo_pass::{Description, EarlyPass, PhotoPass};
#[cfg(feature = "cpu")]
pub use profile::StageProfile;
pub use scratch_cnn::ScratchCnn;
#[cfg(feature = "cpu")]
pub use split_pass::{Piece, Plan, SplitPass};
pub use vgg16::{DESCRIPTOR, DESCRIPTOR_RECIPE, Features, POOLED, Vgg16, Vgg16Builder};
