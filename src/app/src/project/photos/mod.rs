//! Photos on the screen.

mod grid;
mod photo_cell;
mod photo_grid;

pub(crate) use photo_cell::DRAGGED;
pub(crate) use photo_grid::PhotoGrid;
