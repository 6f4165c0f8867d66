//! Buttons. They are components so that the page's code holds each of them once.

use leptos::prelude::*;

/// A button with words on it.
#[component]
pub(in crate::view) fn Action(
    #[prop(into)] label: Signal<&'static str>,
    testid: &'static str,
    #[prop(into)] press: Callback<()>,
    /// `primary` or `quiet`.
    #[prop(optional)]
    class: &'static str,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("button {class}")
            data-testid=testid
            disabled=disabled
            on:click=move |_| press.run(())
        >
            {label}
        </button>
    }
}

/// A small button that removes or closes something; `label` says what.
#[component]
pub(in crate::view) fn Close(
    #[prop(into)] label: Signal<String>,
    testid: &'static str,
    #[prop(into)] press: Callback<()>,
    #[prop(optional)] class: &'static str,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("icon-button {class}")
            data-testid=testid
            aria-label=label
            title=label
            on:click=move |_| press.run(())
        >
            "×"
        </button>
    }
}

/// A check box with its words.
#[component]
pub(in crate::view) fn Check(
    label: &'static str,
    testid: &'static str,
    #[prop(into)] checked: Signal<bool>,
    #[prop(into)] change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                data-testid=testid
                prop:checked=checked
                on:change=move |event| change.run(event_target_checked(&event))
            />
            {label}
        </label>
    }
}

/// What went wrong.
#[component]
pub(in crate::view) fn Refusal(failure: headstart_protocol::Failure) -> impl IntoView {
    view! {
        <p class="failure" role="alert" data-testid="error" data-kind=failure.kind.name()>
            {failure.message}
        </p>
    }
}
