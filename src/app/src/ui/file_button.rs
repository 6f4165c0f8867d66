//! Buttons that open the browser's file dialog.

use leptos::callback::UnsyncCallback;
use leptos::prelude::*;
use web_sys::FileList;

/// What `accept` takes for pictures: every kind, and what browsers often do not count as one.
pub(crate) const PICTURES: &str = "image/*,.heic,.heif,.avif";

/// The same and zips of them.
pub(crate) const PHOTOS: &str = "image/*,.heic,.heif,.avif,.zip,.tm";

/// A button that takes files; its children are the words on it.
#[component]
pub(crate) fn FileButton(
    /// The name of its input for the tests.
    testid: &'static str,
    /// How it looks: `primary`, `quiet` or nothing.
    #[prop(optional)]
    class: &'static str,
    /// The kinds of files that the dialog offers, as the attribute `accept` takes them; all where it is empty.
    #[prop(optional)]
    accept: &'static str,
    /// Whether several files can be chosen.
    #[prop(optional)]
    multiple: bool,
    /// Whether folders are chosen instead of files.
    #[prop(optional)]
    folder: bool,
    /// Whether a phone opens its camera instead of the dialog.
    #[prop(optional)]
    capture: bool,
    /// Takes the chosen files. The list is emptied once this returns; its files stay.
    #[prop(into)]
    on_pick: UnsyncCallback<(FileList,)>,
    children: Children,
) -> impl IntoView {
    let input = NodeRef::<leptos::html::Input>::new();
    let pick = move |_| {
        let Some(input) = input.get_untracked() else { return };
        if let Some(files) = input.files() {
            on_pick.run((files,));
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
                node_ref=input
                accept=accept
                multiple=multiple
                capture=capture.then_some("environment")
                prop:webkitdirectory=folder
                on:change=pick
            />
            {children()}
        </label>
    }
}
