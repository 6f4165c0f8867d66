//! What can go wrong with training.

use headstart_nn::NnError;

/// A head could not be trained.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// Fewer than two classes.
    #[error("at least two classes are needed, {found} given")]
    TooFewClasses {
        /// Classes given.
        found: usize,
    },
    /// A class without training photos.
    #[error("the class `{class}` has no training photos")]
    EmptyClass {
        /// The class.
        class: String,
    },
    /// A class of which no photo can be held out.
    #[error("the class `{class}` has too few different photos to hold any out for validation")]
    TooFewToValidate {
        /// The class.
        class: String,
    },
    /// Numbers that do not fit together.
    #[error("the examples do not fit together: {0}")]
    Examples(String),
    /// Photos that do not fit together, or do not fit the network.
    #[error("the photos do not fit together: {0}")]
    Photos(String),
    /// A checkpoint of another run, or a damaged one.
    #[error("the training cannot go on from its checkpoint: {0}")]
    Checkpoint(String),
    /// A step or a validation out of turn: a mistake of the program.
    #[error("the training's steps came in a wrong order: {0}")]
    Order(String),
    /// Settings that no run can have.
    #[error("no training can have these settings: {0}")]
    Settings(String),
    /// The loss is no number any more.
    #[error("the training diverged in epoch {epoch}: its loss is not a number")]
    Diverged {
        /// Counted from 1.
        epoch: u32,
    },
    /// Layers to go on from that are not those of the head in training.
    #[error("the head to go on from has other classes or other layers than this training")]
    OtherLayers,
    /// A cross-validation was asked for its result too early.
    #[error("the cross-validation was stopped before every photo was held out once")]
    Unfinished,
    /// The head could not be built or read.
    #[error(transparent)]
    Model(#[from] NnError),
}
