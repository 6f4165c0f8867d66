//! The CNN trained from scratch, on the command line.

mod allocation;
mod model;
mod photos;
mod quantize;
mod train;

pub(crate) use model::ScratchModel;
pub(crate) use photos::read as square_of;
pub(crate) use quantize::{HIDDEN_STEP, run as quantize};
pub(crate) use train::run as train;
