//! The one line that says how far the engine is.

use headstart_protocol::{Backend, Transfer};

use crate::html::{Html, html};
use crate::signal::Memo;
use crate::state::{Page, Phase};
use crate::wording::megabytes;

/// The engine's line.
pub(super) fn engine_line() -> Html {
    let page = Page::here();
    let words = Memo::new(move |_| page.phase.with(Phase::words));
    let backend = move || page.phase.with(Phase::backend).map(Backend::name);
    let adapter = move || page.phase.with(|phase| phase.ready().map(|ready| ready.adapter.clone()));
    let workers = move || page.phase.with(|phase| phase.ready().map(|_| (1 + page.helpers.get()).to_string()));
    // What has come stays said while the device warms up, and after.
    let transfer =
        Memo::new(move |before: Option<&Option<Transfer>>| page.phase.with(transfer).or(before.copied().flatten()));
    let is_loading = Memo::new(move |_| page.phase.with(|phase| phase.name() == "loading"));

    html! {
        <div
            class="engine"
            data-testid="engine"
            data-state={move || page.phase.with(Phase::name)}
            data-backend={backend}
            data-adapter={adapter}
            data-workers={workers}
            data-loaded={move || transfer.get().map(|transfer| transfer.loaded.to_string())}
            data-total={move || transfer.get().map(|transfer| transfer.total.to_string())}
        >
            <span class="engine-dot" aria-hidden="true"></span>
            <span class="engine-words" role="status">{words}</span>
            {move || {
                is_loading.get().then(|| progress(transfer))
            }}
            {move || page.note.get().map(|note| html! { <p class="engine-note" role="status">{note}</p> })}
            {move || {
                page.phase.with(|phase| match phase {
                    Phase::Failed(failure) => {
                        let failure = failure.clone();
                        Some(
                            html! {
                                <p class="engine-failure" role="alert" data-testid="error" data-kind={failure.kind.name()}>
                                    {failure.message}
                                </p>
                                <button type="button" class="button quiet" on:click={move |_| page.try_again()}>
                                    "Try again"
                                </button>
                            },
                        )
                    }
                    _ => None,
                })
            }}
        </div>
    }
}

/// How much of the model is here; busy without a figure before and after.
fn progress(transfer: Memo<Option<Transfer>>) -> Html {
    let figures = move || {
        let known = transfer.get().filter(|transfer| transfer.total > 0);
        known.map(|Transfer { loaded, total, .. }| format!("{} of {}", megabytes(loaded), megabytes(total)))
    };
    html! {
        <progress
            class="engine-progress"
            aria-label="Model on its way"
            max={move || transfer.get().map(|transfer| transfer.total.max(1).to_string())}
            value={move || transfer.get().map(|transfer| transfer.loaded.to_string())}
        ></progress>
        <span class="engine-bytes">{figures}</span>
    }
}

fn transfer(phase: &Phase) -> Option<Transfer> {
    match phase {
        Phase::Loading(transfer) => Some(*transfer),
        _ => None,
    }
}
