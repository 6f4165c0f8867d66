//! Photos for training: each goes through the base once, and what is found is kept.

use headstart_nn::read;
use headstart_protocol::{
    Describe, Description, Failure, ForgetPhotos, KeepActivations, KeepDescriptors, KeepSquare, PhotoHash, THUMBNAIL,
    TrainingSettings,
};
use headstart_train::photo_look;
use headstart_vision::{square, thumbnail, view};

use super::AnswerInTurn;
use super::material::small_side;
use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::photos::{TUNED, to_bytes};
use crate::pixels::{self, pixels};

impl AnswerInTurn for Describe {
    async fn answer(self, engine: &StartedEngine) -> Result<Description, EngineError> {
        let Self { photo, size, views } = self;
        // Each view is a pass through the base.
        TrainingSettings { views, ..TrainingSettings::default() }.check().map_err(Failure::SettingOutOfRange)?;
        let hash = pixels::hash(&photo);
        let image = pixels(photo).await?;
        let thumbnail = thumbnail(&image, THUMBNAIL)?;
        let mut descriptors = read(engine.descriptor(&image, size)).await?;
        for number in 1..=views {
            engine.place.turns.next().await;
            descriptors.extend(read(engine.descriptor(&view(&image, number), size)).await?);
        }
        let bytes = to_bytes(&descriptors);
        engine.place.photos.keep_descriptors(hash, size, descriptors);
        Ok(Description { hash, descriptors: bytes, thumbnail, look: photo_look(&image) })
    }
}

impl AnswerInTurn for KeepDescriptors {
    async fn answer(self, engine: &StartedEngine) -> Result<(), EngineError> {
        engine.place.photos.take_in(self, &engine.place.turns).await
    }
}

impl AnswerInTurn for KeepSquare {
    async fn answer(self, engine: &StartedEngine) -> Result<PhotoHash, EngineError> {
        let hash = pixels::hash(&self.photo);
        let image = pixels(self.photo).await?;
        engine.place.photos.keep_square(hash, square(&image, small_side()));
        Ok(hash)
    }
}

impl AnswerInTurn for KeepActivations {
    async fn answer(self, engine: &StartedEngine) -> Result<PhotoHash, EngineError> {
        let hash = pixels::hash(&self.photo);
        let image = pixels(self.photo).await?;
        let activations = read(engine.begin(&image, self.size).activations(TUNED)).await?;
        engine.place.photos.keep_activations(hash, self.size, &activations)?;
        Ok(hash)
    }
}

impl AnswerInTurn for ForgetPhotos {
    async fn answer(self, engine: &StartedEngine) -> Result<(), EngineError> {
        engine.place.photos.keep_only(&self.keep.into_iter().collect());
        Ok(())
    }
}
