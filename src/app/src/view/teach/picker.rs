//! Buttons that open the browser's file dialog.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::folders::{Given, listed};

/// Every picture, what browsers often do not count as one, and zips of them.
pub(in crate::view) const PHOTOS: &str = "image/*,.heic,.heif,.avif,.zip";

/// A button that takes files.
#[component]
pub(in crate::view) fn FileButton(
    /// What stands on it.
    label: &'static str,
    testid: &'static str,
    accept: &'static str,
    /// What to do with the files.
    #[prop(into)]
    take: Callback<Vec<Given>>,
    /// Whether several can be chosen.
    #[prop(optional)]
    multiple: bool,
    /// Whether folders are chosen instead.
    #[prop(optional)]
    folder: bool,
    #[prop(optional)] class: &'static str,
) -> impl IntoView {
    let pick = move |event: ev::Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        if let Some(list) = input.files() {
            take.run(listed(&list));
        }
        // So that the same file can be picked again.
        input.set_value("");
    };
    view! {
        <label class=format!("button file-button {class}")>
            <input
                type="file"
                class="visually-hidden"
                data-testid=testid
                accept=accept
                multiple=multiple
                prop:webkitdirectory=folder
                on:change=pick
            />
            {label}
        </label>
    }
}
