//! The CNN trained from scratch that ships.

use burn::tensor::Device;
use headstart_nn::{ScratchCnn, read};
use headstart_protocol::ScratchPrediction;
use headstart_vision::{RgbImage, normalise, square};
use headstart_weights::scratch::ScratchFile;

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
        let photo = self.0.photos(normalise(&square(image, self.0.architecture().side)));
        let probabilities = read(self.0.probabilities(photo)).await?;
        Ok(ScratchPrediction { probabilities, ms: now() - start })
    }
}
