//! The page's name and the way from view to view.

use leptos::prelude::*;

use super::address::View;

/// The header. What is painted before the page's code runs (index.html) looks the same.
#[component]
pub(super) fn Header(
    /// The view that is shown.
    view: RwSignal<View>,
) -> impl IntoView {
    let link = |to: View| {
        view! {
            <a href=to.hash() aria-current=move || (view.get() == to).then_some("page")>
                {to.name()}
            </a>
        }
    };
    view! {
        <header class="top">
            <a class="brand" href=View::Classify.hash()>
                <img class="brand-mark" src="icons/favicon.svg" alt="" width="32" height="32" />
                "Headstart"
            </a>
            <nav class="nav" aria-label="Views">
                {View::ALL.map(link).collect_view()}
            </nav>
        </header>
    }
}
