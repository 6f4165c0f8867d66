//! The album: the classes of a project and their photos. It notes in the [`Journal`] what changed.

#[expect(clippy::module_inception, reason = "the folder is named after what it is about")]
mod album;
mod class;
mod example;
mod journal;
mod manifest;
mod names;
mod tally;

pub(crate) use album::{Album, DropTarget};
pub(crate) use class::Class;
pub(crate) use example::{Described, Example, ExampleState, Fresh};
pub(crate) use journal::Journal;
pub(crate) use manifest::{classes, fill};
pub(crate) use names::{checked, same};
pub(crate) use tally::{Tally, lopsided};
