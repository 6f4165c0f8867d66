//! Training of a CNN from scratch on photos.
//!
//! A [`ScratchTrainer`] takes one [`PhotoBatch`] a step; its [`BatchLoader`]s make them on whatever thread, as a batch follows
//! from its number alone. After the last step of an epoch [`ScratchTrainer::validate`] says how good the averaged weights
//! are. Between any two steps [`ScratchTrainer::checkpoint`] gives bytes from which [`ScratchTrainer::resume`] goes on as
//! if nothing had happened.

mod initial;
mod labelled_photos;
mod loader;
mod settings;
mod trainer;

pub use labelled_photos::LabelledPhotos;
pub use loader::{BatchLoader, PhotoBatch};
pub use settings::ScratchSettings;
pub use trainer::{ScratchTrainer, answers};
