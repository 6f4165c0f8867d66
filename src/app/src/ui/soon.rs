//! Parts of a view that can wait for their turn.

use std::time::Duration;

use leptos::prelude::*;

/// Mounts its children in a task of their own, after the task that mounts what stands around them: a large view that is
/// mounted at once blocks the main thread for more than 50 ms on a slow machine.
#[component]
pub(crate) fn Soon(
    /// What can wait. It is no part of what a visitor sees or needs first.
    children: ChildrenFn,
) -> impl IntoView {
    let is_due = RwSignal::new(false);
    let show = move || {
        // Gone by then where the visitor has left the view.
        let _ = is_due.try_set(true);
    };
    let timer = set_timeout_with_handle(show, Duration::ZERO);
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
    view! { <Show when=move || is_due.get()>{children()}</Show> }
}
