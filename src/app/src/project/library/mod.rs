//! The projects on this machine, and which of them is open.

#[expect(clippy::module_inception, reason = "the folder is named after what it is about")]
mod library;
mod opening;
mod view;

pub(crate) use library::Library;
pub(crate) use view::LibraryView;
