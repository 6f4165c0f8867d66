//! A button that opens what is below it, and closes it.

use leptos::prelude::*;

/// The button with what it opens: made when it is opened, and gone when it is closed.
#[component]
pub(crate) fn Disclosure(
    /// Its name for the tests.
    testid: &'static str,
    /// The words on the button.
    label: &'static str,
    /// The class of both together.
    class: &'static str,
    /// What is opened.
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <div class=class>
            <button
                type="button"
                class="button quiet"
                data-testid=testid
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {label}
            </button>
            {move || open.get().then(|| children())}
        </div>
    }
}
