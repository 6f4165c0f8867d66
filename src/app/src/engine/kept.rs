//! What the main worker keeps of a project's photos, so that nothing is handed over twice.

use std::collections::{HashMap, HashSet};

use headstart_protocol::{ForgetPhotos, InputSize, KeepActivations, KeepDescriptors, KeepSquare, PhotoData, PhotoHash};

use super::Engine;
use crate::error::PageError;

/// Photos whose descriptors cross at once.
const SLICE: usize = 32;

/// What lies in the main worker; empty with a fresh one.
#[derive(Default)]
pub(super) struct Kept {
    /// Bytes of descriptors (the photo's and its augmented views') by photo and size.
    descriptors: HashMap<(PhotoHash, InputSize), usize>,
    /// Squares for the CNN.
    squares: HashSet<PhotoHash>,
    /// Activations for training the last block, all at one size.
    activations: HashSet<(PhotoHash, InputSize)>,
}

impl Kept {
    pub(super) fn note(&mut self, hash: PhotoHash, size: InputSize, bytes: usize) {
        self.descriptors.insert((hash, size), bytes);
    }
}

impl Engine {
    /// Hands the main worker those descriptors that it lacks: of photos that a helper described, or an earlier visit.
    ///
    /// # Errors
    /// Those of [`Engine::ask`].
    pub(crate) async fn give_descriptors<'a>(
        &self,
        size: InputSize,
        photos: impl Iterator<Item = (PhotoHash, &'a [u8])>,
    ) -> Result<(), PageError> {
        self.ready().await?;
        let lacking: Vec<(PhotoHash, &[u8])> = {
            let state = self.state();
            photos.filter(|(hash, bytes)| state.kept.descriptors.get(&(*hash, size)) != Some(&bytes.len())).collect()
        };
        for slice in lacking.chunks(SLICE) {
            let photos = slice.iter().map(|(hash, bytes)| (*hash, serde_bytes::ByteBuf::from(*bytes))).collect();
            self.ask(KeepDescriptors { size, photos }).await?;
            let mut state = self.state();
            slice.iter().for_each(|(hash, bytes)| state.kept.note(*hash, size, bytes.len()));
        }
        Ok(())
    }

    /// Hands the main worker a photo of which it keeps a small square for the CNN, if it lacks that; `read` gives its bytes.
    ///
    /// # Errors
    /// Those of [`Engine::ask`] and of `read`.
    pub(crate) async fn give_square(
        &self,
        hash: PhotoHash,
        read: impl AsyncFnOnce() -> Result<Vec<u8>, PageError>,
    ) -> Result<(), PageError> {
        self.ready().await?;
        if self.state().kept.squares.contains(&hash) {
            return Ok(());
        }
        let photo = PhotoData::Encoded(read().await?);
        let hash = self.ask(KeepSquare { photo }).await?;
        self.state().kept.squares.insert(hash);
        Ok(())
    }

    /// Hands the main worker a photo of which it keeps the activations before the last block at `size`, if it lacks those; `read`
    /// gives its bytes.
    ///
    /// # Errors
    /// Those of [`Engine::ask`] and of `read`.
    pub(crate) async fn give_activations(
        &self,
        hash: PhotoHash,
        size: InputSize,
        read: impl AsyncFnOnce() -> Result<Vec<u8>, PageError>,
    ) -> Result<(), PageError> {
        self.ready().await?;
        if self.state().kept.activations.contains(&(hash, size)) {
            return Ok(());
        }
        let photo = PhotoData::Encoded(read().await?);
        let hash = self.ask(KeepActivations { photo, size }).await?;
        let mut state = self.state();
        // The worker keeps them at one size.
        state.kept.activations.retain(|(_, other)| *other == size);
        state.kept.activations.insert((hash, size));
        Ok(())
    }

    /// Lets the main worker forget all photos but `keep`.
    pub(crate) async fn forget_photos(&self, keep: Vec<PhotoHash>) {
        {
            let mut state = self.state();
            let keep: HashSet<PhotoHash> = keep.iter().copied().collect();
            state.kept.descriptors.retain(|(hash, _), _| keep.contains(hash));
            state.kept.squares.retain(|hash| keep.contains(hash));
            state.kept.activations.retain(|(hash, _)| keep.contains(hash));
        }
        if self.is_ready() {
            // Where it fails the worker has ended, and what it kept with it.
            let _ = self.ask(ForgetPhotos { keep }).await;
        }
    }
}
