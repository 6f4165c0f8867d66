//! What can go wrong with a model.

/// A model could not be built or run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NnError {
    /// The layers are not VGG16's.
    #[error("the layers are not the 13 convolutions of VGG16")]
    Layers,
    /// A head's layers do not fit together.
    #[error("the head's layers do not fit together")]
    HeadLayers,
    /// A head for other features than the base's descriptor.
    #[error("the head was trained on other features of the base: `{features}`")]
    HeadFeatures {
        /// Its recipe.
        features: String,
    },
    /// Blocks that were trained with a head, and do not give what its file says they give.
    #[error(
        "the features of the head's own blocks are off by {error:.1e}, where {bound:.0e} is allowed: its file is damaged, or the device computes wrongly"
    )]
    TunedFeatures {
        /// The relative distance of a descriptor.
        error: f64,
        /// The largest that is allowed.
        bound: f64,
    },
    /// A head that does not give the answer that its file says it gives.
    #[error(
        "the head's golden probabilities are off by {error:.1e}, where {bound:.0e} is allowed: its file is damaged, or the device computes wrongly"
    )]
    HeadAnswer {
        /// The largest difference of a probability.
        error: f32,
        /// The largest that is allowed.
        bound: f32,
    },
    /// A CNN's tensors do not fit together.
    #[error("the CNN's layers do not fit together: {0}")]
    ScratchLayers(String),
    /// A CNN that does not give the answer that its file says it gives.
    #[error(
        "the CNN's golden probabilities are off by {error:.1e}, where {bound:.0e} is allowed: its file is damaged, or the device computes wrongly"
    )]
    ScratchAnswer {
        /// The largest difference of a probability.
        error: f32,
        /// The largest that is allowed.
        bound: f32,
    },
    /// Workers that a photo cannot be shared between, or a piece of another one's part that does not fit.
    #[error("the parts of the photo's pass do not fit together: {0}")]
    Parts(String),
    /// A class that a model does not have.
    #[error("the model has {classes} classes, and none with the number {class}")]
    NoClass {
        /// Its number, from 0.
        class: usize,
        /// Classes of the model.
        classes: usize,
    },
    /// The device did not hand over a result.
    #[error("the device did not give its result back: {0}")]
    Readback(String),
}
