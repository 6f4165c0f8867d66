//! What can go wrong with training.

use headstart_nn::NnError;

/// A head could not be trained.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// Fewer than two classes.
    #[error("There must be at least two classes to tell apart; here there is {found}. Add another one with photos.")]
    TooFewClasses {
        /// Classes given.
        found: usize,
    },
    /// A class with nothing to learn from.
    #[error("The class `{class}` has no photo to learn from. Add some, or remove the class.")]
    EmptyClass {
        /// The class.
        class: String,
    },
    /// A class with nothing to check against.
    #[error(
        "The class `{class}` has too few photos to set any aside and see how good the head is: add photos taken at \
         another moment."
    )]
    TooFewToValidate {
        /// The class.
        class: String,
    },
    /// Numbers that do not fit together.
    #[error("The examples do not fit together: {0}.")]
    Examples(String),
    /// Settings that no run can have.
    #[error("The training cannot run with these settings: {0}.")]
    Settings(String),
    /// The loss is no number any more.
    #[error(
        "The training ran away in epoch {epoch}: its loss is not a number. Lower the learning rate; the best head so \
         far is kept."
    )]
    Diverged {
        /// Counted from 1.
        epoch: usize,
    },
    /// Layers to go on from that are not those of the head in training.
    #[error("The head to go on from has other classes or other layers than this training. Start anew instead.")]
    OtherLayers,
    /// A cross-validation was asked for its result too early.
    #[error("The cross-validation was stopped before every photo was left out once: there is no figure to go by.")]
    Unfinished,
    /// The head could not be built or read.
    #[error(transparent)]
    Model(#[from] NnError),
}
