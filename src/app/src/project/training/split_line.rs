//! How the visitor's folders split the photos, and the way back.

use headstart_protocol::Validation;
use leptos::prelude::*;

use super::training::Training;
use crate::project::album::Album;
use crate::project::classes::Edits;
use crate::ui::Button;

/// The split in words, with a button that forgets it; nothing where no folder said anything.
#[component]
pub(super) fn SplitLine() -> impl IntoView {
    let album = expect_context::<Album>();
    let edits = expect_context::<Edits>();
    let training = expect_context::<Training>();
    let words = Memo::new(move |_| album.split().words());
    let is_given = Memo::new(move |_| album.split().tally.validating().is_some());
    let instead = move || match training.settings.with(|settings| settings.validation) {
        _ if !is_given.get() => "Forget the folders’ split",
        Validation::Cross => "Cross-validate instead",
        Validation::HoldOut(_) => "Hold out photos of all folders instead",
    };
    view! {
        <Show when=move || words.with(Option::is_some)>
            <p class="honesty" data-testid="given-split" data-given=move || is_given.get().to_string()>
                {move || is_given.get().then_some("Validation: as your folders say. ")}
                {move || words.get()}
                " "
                <Button testid="forget-split" class="quiet" on_press=move || edits.forget_split()>
                    {instead}
                </Button>
            </p>
        </Show>
    }
}
