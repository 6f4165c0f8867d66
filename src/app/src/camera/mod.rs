//! The camera: turning it on and off, its picture, and live answers.

mod live;
mod panel;
mod status;

pub(crate) use live::Camera;
pub(crate) use panel::{CameraFailure, CameraPanel, CameraVideo, play_stream};
pub(crate) use status::CameraStatus;
