//! How transfer learning works, for someone who has never trained a network, with the live network as its own picture.

mod layers;
mod layers_panel;
mod picture;
mod tuning;
mod view;

pub(crate) use layers::Layers;
pub(crate) use view::LearnView;
