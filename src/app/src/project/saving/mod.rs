//! Keeping projects in the browser's database, and reading them again.

mod batch;
mod claim;
mod database;
mod earlier;
mod format;
mod opening;
mod projects;
mod rescue;
mod saved_project;
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
pub(crate) use saved_project::SavedProject;
pub(crate) use saver::{Saver, SavingState};
pub(crate) use view::SavingLine;
