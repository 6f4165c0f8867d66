//! The visitor's own head: the one that answers beside the shipped one.

mod own_head;

pub(crate) use own_head::{Head, OwnHead};
