//! Heat maps: which places of a photo speak for a class.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::HeadNumber;

/// What each place of a photo adds to the logit of a class, as pictures to lie over the photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeatMap {
    /// Whose answer it explains.
    pub of: ExplainedModel,
    /// The class, in the order of its model.
    pub class: u32,
    /// The class's logit, counted from the mean of the other classes' logits.
    pub logit: f32,
    /// What of it comes of no place.
    pub bias: f32,
    /// Whether places and bias make the logit, or only to the first order: of hidden layers and of the CNN.
    pub exact: bool,
    /// Side of the square pictures in pixels.
    pub side: u32,
    /// One a layer, in the order of [`HeatLayer::ALL`]; of the CNN one. 8-bit RGBA, row by row from the top. Where nothing speaks for the class
    /// or against it, it is transparent.
    pub pictures: Vec<ByteBuf>,
    /// Milliseconds that it took beside the answer.
    pub ms: f64,
}

/// Whose answer is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExplainedModel {
    /// That of the shipped head.
    Shipped,
    /// That of the visitor's own head, by [`crate::OpenHead::number`].
    Own(HeadNumber),
    /// That of the shipped CNN.
    Cnn,
}

/// Which layer's places are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HeatLayer {
    /// What both add.
    Both,
    /// conv4_3, an eighth of the photo's resolution: textures.
    Fine,
    /// conv5_3, a sixteenth: things.
    Coarse,
}

impl HeatLayer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Both, Self::Fine, Self::Coarse];

    /// The stage's name, where it is one.
    #[must_use]
    pub fn stage(self) -> Option<&'static str> {
        match self {
            Self::Both => None,
            Self::Fine => Some("conv4_3"),
            Self::Coarse => Some("conv5_3"),
        }
    }
}
