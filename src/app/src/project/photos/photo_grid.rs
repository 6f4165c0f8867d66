//! Photos as thumbnails. Only those on the screen are in the document.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;
use leptos_use::{UseElementSizeReturn, use_element_size};

use super::grid::{CELL, GAP, columns, height, offset, visible};
use super::photo_cell::PhotoCell;
use crate::project::album::Example;

/// The grid's height at most, in pixels: a little more than three rows, so that one sees that it goes on.
const VIEWPORT: f64 = 3.0 * (CELL.1 + GAP) + 24.0;

/// Photos drawn in one task, at most.
const PORTION: usize = 3;

/// A scrolling grid of photos.
#[component]
pub(crate) fn PhotoGrid(
    /// The photos.
    #[prop(into)]
    photos: Signal<Vec<Arc<Example>>>,
    /// What each photo is called in `data-testid`.
    testid: &'static str,
) -> impl IntoView {
    let scroller = NodeRef::<Div>::new();
    let UseElementSizeReturn { width, .. } = use_element_size(scroller);
    let top = RwSignal::new(0.0);
    let count = Memo::new(move |_| photos.with(Vec::len));
    let fitting = Memo::new(move |_| columns(width.get()));
    let cells = Memo::new(move |_| visible(top.get(), VIEWPORT, count.get(), fitting.get()));
    // A few more in each task: all at once would be a long one.
    let drawn = RwSignal::new(PORTION);
    Effect::new(move |_| {
        if drawn.get() < cells.with(Range::len) {
            let more = move || {
                // Gone by then where the visitor has left the view.
                let _ = drawn.try_update(|drawn| *drawn += PORTION);
            };
            set_timeout(more, Duration::ZERO);
        }
    });
    let shown = move || {
        let cells = cells.get();
        let cells = cells.start..cells.end.min(cells.start + drawn.get());
        photos.with(|photos| photos.get(cells).map(<[_]>::to_vec).unwrap_or_default())
    };
    let scrolled = move |_| {
        if let Some(scroller) = scroller.get_untracked() {
            top.set(f64::from(scroller.scroll_top()));
        }
    };
    view! {
        <div
            class="grid-scroller"
            node_ref=scroller
            style:max-height=pixels(VIEWPORT)
            data-testid="grid"
            data-count=count
            on:scroll=scrolled
        >
            <ul
                class="grid"
                style:height=move || pixels(height(count.get(), fitting.get()))
                style:padding-top=move || pixels(offset(cells.get().start, fitting.get()))
                style:grid-template-columns=move || format!("repeat({}, {})", fitting.get(), pixels(CELL.0))
                style:grid-auto-rows=pixels(CELL.1)
                style:gap=pixels(GAP)
            >
                <For each=shown key=|photo| photo.id let:photo>
                    <PhotoCell photo=photo testid=testid />
                </For>
            </ul>
        </div>
    }
}

/// A length in CSS.
fn pixels(length: f64) -> String {
    format!("{length:.0}px")
}
