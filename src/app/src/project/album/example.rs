//! A photo of a project.

use std::sync::{Arc, OnceLock};

use headstart_protocol::{DESCRIPTOR_BYTES, Description, PhotoHash};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::{Blob, Url};

use crate::error::PageError;
use crate::platform::files::blob;

/// A photo on its way into the project.
pub(crate) struct Fresh {
    pub(crate) name: String,
    pub(crate) file: Blob,
    /// The recording that it is a frame of.
    pub(crate) burst: Option<u64>,
}

/// A photo of a project. Its file stays with the browser; only what is small lies in memory.
pub(crate) struct Example {
    /// Never used for another photo of the project.
    pub(crate) id: u32,
    /// The name of the file that it came from.
    pub(crate) name: String,
    /// The recording that it is a frame of.
    pub(crate) burst: Option<u64>,
    /// The file, unread.
    pub(crate) file: SendWrapper<Blob>,
    /// The number of its class.
    pub(crate) class: ArcRwSignal<u32>,
    /// What became of it.
    pub(crate) state: ArcRwSignal<ExampleState>,
}

impl Example {
    /// A photo of the class `class`.
    pub(crate) fn new(id: u32, class: u32, fresh: Fresh, state: ExampleState) -> Self {
        Self {
            id,
            name: fresh.name,
            burst: fresh.burst,
            file: SendWrapper::new(fresh.file),
            class: ArcRwSignal::new(class),
            state: ArcRwSignal::new(state),
        }
    }

    /// Puts photos in the order in which they were added to the project.
    pub(crate) fn sort(photos: &mut [Arc<Self>]) {
        photos.sort_unstable_by_key(|photo| photo.id);
    }

    /// What the engine said of it, if it was described.
    pub(crate) fn described(&self) -> Option<Arc<Described>> {
        match &*self.state.read_untracked() {
            ExampleState::Ready(described) => Some(described.clone()),
            ExampleState::Pending | ExampleState::Failed(_) => None,
        }
    }
}

/// What became of a photo.
#[derive(Clone)]
pub(crate) enum ExampleState {
    /// It waits for the engine.
    Pending,
    /// It can be trained on.
    Ready(Arc<Described>),
    /// It cannot, and why.
    Failed(PageError),
}

impl ExampleState {
    /// The name in `data-state`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ready(_) => "ready",
            Self::Failed(_) => "failed",
        }
    }
}

/// What the engine said of a photo.
pub(crate) struct Described {
    /// SHA-256 of its file.
    pub(crate) hash: PhotoHash,
    /// What heads are trained on, as in [`Description::descriptors`].
    pub(crate) descriptors: Vec<u8>,
    thumbnail: SendWrapper<Blob>,
    /// Made when it is first looked at: most photos are never on the screen.
    address: OnceLock<String>,
}

impl Described {
    /// `thumbnail` is a small JPEG.
    pub(crate) fn new(hash: PhotoHash, descriptors: Vec<u8>, thumbnail: Blob) -> Self {
        Self { hash, descriptors, thumbnail: SendWrapper::new(thumbnail), address: OnceLock::new() }
    }

    /// Augmented views that were described too.
    pub(crate) fn views(&self) -> usize {
        (self.descriptors.len() / DESCRIPTOR_BYTES).saturating_sub(1)
    }

    /// The small photo.
    pub(crate) fn thumbnail(&self) -> &Blob {
        &self.thumbnail
    }

    /// Where the small photo can be seen.
    pub(crate) fn address(&self) -> &str {
        self.address.get_or_init(|| Url::create_object_url_with_blob(&self.thumbnail).unwrap_or_default())
    }
}

impl From<Description> for Described {
    fn from(description: Description) -> Self {
        let thumbnail = blob(&description.thumbnail, "image/jpeg");
        Self::new(description.hash, description.descriptors, thumbnail)
    }
}

impl Drop for Described {
    fn drop(&mut self) {
        if let Some(address) = self.address.get() {
            // Revoking an address does not fail.
            let _ = Url::revoke_object_url(address);
        }
    }
}
