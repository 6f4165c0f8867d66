//! Where photos come in.

use leptos::prelude::*;
use web_sys::FileList;

use super::Classify;
use crate::platform::files;
use crate::ui::{FileButton, PICTURES};

/// The large place to drop photos on or choose them from. It is small once there are answers, and on touch devices
/// [`PhotoButtons`] takes a photo too, instead of words on dropping and pasting (`.touch` and `.no-touch` in shell.css).
#[component]
pub(super) fn Picker(
    /// Where the photos go.
    classify: Classify,
) -> impl IntoView {
    view! {
        <div class="picker">
            <svg class="picker-picture" viewBox="0 0 64 48" aria-hidden="true">
                <rect x="10" y="3" width="44" height="34" rx="5" transform="rotate(-6 32 20)" />
                <rect class="front" x="10" y="9" width="44" height="34" rx="5" />
                <circle cx="22" cy="20" r="4" />
                <path d="M14 39 27 27l8 7 7-6 8 11" />
            </svg>
            <span class="picker-title no-touch">"Drop photos here"</span>
            <span class="picker-hint no-touch">"or paste them with Ctrl+V"</span>
            <PhotoButtons classify testid="file-input" />
        </div>
    }
}

/// The buttons that ask about photos: chosen, or taken on a touch device.
#[component]
pub(crate) fn PhotoButtons(
    /// Where the photos go.
    classify: Classify,
    /// The name of the first button's input for the tests.
    testid: &'static str,
) -> impl IntoView {
    let take = move |list: FileList| classify.add(files::files(&list));
    view! {
        <FileButton testid=testid class="primary" accept=PICTURES multiple=true on_pick=take>
            "Choose photos"
        </FileButton>
        <FileButton testid="take-photo" class="touch" accept=PICTURES capture=true on_pick=take>
            "Take a photo"
        </FileButton>
    }
}
