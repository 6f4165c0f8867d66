//! A photo without a label.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::Blob;

use super::doubt::Doubt;
use crate::answer::HeadAnswer;
use crate::project::album::Fresh;

/// A photo that waits for its label. Clones name the same one.
#[derive(Clone)]
pub(super) struct Candidate {
    /// Names it for as long as the page is open.
    pub(super) id: u64,
    /// The file's name.
    pub(super) name: String,
    /// The file, unread.
    pub(super) file: SendWrapper<Blob>,
    /// When the camera was turned on that it is a frame of, if it is one.
    pub(super) watch: Option<u64>,
    /// What the visitor's head says of it; none before its first answer.
    pub(super) said: ArcRwSignal<Option<HeadAnswer>>,
}

impl Candidate {
    /// How much the head doubts its answer, once there is one.
    pub(super) fn doubt(&self) -> Option<Doubt> {
        self.said.with_untracked(|said| said.as_ref().map(Doubt::of))
    }

    /// Puts those that are to be asked about first to the front: by doubt, then those without an answer, else as they came.
    pub(super) fn sort(waiting: &mut [Self]) {
        waiting.sort_by_cached_key(|candidate| {
            let doubt = candidate.doubt();
            (doubt.is_none(), doubt.map(Doubt::key), candidate.id)
        });
    }

    /// The same as a photo of the class of that number. Frames that the camera saw of one class, from when it was turned on until it
    /// went off, are one recording, which no split tears apart.
    pub(super) fn labelled(&self, class: u32) -> Fresh {
        let burst = self.watch.map(|watch| watch + u64::from(class));
        Fresh { name: self.name.clone(), file: Blob::clone(&self.file), burst, part: None }
    }
}
