//! A head on the device, with the blocks of the base that were trained with it.

use burn::tensor::Tensor;
use headstart_nn::{Description, Head, LastBlocks, NnError, PhotoPass, Vgg16, read};
use headstart_protocol::{ExplainedModel, HeatLayer, HeatMap};
use headstart_weights::head::HeadFile;
use headstart_weights::{Bank, ConvWeights};

use super::heat::pictures;
use crate::clock::now;

/// A head on the device: on the base as it is, or on blocks of its own in the place of the base's last ones.
pub(crate) struct RunningHead {
    pub(crate) classifier: Head,
    blocks: Option<LastBlocks>,
    bank: Option<Bank>,
}

/// What a head says of a photo.
pub(crate) struct Said {
    /// Of each class.
    pub(crate) probabilities: Vec<f32>,
    /// How familiar the photo is to it ([`Bank::familiarity`]), if it has a bank.
    pub(crate) familiarity: Option<f64>,
    /// What it saw of the photo.
    pub(crate) seen: Description,
}

impl RunningHead {
    /// Puts the head in `file` on the device of `base`, once it has answered its own test question rightly. `tuned` are the
    /// weights of its blocks: [`HeadFile::tuned`].
    ///
    /// # Errors
    /// Those of [`Head::open`] and [`LastBlocks::open`].
    pub(crate) async fn open(file: &HeadFile, tuned: &[ConvWeights], base: &Vgg16) -> Result<Self, NnError> {
        let classifier = Head::open(file, base.device()).await?;
        Ok(Self { classifier, blocks: LastBlocks::open(file, tuned, base).await?, bank: file.bank.clone() })
    }

    /// Whether it can say how familiar a photo is.
    pub(crate) fn has_bank(&self) -> bool {
        self.bank.is_some()
    }

    /// What it says of the photo on its way through the base.
    ///
    /// # Errors
    /// [`NnError::Readback`] where the device gives nothing back.
    pub(crate) async fn answer(&self, photo: &mut PhotoPass<'_>) -> Result<Said, NnError> {
        let seen = photo.description(self.blocks.as_ref());
        let probabilities = self.classifier.probabilities(seen.descriptor.clone());
        let Some(bank) = &self.bank else {
            return Ok(Said { probabilities: read(probabilities).await?, familiarity: None, seen });
        };
        // Both at once: a GPU takes its time for each.
        let classes = probabilities.dims()[1];
        let mut values = read(Tensor::cat(vec![probabilities, seen.descriptor.clone()], 1)).await?;
        let descriptor = values.split_off(classes.min(values.len()));
        Ok(Said { familiarity: Some(bank.familiarity(&descriptor)), probabilities: values, seen })
    }

    /// Why it answers as it does what it has `seen`: the heat map of `class`, as pictures.
    ///
    /// # Errors
    /// [`NnError::NoClass`]; [`NnError::Readback`] where the device gives nothing back.
    pub(crate) async fn explain(
        &self,
        of: ExplainedModel,
        seen: &Description,
        class: usize,
    ) -> Result<HeatMap, NnError> {
        let start = now();
        let map = self.classifier.heat_map(seen, class).await?;
        Ok(pictures((of, class, self.classifier.is_linear()), &map, &HeatLayer::ALL, start))
    }
}
