//! Room for a table that is wider than the screen.

use leptos::prelude::*;

/// A group (no landmark: a view has many) that scrolls sideways, by keyboard too (hence `tabindex`); its child is the table.
#[component]
pub(crate) fn TableScroller(
    /// What the table shows, for assistive technology.
    #[prop(into)]
    label: Signal<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="table-scroller" role="group" tabindex="0" aria-label=move || label.get()>
            {children()}
        </div>
    }
}
