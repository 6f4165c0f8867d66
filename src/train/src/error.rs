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
    /// Photos that do not fit together, or do not fit the network.
    #[error("The photos do not fit together: {0}.")]
    Photos(String),
    /// A checkpoint of another run, or a damaged one.
    #[error("The run cannot go on from its checkpoint: {0}. Start anew, without --resume.")]
    Checkpoint(String),
    /// A step or a validation out of turn: a mistake of the program.
    #[error("The training was driven in a wrong order: {0}. Please report this.")]
    Order(String),
    /// Settings that no run can have.
    #[error("The training cannot run with these settings: {0}.")]
    Settings(String),
    /// The loss is no number any more.
    #[error(
        "The training ran away in epoch {epoch}: its loss is not a number. Lower the learning rate; the best one so \
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
