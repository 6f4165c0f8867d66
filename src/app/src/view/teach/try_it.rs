//! Trying the new head on the camera and on photos.

use web_sys::DragEvent;

use super::picker::file_button;
use crate::folders::Given;
use crate::html::{Html, html, list};
use crate::intake::{self, Picked};
use crate::signal::{Memo, RwSignal};
use crate::state::Page;
use crate::view::camera::camera_panel;
use crate::view::card::card;
use crate::view::shell::carries_files;

/// Answers shown here, at most; the classify view has them all.
const AT_MOST: usize = 4;

/// The panel. Photos dropped on it are answered and not added to a class.
pub(super) fn try_it() -> Html {
    let page = Page::here();
    let hovered = RwSignal::new(false);
    let has_head = Memo::new(move |_| page.teach.own.with(Option::is_some));
    let drop_on = move |event: DragEvent| {
        hovered.set(false);
        let Some(transfer) = event.data_transfer() else { return };
        if carries_files(&transfer) {
            event.prevent_default();
            event.stop_propagation();
            page.add(intake::dropped(&transfer));
        }
    };
    let latest = move || page.photos.with(|photos| photos.iter().take(AT_MOST).cloned().collect::<Vec<_>>());
    let try_photos = move |given: Vec<Given>| page.add(given.into_iter().map(|given| Picked::File(given.file)));
    html! {
        <section
            class="panel try"
            class:hovered={hovered}
            aria-labelledby="try-title"
            data-testid="try"
            on:dragover={move |event: DragEvent| {
                if event.data_transfer().as_ref().is_some_and(carries_files) {
                    event.prevent_default();
                    hovered.set(true);
                }
            }}
            on:dragleave={move |_| hovered.set(false)}
            on:drop={drop_on}
        >
            <h2 id="try-title">"Try it"</h2>
            <p class="hint">
                {move || {
                    if has_head.get() {
                        "Point the camera at something, or drop a photo here. It is not added to a class."
                    } else {
                        "Once it is trained, your head answers here, beside the built-in one."
                    }
                }}
            </p>
            {file_button("try-input", "Try photos", "image/*,.heic,.heif,.avif", try_photos).multiple()}
            {camera_panel()}
            <ol class="cards">
                {list(latest, |photo| photo.id, card)}
            </ol>
        </section>
    }
}
