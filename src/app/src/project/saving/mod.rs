//! Keeping projects in the browser's database, and reading them again.

mod batch;
mod claim;
mod database;
mod earlier;
mod format;
mod opening;
mod projects;
mod rescue;
mod saver;
mod schema;
mod store;
mod stored_description;
mod transaction;
mod view;
mod writing;

pub(crate) use claim::Claim;
pub(crate) use format::ProjectDocument;
pub(crate) use opening::Loaded;
pub(crate) use projects::SavedProject;
pub(crate) use saver::{Saver, SavingState};
pub(crate) use view::SavingLine;
