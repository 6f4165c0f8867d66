//! A slider for a number.

use leptos::prelude::*;

use crate::wording::figure;

/// A labelled slider that says its value; its children are words under it.
#[component]
pub(crate) fn Slider(
    /// Its name for the tests.
    testid: &'static str,
    /// The words over it.
    label: &'static str,
    /// The least and the most.
    range: [f64; 2],
    /// From one value to the next.
    #[prop(default = 1.0)]
    step: f64,
    /// What follows the number, if it has a unit.
    #[prop(optional)]
    unit: &'static str,
    /// The number.
    value: RwSignal<f64>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let words = move || format!("{}{unit}", figure(value.get()));
    let [least, most] = range;
    let slide = move |event| {
        if let Some(number) = event_target_value(&event).parse::<f64>().ok().filter(|number| number.is_finite()) {
            value.set(number.clamp(least, most));
        }
    };
    view! {
        <label class="slider">
            <span>{label} ": " <output>{words}</output></span>
            <input
                type="range"
                data-testid=testid
                min=least
                max=most
                step=step
                prop:value=move || value.get().to_string()
                aria-valuetext=words
                on:input=slide
            />
            {children.map(|children| children())}
        </label>
    }
}
