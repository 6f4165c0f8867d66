//! How far the engine is, and what it measured of itself.

mod engine_line;
mod engine_status;
mod measurements;
mod report;
#[cfg(all(test, target_family = "wasm"))]
mod tests;
mod words;

pub(crate) use engine_line::EngineLine;
pub(crate) use engine_status::EngineStatus;
pub(crate) use measurements::{Measurements, Wanted, measure};
pub(crate) use words::phase_words;
