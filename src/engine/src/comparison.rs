//! The photos on which a head and a CNN trained from scratch are compared, the same and split alike for both.

use std::sync::Arc;

use headstart_protocol::{Comparison, Event, Photo, TrainingSettings, Validation};
use headstart_train::scratch::Photos;
use headstart_train::{Examples, held_out};
use headstart_vision::{RgbImage, square};
use headstart_weights::scratch::ScratchArchitecture;
use headstart_weights::sha256;

use crate::error::EngineError;
use crate::photo;
use crate::session::{Session, photo_failed};
use crate::teach::{check_names, group};
use crate::turns::Slice;

/// What a comparison is made on.
pub(crate) struct Material {
    pub(crate) classes: Vec<String>,
    pub(crate) examples: Examples,
    /// The photos of `examples`, in the same order.
    pub(crate) photos: Photos,
    /// Indices of photos to train on.
    pub(crate) training: Vec<usize>,
    /// Indices of photos that neither model is trained on.
    pub(crate) held_out: Vec<usize>,
    pub(crate) settings: TrainingSettings,
}

impl Session {
    /// The event that answers [`headstart_protocol::Command::Keep`].
    pub(crate) async fn keep(&self, id: u64, photo: Photo) -> Event {
        let (Photo::Encoded(bytes) | Photo::Rgba { pixels: bytes, .. }) = &photo;
        let hash = sha256(bytes);
        match photo::pixels(photo).await {
            Ok(image) => {
                self.kept.borrow_mut().insert(hash, square(&image, small_side()));
                Event::Kept { id }
            }
            Err(error) => photo_failed(id, &error),
        }
    }

    /// The photos of `comparison`, split as the head's run split them.
    ///
    /// # Errors
    /// [`EngineError::NotKept`] where a photo was not given before, [`EngineError::Train`] where none can be held out, and
    /// whatever keeps the examples from being read.
    pub(crate) async fn material(
        &self,
        comparison: Comparison,
        slice: &mut Slice<'_>,
    ) -> Result<Material, EngineError> {
        let Comparison { training, photos } = comparison;
        let (classes, settings) = (training.classes, training.settings);
        check_names(&classes)?;
        let images: Option<Vec<RgbImage>> = {
            let kept = self.kept.borrow();
            photos.iter().map(|hash| kept.get(hash).cloned()).collect()
        };
        let images = images.filter(|images| images.len() == training.examples.len()).ok_or(EngineError::NotKept)?;
        let labels = training.examples.iter().map(|example| example.label as usize).collect();
        let photos = Photos::new(small_side(), images, labels, classes.len())?;
        let examples = group(training.examples, classes.len(), slice).await?;
        let share = match settings.validation {
            Validation::Cross => None,
            Validation::HoldOut(share) => Some(share),
        };
        let held_out = held_out(&examples, &classes, share, u64::from(settings.seed))?;
        let training = examples.photos().filter(|index| held_out.binary_search(index).is_err()).collect();
        Ok(Material { classes, examples, photos, training, held_out, settings })
    }
}

impl Material {
    /// Training photos and held-out photos for the CNN.
    pub(crate) fn sides(&self) -> [Arc<Photos>; 2] {
        [&self.training, &self.held_out].map(|indices| Arc::new(self.photos.select(indices)))
    }
}

/// Side of the squares that the CNN sees.
fn small_side() -> usize {
    ScratchArchitecture::small(2).side
}
