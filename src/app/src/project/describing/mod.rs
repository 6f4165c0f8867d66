//! Having the engine describe the project's photos.

mod describer;
mod progress;
mod view;

pub(crate) use describer::Describer;
pub(crate) use view::DescribingView;
