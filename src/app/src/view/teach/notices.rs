//! What went wrong, until it is dismissed.

use super::button::close;
use crate::html::{Html, html, list};
use crate::state::Page;

/// The sentences, the newest last.
pub(super) fn notices() -> Html {
    let page = Page::here();
    html! {
        <div class="notices">
            {list(move || page.teach.notices.get(), |notice| notice.id.into(), move |notice| html! {
                <div class="notice">
                    <p role="alert" data-testid="error" data-kind={notice.failure.kind.name()}>
                        {notice.failure.message.clone()}
                    </p>
                    {close("dismiss", "", "Dismiss this message", move || page.dismiss(notice.id))}
                </div>
            })}
        </div>
    }
}
