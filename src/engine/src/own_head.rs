//! The visitor's own head, which answers beside the shipped one.

use std::rc::Rc;

use headstart_nn::Head;
use headstart_protocol::{Event, HeadSummary, InputSize};
use headstart_weights::head::HeadFile;

use crate::error::EngineError;
use crate::session::Session;

/// A head on the device, with what it says about itself.
pub(crate) struct OwnHead {
    head: Head,
    summary: HeadSummary,
}

impl OwnHead {
    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    /// The size that it sees.
    pub(crate) fn size(&self) -> InputSize {
        self.summary.size
    }
}

impl Session {
    /// The event that answers [`headstart_protocol::Command::OpenHead`].
    pub(crate) async fn open_head(&self, bytes: &[u8]) -> Event {
        let opened = match self.read_head(bytes) {
            Ok(file) => self.adopt(&file).await,
            Err(error) => Err(error),
        };
        match opened {
            Ok(summary) => Event::HeadOpened(summary),
            Err(error @ EngineError::DeviceLost(_)) => Event::Stopped(error.failure()),
            Err(error) => Event::HeadRefused(error.failure()),
        }
    }

    /// Lets the shipped head answer alone.
    pub(crate) fn close_head(&self) {
        self.own.take();
    }

    /// The head in `bytes`, if it belongs to the base in use.
    ///
    /// # Errors
    /// [`EngineError::Weights`], [`EngineError::OtherBase`].
    pub(crate) fn read_head(&self, bytes: &[u8]) -> Result<HeadFile, EngineError> {
        let file = HeadFile::from_bytes(bytes)
            .map_err(|error| EngineError::Weights { file: "The head file cannot be opened".to_owned(), error })?;
        if file.manifest.base_sha256 == self.models.base_sha256 { Ok(file) } else { Err(EngineError::OtherBase) }
    }

    /// Lets this head answer beside the shipped one, once it has answered its own test question rightly.
    ///
    /// # Errors
    /// [`EngineError::HeadSize`], and those of [`Head::open`].
    pub(crate) async fn adopt(&self, file: &HeadFile) -> Result<HeadSummary, EngineError> {
        let manifest = &file.manifest;
        let size = InputSize::from_pixels(manifest.size).ok_or(EngineError::HeadSize(manifest.size))?;
        let summary = HeadSummary {
            classes: manifest.classes.clone(),
            size,
            trained_on: u32::try_from(manifest.trained_on).unwrap_or(u32::MAX),
            validated_on: u32::try_from(manifest.validated_on).unwrap_or(u32::MAX),
            val_accuracy: manifest.val_accuracy,
        };
        let head = Head::open(file, self.models.base.device()).await?;
        self.own.replace(Some(Rc::new(OwnHead { head, summary: summary.clone() })));
        Ok(summary)
    }
}
