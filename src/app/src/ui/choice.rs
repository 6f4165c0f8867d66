//! A choice of a few.

use leptos::callback::UnsyncCallback;
use leptos::prelude::*;

/// A labelled select.
#[component]
pub(crate) fn Choice(
    /// Its name for the tests.
    testid: &'static str,
    /// The words over it.
    label: &'static str,
    /// The words of each option.
    #[prop(into)]
    options: Vec<&'static str>,
    /// The index of the chosen option; nothing where none is.
    #[prop(into)]
    chosen: Signal<Option<usize>>,
    /// Whether it cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Takes the index of the option that was chosen.
    #[prop(into)]
    on_choose: UnsyncCallback<(usize,)>,
) -> impl IntoView {
    let option = |(index, words): (usize, &'static str)| {
        view! {
            <option value=index.to_string() prop:selected=move || chosen.get() == Some(index)>
                {words}
            </option>
        }
    };
    let change = move |event| {
        if let Ok(index) = event_target_value(&event).parse() {
            on_choose.run((index,));
        }
    };
    view! {
        <label class="field">
            <span>{label}</span>
            <select data-testid=testid disabled=move || disabled.get() on:change=change>
                {options.into_iter().enumerate().map(option).collect_view()}
            </select>
        </label>
    }
}
