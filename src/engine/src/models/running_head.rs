//! A head on the device, with the blocks of the base that were trained with it.

use headstart_nn::{Head, LastBlocks, NnError, PhotoPass, Vgg16, read};
use headstart_weights::ConvWeights;
use headstart_weights::head::HeadFile;

/// A head on the device: on the base as it is, or on blocks of its own in the place of the base's last ones.
pub(crate) struct RunningHead {
    pub(crate) classifier: Head,
    blocks: Option<LastBlocks>,
}

impl RunningHead {
    /// Puts the head in `file` on the device of `base`, once it has answered its own test question rightly. `tuned` are the
    /// weights of its blocks: [`HeadFile::tuned`].
    ///
    /// # Errors
    /// Those of [`Head::open`] and [`LastBlocks::open`].
    pub(crate) async fn open(file: &HeadFile, tuned: &[ConvWeights], base: &Vgg16) -> Result<Self, NnError> {
        let classifier = Head::open(file, base.device()).await?;
        Ok(Self { classifier, blocks: LastBlocks::open(file, tuned, base).await? })
    }

    /// The probability of each class for the photo on its way through the base.
    ///
    /// # Errors
    /// [`NnError::Readback`] where the device gives nothing back.
    pub(crate) async fn probabilities(&self, photo: &mut PhotoPass<'_>) -> Result<Vec<f32>, NnError> {
        read(self.classifier.probabilities(photo.descriptor(self.blocks.as_ref()))).await
    }
}
