//! The photos with their answers, newest first.

use leptos::html::Section;
use leptos::prelude::*;

use super::photos::waiting;
use super::{AskedPhoto, PhotoCard};
use crate::ui::{Button, reveal};

/// As much of the answers as must be on the screen after photos were added, in pixels: the first card with its verdict.
const SEEN: f64 = 260.0;

/// The list of answers. It comes into view when photos are added.
#[component]
pub(crate) fn ResultsList(
    /// The photos, newest first.
    #[prop(into)]
    photos: Signal<Vec<AskedPhoto>>,
    /// Takes all of them off the page.
    on_clear: impl Fn() + 'static,
) -> impl IntoView {
    let count = Memo::new(move |_| photos.with(Vec::len));
    let waiting = Memo::new(move |_| photos.with(|photos| waiting(photos)));
    let summary = move || match (count.get(), waiting.get()) {
        (0, _) => String::new(),
        (1, 0) => "1 photo".to_owned(),
        (all, 0) => format!("{all} photos"),
        (all, waiting) => format!("{} of {all} photos answered", all - waiting),
    };
    let place = NodeRef::<Section>::new();
    let newest = Memo::new(move |_| photos.with(|photos| photos.first().map(|photo| photo.id)));
    Effect::new(move |before: Option<Option<u64>>| {
        let newest = newest.get();
        // What was there before the view was opened is no news.
        if newest.is_some() && before.is_some_and(|before| before != newest) {
            request_animation_frame(move || {
                if let Some(place) = place.get_untracked() {
                    reveal(&place, SEEN);
                }
            });
        }
        newest
    });
    view! {
        <section class="results" aria-labelledby="results-title" node_ref=place>
            <div class="results-head">
                <h2 id="results-title">"Answers"</h2>
                <span class="results-count">{summary}</span>
                <Button testid="clear" class="quiet" disabled=move || count.get() == 0 on_press=on_clear>
                    "Clear"
                </Button>
            </div>
            <Show when=move || count.get() == 0>
                <NothingYet />
            </Show>
            <ol class="cards">
                <For each=move || photos.get() key=|photo| photo.id let:photo>
                    <PhotoCard photo />
                </For>
            </ol>
        </section>
    }
}

/// What stands in the place of answers before there are any.
#[component]
fn NothingYet() -> impl IntoView {
    view! {
        <div class="empty">
            <svg viewBox="0 0 120 72" aria-hidden="true">
                <rect x="4" y="8" width="40" height="40" rx="8" />
                <rect class="strong" x="56" y="14" width="58" height="7" rx="3.5" />
                <rect x="56" y="29" width="44" height="7" rx="3.5" />
                <rect x="56" y="44" width="20" height="7" rx="3.5" />
            </svg>
            <p>"Your photos appear here with their answers, as many as you like at once."</p>
        </div>
    }
}
