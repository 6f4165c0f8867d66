//! Training of heads on cached descriptors: examples, split, the training loop, cross-validation, metrics, early
//! stopping, history. [`scratch`] trains a CNN on photos.
//!
//! [`Grouping`] finds the photos that a split must not tear apart, a [`Run`] trains and checks the head, and its
//! [`Outcome`] is the head file. With photos set aside for validation a [`Trainer`] keeps the epoch that does best on
//! them. Without, a [`CrossValidation`] finds the epoch and the penalty, and [`CrossValidation::refit`] trains on every
//! photo. [`held_out`] names the photos on which a head and a CNN trained from scratch are compared, and a [`LearningCurve`]
//! says how good either is with how many photos.
//!
//! Nothing here knows of files, clocks or browsers; the command line and the worker run the same code, which works in
//! steps so that whoever runs it can show progress, wait, or stop in between.

mod batches;
mod cross_validation;
mod descent;
mod early_stopping;
mod error;
mod examples;
mod held_out;
mod history;
mod initial;
mod judge;
mod learning_curve;
mod likeness;
pub mod metrics;
mod outcome;
pub mod records;
mod run;
mod scaling;
pub mod scratch;
mod settings;
mod split;
mod trainer;
mod training_set;

pub use cross_validation::{CrossValidated, CrossValidation};
pub use error::TrainError;
pub use examples::Examples;
pub use held_out::held_out;
pub use history::EpochFigures;
pub use learning_curve::{CurvePoint, CurveSettings, Learner, LearningCurve, Pool};
pub use likeness::Grouping;
pub use outcome::{Answer, Figure, Outcome};
pub use run::{LeftOut, Plan, Run, Start};
pub use settings::{Optimizer, Settings};
pub use split::{folds, grouped};
pub use trainer::Trainer;

/// The generator behind every random choice of a run: `stream` keeps the choices of one purpose apart from another's.
pub(crate) fn generator(seed: u64, stream: u64) -> rand_chacha::ChaCha8Rng {
    use rand_chacha::rand_core::SeedableRng;
    let mut generator = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(stream);
    generator
}
