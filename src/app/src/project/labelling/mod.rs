//! What to photograph next (active learning): photos without a label are answered by the visitor's own head, and the visitor is asked
//! first for the labels that teach it most. `doubt` says in which order, `sketch` which frames of the camera are worth asking about.

mod candidate;
mod doubt;
mod figures;
#[expect(clippy::module_inception, reason = "the owner is what the folder is about")]
mod labelling;
mod next_row;
mod panel;
mod question;
mod sketch;
#[cfg(all(test, target_family = "wasm"))]
mod tests;
mod watch;
mod watch_view;

pub(crate) use labelling::Labelling;
pub(crate) use panel::LabellingPanel;
