//! The offer of a newer release.

use leptos::prelude::*;

use super::Offline;
use crate::ui::{Button, CloseButton};

/// A line that offers the newer release, while there is one.
#[component]
pub(crate) fn UpdateOffer(
    /// What knows of it.
    offline: Offline,
) -> impl IntoView {
    let has_newer = offline.has_newer;
    view! {
        <Show when=move || has_newer.get()>
            <div class="update" role="status" data-testid="update">
                <p>"A newer version of this page is here."</p>
                <Button testid="use-update" class="quiet" on_press=move |()| offline.use_newer()>
                    "Reload and use it"
                </Button>
                <CloseButton testid="dismiss-update" label="Later" on_press=move |()| has_newer.set(false) />
            </div>
        </Show>
    }
}
