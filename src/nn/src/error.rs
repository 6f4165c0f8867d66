//! What can go wrong with a model.

/// A model could not be built or run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NnError {
    /// The layers are not VGG16's.
    #[error("These are not the 13 convolutions of VGG16: take the weights from the place that the README names.")]
    Layers,
    /// A head's layers do not fit together.
    #[error("The head's layers do not fit together: the file was damaged, or made by another program.")]
    HeadLayers,
    /// The device did not hand over a result.
    #[error("The device did not give its result back ({0}). Reload the page, or use the processor instead.")]
    Readback(String),
}
