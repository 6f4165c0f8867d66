//! What the visitor gives: photos, folders, zips and heads, sorted without reading them; and the practice set.

mod groups;
#[expect(clippy::module_inception, reason = "the folder is named after what it is about")]
mod intake;
mod practice;
mod texture;
mod zip;

pub(crate) use intake::Intake;
