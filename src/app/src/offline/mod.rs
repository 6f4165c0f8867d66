//! The page without a network: a service worker keeps its files, and offers a newer release without ever swapping it in.

#[expect(clippy::module_inception, reason = "the folder is named after what it is about")]
mod offline;
mod view;

pub(crate) use offline::Offline;
pub(crate) use view::UpdateOffer;
