//! What is on the screen.

#![expect(unreachable_pub, reason = "leptos's component macro declares what it makes `pub`")]

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

pub(crate) use shell::Shell;
