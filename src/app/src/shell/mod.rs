//! The frame around every view: header, navigation, the engine's line, and the whole window as a place to drop photos.

pub(crate) mod address;
mod given;
mod header;
mod view;

pub(crate) use view::Shell;
