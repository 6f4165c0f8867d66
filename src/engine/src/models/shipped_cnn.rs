//! The CNN trained from scratch that ships.

use burn::tensor::{Device, Tensor};
use headstart_nn::{ScratchCnn, read};
use headstart_protocol::{ExplainedModel, HeatLayer, HeatMap, ScratchPrediction};
use headstart_vision::{RgbImage, normalise, square};
use headstart_weights::scratch::ScratchFile;

use super::heat::pictures;
use crate::clock::now;
use crate::error::EngineError;

/// The shipped CNN on the device.
pub(crate) struct ShippedCnn(ScratchCnn);

impl ShippedCnn {
    /// Puts it on the device, once it has answered its own test question rightly.
    ///
    /// # Errors
    /// Those of [`ScratchCnn::open`].
    pub(crate) async fn open(file: &ScratchFile, device: &Device) -> Result<Self, EngineError> {
        Ok(Self(ScratchCnn::open(file, device).await?))
    }

    /// Its answer to a photo.
    ///
    /// # Errors
    /// [`EngineError::DeviceLost`].
    pub(crate) async fn answer(&self, image: &RgbImage) -> Result<ScratchPrediction, EngineError> {
        let start = now();
        let probabilities = read(self.0.probabilities(self.photo(image))).await?;
        Ok(ScratchPrediction { probabilities, ms: now() - start })
    }

    /// Why it answers a photo as it does: the heat map of `class`, as one picture.
    ///
    /// # Errors
    /// [`NnError::NoClass`](headstart_nn::NnError::NoClass), [`EngineError::DeviceLost`].
    pub(crate) async fn explain(&self, image: &RgbImage, class: usize) -> Result<HeatMap, EngineError> {
        let start = now();
        let map = self.0.heat_map(self.photo(image), class).await?;
        Ok(pictures((ExplainedModel::Cnn, class, false), &map, &[HeatLayer::Both], start))
    }

    fn photo(&self, image: &RgbImage) -> Tensor<4> {
        self.0.photos(normalise(&square(image, self.0.architecture().side)))
    }
}
