//! The shipped models side by side: on the same photos, and how they came to be.

mod comparison;
mod facts;
mod facts_table;
mod published;
mod runs;
mod shipped_curve;
#[cfg(all(test, target_family = "wasm"))]
mod tests;
mod tuning;
mod view;

pub(crate) use comparison::{Comparison, TuningState};
pub(crate) use tuning::TuningTable;
pub(crate) use view::CompareView;
