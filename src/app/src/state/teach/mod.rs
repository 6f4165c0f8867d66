//! The project that a visitor teaches: its classes, photos, runs, and where it is kept. [`Teach`] holds the state; what
//! may be done with it stands in one file a concern.

mod archive;
mod class;
mod comparison;
mod describe;
mod example;
mod head;
mod intake;
mod notice;
mod opening;
mod photos;
mod practice;
mod project;
mod recording;
mod storage;
mod training;
mod zip_in;

pub(crate) use class::Class;
pub(crate) use comparison::ScratchTaught;
pub(crate) use describe::Describing;
pub(crate) use example::{Described, Example, ExampleState};
pub(crate) use intake::Place;
pub(crate) use project::Teach;
pub(crate) use recording::{HandsFree, RecordingState};
pub(crate) use training::{Run, RunState, Taught};
