//! Training on the project: a head, a CNN from scratch beside it, and the learning curve of both.
//!
//! [`Training`] is the owner: it holds the settings, the runs and what they came to, and there is one run at a time (`task`).
//! A run learns a `lesson`, which is the project as it was when the run began. What it needs to go on after a reload or a crash is in
//! `checkpoints`. The panels take the owner from the context.

mod checkpoints;
mod class_table;
mod cnn;
mod cnn_panel;
mod confusion;
mod confusion_matrix;
mod curve_panel;
mod examination;
mod learning_curve;
mod lesson;
mod progress;
mod result_panel;
mod resumed;
mod run;
mod settings_form;
mod split_line;
mod task;
mod taught;
#[cfg(all(test, target_family = "wasm"))]
mod tests;
mod train_panel;
#[expect(clippy::module_inception, reason = "the owner is what the folder is about")]
mod training;
mod tuning;
mod tuning_panel;

pub(crate) use checkpoints::{Interrupted, InterruptedInfo};
pub(crate) use cnn_panel::ScratchResultPanel;
pub(crate) use curve_panel::LearningCurvePanel;
pub(crate) use examination::Examination;
#[cfg(all(test, target_family = "wasm"))]
pub(crate) use lesson::tests::project;
pub(crate) use result_panel::ResultPanel;
pub(crate) use task::Task;
pub(crate) use taught::Results;
pub(crate) use train_panel::TrainPanel;
pub(crate) use training::Training;
