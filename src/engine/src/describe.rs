//! Photos for training: each goes through the base once.

use headstart_nn::read;
use headstart_protocol::{Description, Event, InputSize, Photo, THUMBNAIL};
use headstart_vision::{thumbnail, view};
use headstart_weights::sha256;

use crate::error::EngineError;
use crate::photo;
use crate::session::{Session, photo_failed};

impl Session {
    /// The event that answers [`headstart_protocol::Command::Describe`].
    pub(crate) async fn describe(&self, id: u64, photo: Photo, size: InputSize, views: u32) -> Event {
        match self.description(photo, size, views).await {
            Ok(description) => Event::Described { id, description },
            Err(error) => photo_failed(id, &error),
        }
    }

    async fn description(&self, photo: Photo, size: InputSize, views: u32) -> Result<Description, EngineError> {
        let hash = match &photo {
            Photo::Encoded(bytes) | Photo::Rgba { pixels: bytes, .. } => sha256(bytes),
        };
        let image = photo::pixels(photo).await?;
        let thumbnail = thumbnail(&image, THUMBNAIL)?;
        let mut descriptors = read(self.descriptor(&image, size)).await?;
        for number in 1..=views {
            self.turns.next().await;
            descriptors.extend(read(self.descriptor(&view(&image, number), size)).await?);
        }
        Ok(Description {
            hash,
            descriptors: descriptors.iter().flat_map(|value| value.to_le_bytes()).collect(),
            thumbnail,
        })
    }
}
