//! The projects on this machine, and which of them is open.

mod entry;
#[expect(clippy::module_inception, reason = "the folder is named after what it is about")]
mod library;
mod view;

pub(crate) use entry::Entry;
pub(crate) use library::Library;
pub(crate) use view::LibraryView;
