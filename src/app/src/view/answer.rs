//! An answer: a bar a class.

use leptos::prelude::*;

use crate::state::Answer;
use crate::wording::{class_title, device, milliseconds, percent};

/// One bar a class, in the head's order.
#[component]
pub(super) fn Bars<'a>(answer: &'a Answer) -> impl IntoView + use<> {
    let bars = answer
        .classes()
        .map(|(name, probability, wins)| {
            let title = class_title(name);
            let width = format!("{:.2}%", probability * 100.0);
            view! {
                <li class="bar" class:wins=wins>
                    <span class="bar-name">{title.clone()}</span>
                    <span
                        class="bar-track"
                        role="meter"
                        aria-label=title
                        aria-valuemin="0"
                        aria-valuemax="1"
                        aria-valuenow=format!("{probability:.4}")
                        aria-valuetext=percent(probability)
                    >
                        <span class="bar-fill" style:width=width></span>
                    </span>
                    <span class="bar-value" aria-hidden="true">{percent(probability)}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="bars">{bars}</ul> }
}

/// How long it took and where.
pub(super) fn took(answer: &Answer) -> String {
    format!("{} on {}", milliseconds(answer.ms()), device(answer.backend()))
}

/// A probability for `data-confidence`.
pub(super) fn figure(probability: f32) -> String {
    format!("{probability:.6}")
}
