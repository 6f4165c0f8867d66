//! Keeping the project in the browser's database, and bringing it back.

mod database;
mod opening;
mod saver;

pub(crate) use saver::Saver;
