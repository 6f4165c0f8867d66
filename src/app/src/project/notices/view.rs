//! What went wrong or is worth knowing, until it is dismissed.

use leptos::html::Div;
use leptos::prelude::*;

use super::Notices;
use super::notices::Said;
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
                <div class="notice" class:plain=notice.said.is_plain()>
                    {sentence(notice.said.clone())}
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

/// What a notice says. Only what went wrong interrupts whoever listens.
fn sentence(said: Said) -> AnyView {
    match said {
        Said::Wrong(error) => view! {
            <p role="alert" data-testid="error" data-kind=error.kind().name()>
                {error.to_string()}
            </p>
        }
        .into_any(),
        Said::Worth(sentence) => view! {
            <p role="status" data-testid="notice">
                {sentence}
            </p>
        }
        .into_any(),
    }
}
