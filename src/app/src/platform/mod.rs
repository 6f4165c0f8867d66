//! The browser: what the page asks of it, and nothing of what the page is for.

pub(crate) mod camera;
pub(crate) mod canvas;
pub(crate) mod deadline;
pub(crate) mod dom;
pub(crate) mod download;
pub(crate) mod file_kind;
pub(crate) mod files;
pub(crate) mod folders;
pub(crate) mod host;
pub(crate) mod locks;
pub(crate) mod opened;
pub(crate) mod service_worker;
pub(crate) mod storage;

#[cfg(all(test, target_family = "wasm"))]
mod tests;
