//! What is on the screen.

mod about;
mod answer;
mod camera;
mod card;
mod chart;
mod classify;
mod compare;
mod engine_line;
mod learn;
mod learning_curve;
mod measurements;
mod results;
mod samples;
mod shell;
mod teach;

pub(crate) use shell::shell;
