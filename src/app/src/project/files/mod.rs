//! Taking the project and its head away as files.

mod export;
mod view;

pub(crate) use export::Export;
pub(crate) use view::FilesView;
