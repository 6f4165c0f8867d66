//! What teaching reckons without a browser: names, counts, files, figures and where things stand on the screen.

pub(crate) mod confusion;
pub(crate) mod counts;
pub(crate) mod curves;
pub(crate) mod fields;
pub(crate) mod file_kind;
pub(crate) mod grid;
pub(crate) mod names;
pub(crate) mod texture;
pub(crate) mod undo;
