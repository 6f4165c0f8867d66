//! What `?bench=` and `?parity=` measured, for automation and the curious.

use crate::html::{Html, html};
use crate::state::Page;

/// The measurements; nothing where none was asked for.
pub(super) fn measurements() -> Html {
    let page = Page::here();
    html! {
        {move || {
            page.bench.get().map(|json| html! { <pre class="measurement" data-testid="bench-result">{json}</pre> })
        }}
        {move || {
            page.parity.get().map(|json| html! { <pre class="measurement" data-testid="parity-result">{json}</pre> })
        }}
    }
}
