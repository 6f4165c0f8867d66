//! What went wrong, until it is dismissed.

use leptos::html::Div;
use leptos::prelude::*;

use super::Notices;
use crate::ui::{CloseButton, reveal};

/// The sentences, the newest last. A new one is brought on the screen.
#[component]
pub(crate) fn NoticesView() -> impl IntoView {
    let notices = expect_context::<Notices>();
    let place = NodeRef::<Div>::new();
    let newest = Memo::new(move |_| notices.list.with(|list| list.last().map(|notice| notice.id)));
    Effect::new(move |_| {
        if newest.get().is_some()
            && let Some(place) = place.get_untracked()
        {
            reveal(&place, f64::INFINITY);
        }
    });
    view! {
        <div class="notices" node_ref=place>
            <For each=move || notices.list.get() key=|notice| notice.id let:notice>
                <div class="notice">
                    <p role="alert" data-testid="error" data-kind=notice.error.kind().name()>
                        {notice.error.to_string()}
                    </p>
                    <CloseButton
                        testid="dismiss"
                        label="Dismiss this message"
                        on_press=move || notices.dismiss(notice.id)
                    />
                </div>
            </For>
        </div>
    }
}
