//! Training of a CNN from scratch on photos.
//!
//! A [`ScratchTrainer`] takes one [`Batch`] a step; its [`BatchLoader`]s make them on whatever thread, as a batch follows
//! from its number alone. After the last step of an epoch [`ScratchTrainer::validate`] says how good the averaged weights
//! are. Between any two steps [`ScratchTrainer::checkpoint`] gives bytes from which [`ScratchTrainer::resume`] goes on as
//! if nothing had happened.

mod checkpoint;
mod initial;
mod loader;
mod parameter;
mod photos;
mod settings;
mod trainer;

pub use loader::{Batch, BatchLoader};
pub use photos::Photos;
pub use settings::ScratchSettings;
pub use trainer::{BestEpoch, ScratchTrainer, answers};
