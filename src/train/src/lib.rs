//! Training of heads on the base's features: examples, split, the training loop, cross-validation, metrics, calibration,
//! early stopping, history. [`scratch`] trains a CNN on photos.
//!
//! [`Grouping`] finds the photos that a split must not tear apart, a [`HeadTraining`] trains and validates the head, and
//! what it comes to is a [`TrainedHead`], of which the head file is made. With held-out photos a [`HeadTrainer`] keeps the
//! epoch that does best on them. Without, a [`CrossValidation`] finds the epoch and the penalty, and
//! [`CrossValidation::refit`] trains on every photo. [`held_out()`] names the photos on which a head and a CNN trained from
//! scratch are compared, and a [`LearningCurve`] says how good either is with how many photos.
//!
//! A [`FineTuning`] trains the base's last blocks together with a head that was trained on the frozen base, and
//! [`put_blocks`] makes its head file.
//!
//! How sure a head may be is a [`temperature`], fitted on the answers to the held-out photos and put into its last layer
//! ([`put_temperature`]); [`calibration`] says how far answers can be believed.
//!
//! A [`BankBuild`] makes the bank that says how familiar a photo is to a head: how near it is to what the head was taught with.
//!
//! A [`Doctor`] says what may be wrong with the photos: labels, copies, classes that are two things or told apart by a border.
//!
//! Any of these runs can be written down as a checkpoint, and one that is put back ends with the same bits as if it had never been
//! interrupted.
//!
//! Nothing here knows of files, clocks or browsers; the command line and the worker run the same code, which works in
//! steps so that whoever runs it can show progress, wait, or stop in between. Figures that cross to the page or go on record
//! are `headstart-protocol`'s.

mod bank;
mod batch_order;
mod calibration;
mod checkpoint;
mod clusters;
mod cross_validation;
mod descent;
mod doctor;
mod early_stopping;
mod error;
mod examples;
mod fine_tuning;
mod head_settings;
mod head_trainer;
mod head_training;
mod held_out;
mod initial;
mod learning_curve;
mod likeness;
pub mod metrics;
mod optimizer;
mod parameter;
mod parameters;
mod run;
mod scaling;
pub mod scratch;
mod split;
mod temperature;
mod trained_head;
mod training_set;
mod tuned_file;
mod validator;

pub use bank::BankBuild;
pub use calibration::calibration;
pub use cross_validation::{CrossValidated, CrossValidation};
pub use doctor::{Doctor, photo_look};
pub use error::TrainError;
pub use examples::Examples;
pub use fine_tuning::{BlockInputs, Draw, FineTuning, FineTuningSettings, FrozenPart, TunedPhotos};
pub use head_settings::HeadSettings;
pub use head_trainer::HeadTrainer;
pub use head_training::{HeadPlan, HeadTraining, StartingHead, ValidationSplit};
pub use held_out::held_out;
pub use learning_curve::{CurvePhotos, CurveSettings, LearningCurve};
pub use likeness::Grouping;
pub use run::BestEpoch;
pub use split::{folds, grouped};
pub use temperature::{calibrated, temperature};
pub use trained_head::{HeldOutAnswer, TrainedHead, put_temperature};
pub use tuned_file::{TunedHead, put_blocks};

/// The generator behind every random choice of a run: `stream` keeps the choices of one purpose apart from another's.
pub(crate) fn generator(seed: u64, stream: u64) -> rand_chacha::ChaCha8Rng {
    use rand_chacha::rand_core::SeedableRng;
    let mut generator = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(stream);
    generator
}
