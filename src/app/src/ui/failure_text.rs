//! What went wrong, in words.

use leptos::prelude::*;

use crate::error::PageError;

/// A failure's sentence, announced as it appears (`role="alert"`).
#[component]
pub(crate) fn FailureText(
    /// What went wrong.
    #[prop(into)]
    failure: PageError,
) -> impl IntoView {
    view! {
        <p class="failure" role="alert" data-testid="error" data-kind=failure.kind().name()>
            {failure.to_string()}
        </p>
    }
}
