//! The camera: turning it on and off, its picture, and live answers.

mod live;
mod panel;
mod status;
mod switch;

pub(crate) use live::Camera;
pub(crate) use panel::{CameraFailure, CameraPanel, CameraVideo, MUTED, play_stream};
pub(crate) use status::CameraStatus;
pub(crate) use switch::CameraSwitch;
