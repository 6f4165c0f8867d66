//! What a visitor does to classes and photos, and how it is undone.

mod edits;
mod undo;

pub(crate) use edits::Edits;
pub(crate) use undo::Undo;
