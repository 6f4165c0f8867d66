//! Recording a class's photos from the camera, while a button is held or by itself.

mod recorder;
mod view;

pub(crate) use recorder::Recorder;
pub(crate) use view::{HoldButton, RecorderView};
