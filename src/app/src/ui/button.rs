//! Buttons with words, and the small round one that closes or removes something.

use leptos::callback::UnsyncCallback;
use leptos::prelude::*;

/// A button; its children are the words on it.
#[component]
pub(crate) fn Button(
    /// Its name for the tests.
    testid: &'static str,
    /// How it looks: `primary`, `quiet`, `wide` or nothing.
    #[prop(optional)]
    class: &'static str,
    /// Whether it cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What a press does.
    #[prop(into)]
    on_press: UnsyncCallback<()>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("button {class}")
            data-testid=testid
            disabled=move || disabled.get()
            on:click=move |_| on_press.run(())
        >
            {children()}
        </button>
    }
}

/// A small button with a × on it that closes or removes something.
#[component]
pub(crate) fn CloseButton(
    /// Its name for the tests.
    testid: &'static str,
    /// A class of its own, beside `icon-button`.
    #[prop(optional)]
    class: &'static str,
    /// What it closes or removes, for assistive technology and as a tooltip.
    #[prop(into)]
    label: Signal<String>,
    /// What a press does.
    #[prop(into)]
    on_press: UnsyncCallback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("icon-button {class}")
            data-testid=testid
            aria-label=move || label.get()
            title=move || label.get()
            on:click=move |_| on_press.run(())
        >
            "×"
        </button>
    }
}
