//! A photo of a project.

use std::cell::OnceCell;
use std::rc::Rc;

use headstart_protocol::{DESCRIPTOR_BYTES, Description, Failure, PhotoHash};
use js_sys::{Array, Uint8Array};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, Url};

use crate::signal::ArcRwSignal;

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
    /// What was said of it, if it was looked at.
    pub(crate) fn described(&self) -> Option<Rc<Described>> {
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
    Ready(Rc<Described>),
    /// It cannot, and why.
    Failed(Failure),
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
    address: OnceCell<String>,
}

impl Described {
    /// `thumbnail` is a small JPEG.
    pub(crate) fn new(hash: PhotoHash, descriptors: Vec<u8>, thumbnail: Blob) -> Self {
        Self { hash, descriptors, thumbnail: SendWrapper::new(thumbnail), address: OnceCell::new() }
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

/// Bytes as a blob of that type.
pub(super) fn blob(bytes: &[u8], mime: &str) -> Blob {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    let parts = Array::of1(&Uint8Array::from(bytes));
    // A blob of bytes can always be made; what a browser throws otherwise is none, and its uses say so.
    Blob::new_with_u8_array_sequence_and_options(&parts, &options).unwrap_or_else(JsCast::unchecked_into)
}
