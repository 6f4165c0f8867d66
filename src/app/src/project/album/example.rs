//! A photo of a project.

use std::sync::{Arc, OnceLock};

use headstart_protocol::{DESCRIPTOR_BYTES, Description, InputSize, Part, PhotoHash, PhotoLook};
use js_sys::Uint8Array;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use serde::{Deserialize, Serialize};
use web_sys::{Blob, Url};

use super::Original;
use crate::error::PageError;
use crate::platform::files::typed_blob;

/// A photo on its way into the project.
pub(crate) struct Fresh {
    pub(crate) name: String,
    pub(crate) file: Blob,
    /// The recording that it is a frame of.
    pub(crate) burst: Option<u64>,
    /// The part of a data set that its folders say.
    pub(crate) part: Option<Part>,
}

/// A photo of a project. Its bytes stay with the browser; only what is small lies in memory.
pub(crate) struct Example {
    /// Never used for another photo of the project.
    pub(crate) id: u32,
    /// The name of the file that it came from.
    pub(crate) name: String,
    /// The recording that it is a frame of.
    pub(crate) burst: Option<u64>,
    /// Its bytes.
    pub(crate) original: SendWrapper<Original>,
    /// The number of its class.
    pub(crate) class: ArcRwSignal<u32>,
    /// The part of a data set that it came in, until the split is forgotten.
    pub(crate) part: ArcRwSignal<Option<Part>>,
    /// What became of it.
    pub(crate) state: ArcRwSignal<ExampleState>,
    /// Why it cannot be saved, where it cannot.
    pub(crate) unsaved: ArcRwSignal<Option<PageError>>,
}

impl Example {
    /// A photo of the class `class`, not described yet.
    pub(crate) fn new(id: u32, class: u32, fresh: Fresh) -> Self {
        let original = Original::given(id, fresh.file);
        Self::kept(id, (class, fresh.part), fresh.name, fresh.burst, original, ExampleState::Pending)
    }

    /// A photo that was kept, of that class and part.
    pub(crate) fn kept(
        id: u32,
        (class, part): (u32, Option<Part>),
        name: String,
        burst: Option<u64>,
        original: Original,
        state: ExampleState,
    ) -> Self {
        Self {
            id,
            name,
            burst,
            original: SendWrapper::new(original),
            class: ArcRwSignal::new(class),
            part: ArcRwSignal::new(part),
            state: ArcRwSignal::new(state),
            unsaved: ArcRwSignal::new(None),
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
    /// What made the descriptors.
    pub(crate) recipe: Recipe,
    /// What is measured of its pixels; none where a release described it that did not.
    pub(crate) look: Option<PhotoLook>,
    /// The photo small, a JPEG.
    thumbnail: SendWrapper<Uint8Array>,
    /// Made when it is first looked at: most photos are never on the screen.
    address: OnceLock<String>,
}

/// What descriptors are made with. Those of different recipes are never trained on together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recipe {
    /// SHA-256 of the base's file, in hexadecimal digits.
    pub(crate) base: String,
    /// [`DESCRIPTOR_RECIPE`](headstart_protocol::DESCRIPTOR_RECIPE) of the release.
    pub(crate) version: u32,
    /// The size at which the photo was seen.
    pub(crate) size: InputSize,
}

impl Described {
    /// `thumbnail` is a small JPEG.
    pub(crate) fn new(
        hash: PhotoHash,
        descriptors: Vec<u8>,
        recipe: Recipe,
        look: Option<PhotoLook>,
        thumbnail: Uint8Array,
    ) -> Self {
        Self { hash, descriptors, recipe, look, thumbnail: SendWrapper::new(thumbnail), address: OnceLock::new() }
    }

    /// What the engine said, with this recipe.
    pub(crate) fn of(description: Description, recipe: Recipe) -> Self {
        let thumbnail = Uint8Array::from(description.thumbnail.as_slice());
        Self::new(description.hash, description.descriptors, recipe, Some(description.look), thumbnail)
    }

    /// Augmented views that were described too.
    pub(crate) fn views(&self) -> usize {
        (self.descriptors.len() / DESCRIPTOR_BYTES).saturating_sub(1)
    }

    /// The small photo.
    pub(crate) fn thumbnail(&self) -> &Uint8Array {
        &self.thumbnail
    }

    /// Where the small photo can be seen.
    pub(crate) fn address(&self) -> &str {
        self.address.get_or_init(|| {
            let file = typed_blob(&self.thumbnail, "image/jpeg");
            Url::create_object_url_with_blob(&file).unwrap_or_default()
        })
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
