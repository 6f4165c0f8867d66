//! A checkbox with its words.

use leptos::callback::UnsyncCallback;
use leptos::prelude::*;

/// A checkbox; its children are the words beside it.
#[component]
pub(crate) fn Check(
    /// Its name for the tests.
    testid: &'static str,
    /// Whether it is checked.
    #[prop(into)]
    checked: Signal<bool>,
    /// Whether it cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Takes what it was changed to.
    #[prop(into)]
    on_change: UnsyncCallback<(bool,)>,
    children: Children,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                data-testid=testid
                disabled=move || disabled.get()
                prop:checked=move || checked.get()
                on:change=move |event| on_change.run((event_target_checked(&event),))
            />
            {children()}
        </label>
    }
}
