//! The album: the classes of a project and their photos. It notes in the [`Journal`] what changed.

#[expect(clippy::module_inception, reason = "the folder is named after what it is about")]
mod album;
mod class;
mod example;
mod journal;
mod manifest;
mod names;
mod original;
mod split;
mod tally;

pub(crate) use album::{Album, DropTarget};
pub(crate) use class::Class;
pub(crate) use example::{Described, Example, ExampleState, Fresh, Recipe};
pub(crate) use journal::{Change, DocumentKind, Journal};
pub(crate) use manifest::{classes, fill};
pub(crate) use names::{checked, free, zip_path};
pub(crate) use original::{Original, PhotoStore};
pub(crate) use split::folder;
pub(crate) use tally::{Tally, lopsided};
