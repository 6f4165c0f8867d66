//! The page's state. [`Page`] owns all of it and is handed down by context; views read its signals and call its
//! operations, which stand in one file a concern.

mod camera;
mod compare;
mod engine;
mod helpers;
mod layers;
mod page;
mod photo;
mod session;
mod teach;
mod trial;

pub(crate) use camera::{Camera, CameraStatus};
pub(crate) use engine::Phase;
pub(crate) use layers::{Layers, LayersState};
pub(crate) use page::Page;
pub(crate) use photo::{Answer, HeadAnswer, Outcome, Photo};
pub(crate) use teach::{
    Class, Described, Describing, Example, ExampleState, HandsFree, Place, RecordingState, Run, RunState,
    ScratchTaught, Taught,
};
