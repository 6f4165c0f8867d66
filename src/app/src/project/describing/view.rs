//! How far the engine is with the photos, and what else goes on.

use leptos::prelude::*;

use super::Describer;
use super::progress::Progress;
use crate::project::busy::Busy;
use crate::status::EngineStatus;
use crate::wording::counted;

/// A progress bar while photos are described, and what is read, written or drawn.
#[component]
pub(crate) fn DescribingView() -> impl IntoView {
    let busy = expect_context::<Busy>();
    let status = expect_context::<EngineStatus>();
    let progress = expect_context::<Describer>().progress;
    let is_ready = Memo::new(move |_| status.phase.with(|phase| phase.ready().is_some()));
    let words = move || {
        progress.with(|progress| {
            if is_ready.get() {
                progress.words()
            } else {
                format!("{} waiting for the engine", counted(progress.of - progress.done, "photo"))
            }
        })
    };
    view! {
        <Show when=move || progress.with(Progress::is_busy)>
            <div class="teach-progress">
                <progress
                    aria-label="Photos looked at"
                    max=move || progress.with(|progress| progress.of)
                    value=move || progress.with(|progress| progress.done)
                ></progress>
                <p>{words}</p>
            </div>
        </Show>
        <p class="teach-busy" role="status" data-testid="busy">
            {move || busy.words.get()}
        </p>
    }
}
