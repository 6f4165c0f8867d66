//! Photos that are asked about, and their answers.

mod card;
mod photos;
mod picker;
mod results;
mod samples;
#[cfg(all(test, target_family = "wasm"))]
mod tests;
mod view;

pub(crate) use card::PhotoCard;
pub(crate) use photos::{AskedPhoto, Classify, Outcome};
pub(crate) use picker::PhotoButtons;
pub(crate) use results::ResultsList;
pub(crate) use samples::Samples;
pub(crate) use view::ClassifyView;
