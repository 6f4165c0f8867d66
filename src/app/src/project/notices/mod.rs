//! What went wrong with the project or is worth knowing, in sentences that stay until they are dismissed.

#[expect(clippy::module_inception, reason = "the folder is named after what it is about")]
mod notices;
mod view;

pub(crate) use notices::Notices;
pub(crate) use view::NoticesView;
