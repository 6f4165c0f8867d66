//! What went wrong, until it is dismissed.

use leptos::prelude::*;

use super::button::Close;
use crate::state::Page;

/// The sentences, the newest last.
#[component]
pub(super) fn Notices() -> impl IntoView {
    let page = Page::here();
    view! {
        <div class="notices">
            <For each=move || page.teach.notices.get() key=|notice| notice.id let(notice)>
                <div class="notice">
                    <p role="alert" data-testid="error" data-kind=notice.failure.kind.name()>
                        {notice.failure.message.clone()}
                    </p>
                    <Close label="Dismiss this message".to_owned() testid="dismiss" press=move |()| page.dismiss(notice.id) />
                </div>
            </For>
        </div>
    }
}
