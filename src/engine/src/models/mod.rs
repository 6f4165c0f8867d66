//! The models: what ships, fetched and put on the device, and the visitor's own head.

mod base_file;
mod cache;
mod heat;
mod load;
mod own_head;
mod remote_file;
mod running_head;
mod shipped_cnn;

pub(crate) use base_file::BaseFile;
pub(crate) use cache::ModelCache;
pub(crate) use load::{Ahead, Models, ask_for_base, fetch_whole, index};
pub(crate) use own_head::{OwnHead, read_head, summary};
pub(crate) use remote_file::EarlyRequest;
pub(crate) use running_head::Said;
pub(crate) use shipped_cnn::ShippedCnn;
