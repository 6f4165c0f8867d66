//! The chart of every curve on the page: axes with ticks and units, a legend, values by pointer and by keyboard, marks.
//!
//! [`data`] is what a chart takes. [`axis`], [`lines`], [`plot`] and [`readout`] are its geometry and its words, without a
//! browser; [`component`] is the component itself. [`epochs`] and [`learning`] make charts, with their tables, of a run's
//! epochs and of a learning curve, [`together`] one of many runs, [`reliability`] one of confidence against accuracy.

mod axis;
pub(super) mod component;
pub(super) mod data;
mod epochs;
mod learning;
mod lines;
mod plot;
mod readout;
mod reliability;
mod together;

pub(crate) use epochs::{RunCharts, RunsBeside};
pub(crate) use learning::LearningCurve;
pub(crate) use reliability::ReliabilityDiagram;
pub(crate) use together::{RunsTogether, Together};
