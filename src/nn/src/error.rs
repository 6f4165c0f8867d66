//! What can go wrong with a model.

/// A model could not be built or run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NnError {
    /// The layers are not VGG16's.
    #[error("These are not the 13 convolutions of VGG16: take the weights from the place that the README names.")]
    Layers,
    /// A head's layers do not fit together.
    #[error("The head's layers do not fit together: the file was damaged, or made by another program.")]
    HeadLayers,
    /// A head for other features than the base's descriptor.
    #[error("The head was trained on other features of the base (`{features}`): it is from another release.")]
    HeadFeatures {
        /// Its recipe.
        features: String,
    },
    /// A head that does not give the answer that its file says it gives.
    #[error(
        "The head answers its own test question off by {error:.1e} where {bound:.0e} is allowed: its file is damaged, or this device computes wrongly."
    )]
    HeadAnswer {
        /// The largest difference of a probability.
        error: f32,
        /// The largest that is allowed.
        bound: f32,
    },
    /// A CNN's tensors do not fit together.
    #[error("The CNN's parts do not fit together ({0}): the file was damaged, or made by another program.")]
    ScratchLayers(String),
    /// A CNN that does not give the answer that its file says it gives.
    #[error(
        "The CNN answers its own test question off by {error:.1e} where {bound:.0e} is allowed: its file is damaged, or this device computes wrongly."
    )]
    ScratchAnswer {
        /// The largest difference of a probability.
        error: f32,
        /// The largest that is allowed.
        bound: f32,
    },
    /// The device did not hand over a result.
    #[error("The device did not give its result back ({0}). Reload the page, or use the processor instead.")]
    Readback(String),
}
