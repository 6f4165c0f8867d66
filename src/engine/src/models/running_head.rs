//! A head on the device, with the blocks of the base that were trained with it.

use headstart_nn::{Description, Head, LastBlocks, NnError, PhotoPass, Vgg16, read};
use headstart_protocol::{ByteBuf, HeadNumber, HeatLayer, HeatMap, count};
use headstart_vision::{heat_colour, heat_scale};
use headstart_weights::ConvWeights;
use headstart_weights::head::HeadFile;

use crate::clock::now;

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

    /// The probability of each class for the photo on its way through the base, and what the head saw of it.
    ///
    /// # Errors
    /// [`NnError::Readback`] where the device gives nothing back.
    pub(crate) async fn answer(&self, photo: &mut PhotoPass<'_>) -> Result<(Vec<f32>, Description), NnError> {
        let seen = photo.description(self.blocks.as_ref());
        Ok((read(self.classifier.probabilities(seen.descriptor.clone())).await?, seen))
    }

    /// Why it answers as it does what it has `seen`: the heat map of `class`, as pictures.
    ///
    /// # Errors
    /// [`NnError::NoClass`]; [`NnError::Readback`] where the device gives nothing back.
    pub(crate) async fn explain(
        &self,
        number: Option<HeadNumber>,
        seen: &Description,
        class: usize,
    ) -> Result<HeatMap, NnError> {
        let start = now();
        let map = self.classifier.heat_map(seen, class).await?;
        let densities = HeatLayer::ALL.map(|layer| map.density(layer.stage()));
        // One scale for all, so that they can be compared.
        let scale = heat_scale(&densities.concat());
        let picture = |density: Vec<f32>| {
            let pixels: Vec<u8> = density.into_iter().flat_map(|value| heat_colour(value / scale)).collect();
            ByteBuf::from(pixels)
        };
        Ok(HeatMap {
            head: number,
            class: count(class),
            logit: map.logit,
            bias: map.bias,
            exact: self.classifier.is_linear(),
            side: count(map.size),
            pictures: densities.into_iter().map(picture).collect(),
            ms: now() - start,
        })
    }
}
