//! Buttons, and other small parts that stand in many places.

use headstart_protocol::Failure;

use crate::dom::checked;
use crate::html::{Html, IntoHtml, IntoValue, Value, html};

/// A button with words on it.
pub(in crate::view) struct Action {
    testid: &'static str,
    class: &'static str,
    label: Html,
    disabled: Value,
    press: Box<dyn Fn()>,
}

/// A button with `label` on it.
pub(in crate::view) fn action(testid: &'static str, label: impl IntoHtml, press: impl Fn() + 'static) -> Action {
    Action { testid, class: "", label: label.into_html(), disabled: false.into_value(), press: Box::new(press) }
}

impl Action {
    /// `primary` or `quiet`.
    pub(in crate::view) fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    pub(in crate::view) fn disabled(self, disabled: impl IntoValue) -> Self {
        Self { disabled: disabled.into_value(), ..self }
    }
}

impl IntoHtml for Action {
    fn into_html(self) -> Html {
        let Self { testid, class, label, disabled, press } = self;
        html! {
            <button
                type="button"
                class={format!("button {class}")}
                data-testid={testid}
                disabled={disabled}
                on:click={move |_| press()}
            >
                {label}
            </button>
        }
    }
}

/// A small button that removes or closes something; `label` says what.
pub(in crate::view) fn close(
    testid: &'static str,
    class: &'static str,
    label: impl IntoValue + Clone,
    press: impl Fn() + 'static,
) -> Html {
    html! {
        <button
            type="button"
            class={format!("icon-button {class}")}
            data-testid={testid}
            aria-label={label.clone()}
            title={label}
            on:click={move |_| press()}
        >
            "×"
        </button>
    }
}

/// A check box with its words.
pub(in crate::view) fn check(
    testid: &'static str,
    label: &'static str,
    is_checked: impl IntoValue,
    change: impl Fn(bool) + 'static,
) -> Html {
    html! {
        <label class="check">
            <input
                type="checkbox"
                data-testid={testid}
                prop:checked={is_checked}
                on:change={move |event| change(checked(&event))}
            />
            {label}
        </label>
    }
}

/// What went wrong.
pub(in crate::view) fn refusal(failure: Failure) -> Html {
    html! {
        <p class="failure" role="alert" data-testid="error" data-kind={failure.kind.name()}>
            {failure.message}
        </p>
    }
}
