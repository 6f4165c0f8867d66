//! The classify view: photos come in on the left, answers stand on the right.

use super::camera::camera_panel;
use super::results::results;
use super::samples::samples;
use crate::dom;
use crate::html::{Html, html};
use crate::intake;
use crate::signal::Memo;
use crate::state::Page;
use crate::wording::either;

/// What the browser's file dialog offers: every picture, and what browsers often do not count as one.
const ACCEPTED: &str = "image/*,.heic,.heif,.avif";

/// The classify view.
pub(super) fn classify() -> Html {
    html! {
        <div class="hero">
            <h1>"Who is on your photo?"</h1>
            <p class="lead">
                "A neural network looks at it right here, in your browser. Your photos never leave this machine."
            </p>
        </div>
        <div class="classify">
            <section class="intake" aria-label="Add photos">
                {picker()}
                {camera_panel()}
                {samples()}
                {honesty()}
            </section>
            {results()}
        </div>
    }
}

fn picker() -> Html {
    let page = Page::here();
    let pick = move |event: web_sys::Event| {
        let Some(input) = dom::input(&event) else { return };
        if let Some(list) = input.files() {
            page.add(intake::files(&list));
        }
        // So that the same file can be picked again.
        input.set_value("");
    };
    html! {
        <label class="picker">
            <input
                type="file"
                class="visually-hidden"
                data-testid="file-input"
                accept={ACCEPTED}
                multiple
                on:change={pick}
            />
            <svg class="picker-picture" viewBox="0 0 64 48" aria-hidden="true">
                <rect x="10" y="3" width="44" height="34" rx="5" transform="rotate(-6 32 20)" />
                <rect class="front" x="10" y="9" width="44" height="34" rx="5" />
                <circle cx="22" cy="20" r="4" />
                <path d="M14 39 27 27l8 7 7-6 8 11" />
            </svg>
            <span class="picker-title">"Drop photos here"</span>
            <span class="picker-hint">"or paste them with Ctrl+V"</span>
            <span class="button primary">"Choose photos"</span>
        </label>
    }
}

/// What the head can and cannot say.
fn honesty() -> Html {
    let page = Page::here();
    let classes = Memo::new(move |_| page.phase.with(|phase| phase.ready().map(|ready| either(&ready.classes))));
    let words = move || match classes.get() {
        Some(classes) => {
            format!("It knows only these answers and gives one of them whatever the picture shows: {classes}.")
        }
        None => "It knows only the names it was taught and gives one of them whatever the picture shows.".to_owned(),
    };
    html! { <p class="honesty">{words}</p> }
}
