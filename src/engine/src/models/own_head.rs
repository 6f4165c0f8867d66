//! The visitor's own head, which answers beside the shipped one.

use headstart_nn::Vgg16;
use headstart_protocol::{Failure, HeadNumber, HeadSummary, InputSize, count};
use headstart_weights::head::HeadFile;

use super::base_file::BaseFile;
use super::running_head::RunningHead;
use crate::error::EngineError;

/// A head on the device.
pub(crate) struct OwnHead {
    /// The page's number for it.
    pub(crate) number: HeadNumber,
    pub(crate) head: RunningHead,
    /// The size that it sees.
    pub(crate) size: InputSize,
}

impl OwnHead {
    /// Puts a head on the device of `base`, whose file is `base_file`, once it has answered its own test question rightly; with
    /// what it says about itself.
    ///
    /// # Errors
    /// [`Failure::HeadSize`], [`EngineError::OwnHead`] for blocks that are damaged, and those of [`BaseFile::last`] and
    /// [`RunningHead::open`].
    pub(crate) async fn open(
        number: HeadNumber,
        file: &HeadFile,
        base: &Vgg16,
        base_file: &BaseFile,
    ) -> Result<(Self, HeadSummary), EngineError> {
        let summary = summary(file)?;
        let tuned = match file.manifest.unfrozen {
            Some(unfrozen) => file.tuned(&base_file.last(unfrozen).await?).map_err(EngineError::OwnHead)?,
            None => Vec::new(),
        };
        let head = RunningHead::open(file, &tuned, base).await?;
        Ok((Self { number, head, size: summary.size }, summary))
    }
}

/// The head in `bytes`, if it belongs to the base whose file has the SHA-256 `base_sha256`.
///
/// # Errors
/// [`EngineError::OwnHead`], [`Failure::OtherBase`].
pub(crate) fn read_head(bytes: &[u8], base_sha256: &str) -> Result<HeadFile, EngineError> {
    let file = HeadFile::from_bytes(bytes).map_err(EngineError::OwnHead)?;
    if file.manifest.base_sha256 == base_sha256 { Ok(file) } else { Err(Failure::OtherBase.into()) }
}

/// What a head says about itself.
///
/// # Errors
/// [`Failure::HeadSize`] for one that sees photos of none of our sizes.
pub(crate) fn summary(file: &HeadFile) -> Result<HeadSummary, EngineError> {
    let manifest = &file.manifest;
    let size = InputSize::from_pixels(manifest.size).ok_or(Failure::HeadSize { size: count(manifest.size) })?;
    Ok(HeadSummary {
        classes: manifest.classes.clone(),
        size,
        trained_on: count(manifest.trained_on),
        validated_on: count(manifest.validated_on),
        val_accuracy: manifest.val_accuracy,
        temperature: manifest.temperature,
        has_bank: file.bank.is_some(),
    })
}
