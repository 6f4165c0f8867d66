//! The network in one picture.

use leptos::prelude::*;

/// Convolutions of the base.
const LAYERS: u32 = 13;

/// A photo on its way through the frozen base and the trained head.
#[component]
pub(super) fn NetworkPicture() -> impl IntoView {
    let layer = |layer: u32| {
        let height = 56 - 3 * layer;
        view! { <rect class="frozen" x=62 + 10 * layer y=43 - height / 2 width="7" height=height rx="2" /> }
    };
    view! {
        <svg
            class="learn-picture"
            viewBox="0 0 320 92"
            role="img"
            aria-label="A photo goes through thirteen frozen layers; their responses become 2,048 features; a small head that is trained turns these into one probability a class."
        >
            <rect class="photo" x="4" y="26" width="34" height="34" rx="4" />
            <path class="arrow" d="M42 43h14m-4-4 4 4-4 4" />
            {(0..LAYERS).map(layer).collect_view()}
            <path class="arrow" d="M196 43h14m-4-4 4 4-4 4" />
            <rect class="numbers" x="214" y="16" width="8" height="54" rx="2" />
            <path class="arrow" d="M226 43h14m-4-4 4 4-4 4" />
            <rect class="trained" x="244" y="30" width="26" height="26" rx="4" />
            <path class="arrow" d="M274 43h14m-4-4 4 4-4 4" />
            <circle class="answer" cx="300" cy="34" r="5" />
            <circle class="answer faint" cx="300" cy="52" r="5" />
            <text x="128" y="88">
                "frozen base"
            </text>
            <text x="257" y="88">
                "trained head"
            </text>
        </svg>
    }
}
