//! The frame around every view: header, navigation, the engine's line, and the whole window as a place to drop photos.

use web_sys::DataTransfer;

use super::about::about;
use super::classify::classify;
use super::compare::compare;
use super::engine_line::engine_line;
use super::learn::learn;
use super::measurements::measurements;
use super::teach::teach;
use crate::address::View;
use crate::dom::{document, ev, window, window_event_listener};
use crate::html::{Html, html};
use crate::intake::Picked;
use crate::signal::{RwSignal, effect, untrack};
use crate::state::{Page, Place};
use crate::{folders, intake};

/// The page.
pub(crate) fn shell() -> Html {
    let page = Page::here();
    let dragging = RwSignal::new(false);
    follow_address(page);
    take_dropped(page, dragging);
    take_pasted(page);

    html! {
        <header class="top">
            <a class="brand" href={View::Classify.hash()}>
                <img class="brand-mark" src="icons/favicon.svg" alt="" width="32" height="32" />
                "Headstart"
            </a>
            <nav class="nav" aria-label="Views">
                {View::ALL.map(|view| {
                    html! {
                        <a href={view.hash()} aria-current={move || (page.view.get() == view).then_some("page")}>
                            {view.name()}
                        </a>
                    }
                })}
            </nav>
        </header>
        {engine_line()}
        <main id="main" class="main">
            {move || {
                let view = page.view.get();
                // What a view reads while it is made is not what this depends on.
                untrack(|| match view {
                    View::Classify => classify(),
                    View::Teach => teach(),
                    View::Compare => compare(),
                    View::Learn => learn(),
                    View::About => about(),
                })
            }}
        </main>
        {measurements()}
        <p class="visually-hidden" role="status">{page.announcement}</p>
        <div class="drop-veil" class:shown={dragging} aria-hidden="true">
            <p>"Drop your photos anywhere"</p>
        </div>
    }
}

/// Keeps the view and the window's title at what the address says.
fn follow_address(page: Page) {
    window_event_listener(ev::hashchange, move |_| {
        let view = View::from_hash(&location_hash());
        if view != page.view.get_untracked() {
            page.view.set(view);
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    });
    effect(move || document().set_title(&format!("{} · Headstart", page.view.get().name())));
}

/// The address's hash, `#` included.
fn location_hash() -> String {
    window().location().hash().unwrap_or_default()
}

fn take_dropped(page: Page, dragging: RwSignal<bool>) {
    window_event_listener(ev::dragover, move |event| {
        if event.data_transfer().as_ref().is_some_and(carries_files) {
            event.prevent_default();
            // Where there are classes to drop on, the veil would hide them.
            dragging.set(page.view.get_untracked() != View::Teach);
        }
    });
    window_event_listener(ev::dragleave, move |event| {
        // Only leaving the window has no element to go on to.
        if event.related_target().is_none() {
            dragging.set(false);
        }
    });
    window_event_listener(ev::drop, move |event| {
        let Some(transfer) = event.data_transfer() else { return };
        if carries_files(&transfer) {
            event.prevent_default();
            dragging.set(false);
            if page.view.get_untracked() == View::Teach {
                page.take_entries(folders::dropped(&transfer), Place::Anywhere);
            } else {
                take(page, intake::dropped(&transfer));
            }
        }
    });
}

fn take_pasted(page: Page) {
    window_event_listener(ev::paste, move |event| {
        let files = event.clipboard_data().and_then(|clipboard| clipboard.files());
        let Some(files) = files.filter(|files| files.length() > 0) else { return };
        event.prevent_default();
        if page.view.get_untracked() == View::Teach {
            page.take_given(folders::listed(&files), Place::Anywhere);
        } else {
            take(page, intake::files(&files));
        }
    });
}

/// Does with photos what the view is for; a view that has no use for them gives way to the one that answers.
fn take(page: Page, picked: Vec<Picked>) {
    let view = page.view.get_untracked();
    if view == View::Learn {
        if let Some(first) = picked.into_iter().next() {
            page.show_layers(first);
        }
        return;
    }
    page.add(picked);
    if !matches!(view, View::Classify | View::Compare) {
        // A hash can always be set.
        let _ = window().location().set_hash(View::Classify.hash());
    }
}

/// Whether files are being dragged, and not text or a photo of the page.
pub(super) fn carries_files(transfer: &DataTransfer) -> bool {
    transfer.types().iter().any(|kind| kind == "Files")
}
