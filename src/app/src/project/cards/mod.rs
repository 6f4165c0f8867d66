//! The classes as cards, with their photos.

mod class_card;
mod view;

pub(crate) use view::ClassesView;
