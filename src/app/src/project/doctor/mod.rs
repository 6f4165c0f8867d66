//! The data doctor: what may be wrong with the project's photos, as a list whose rows are each mended with one press.

#[expect(clippy::module_inception, reason = "the owner is what the folder is about")]
mod doctor;
mod found;
#[cfg(all(test, target_family = "wasm"))]
mod tests;
mod view;
mod words;

pub(crate) use doctor::Doctor;
pub(crate) use view::DoctorPanel;
