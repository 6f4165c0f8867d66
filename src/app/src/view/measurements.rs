//! What `?bench=` and `?parity=` measured, for automation and the curious.

use leptos::prelude::*;

use crate::state::Page;

/// The measurements; nothing where none was asked for.
#[component]
pub(super) fn Measurements() -> impl IntoView {
    let page = Page::here();
    view! {
        {move || {
            page.bench.get().map(|json| view! { <pre class="measurement" data-testid="bench-result">{json}</pre> })
        }}
        {move || {
            page.parity.get().map(|json| view! { <pre class="measurement" data-testid="parity-result">{json}</pre> })
        }}
    }
}
