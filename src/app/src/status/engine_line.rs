//! The one line that says how far the engine is.

use std::time::Duration;

use headstart_protocol::{Backend, Transfer};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::{EngineStatus, phase_words};
use crate::engine::Phase;
use crate::error::PageError;
use crate::wording::megabytes;

/// How long a phase may stand still.
const PATIENCE: Duration = Duration::from_secs(20);

/// The engine's line: thin, and red with the reason where the engine failed.
#[component]
pub(crate) fn EngineLine(
    /// What it tells.
    status: EngineStatus,
    /// What the visitor's “Try again” does.
    #[prop(into)]
    on_try_again: Callback<()>,
    /// How long a phase may stand still before the visitor is offered a way on.
    #[prop(default = PATIENCE)]
    patience: Duration,
) -> impl IntoView {
    let phase = status.phase;
    let stands = standing_still(phase, patience);
    let words = Memo::new(move |_| phase.with(phase_words));
    let adapter = move || phase.with(|phase| phase.ready().map(|ready| ready.adapter.clone()));
    let workers = move || status.is_ready().then(|| (1 + status.helpers.get()).to_string());
    // What has come stays said while the device warms up, and after.
    let transfer =
        Memo::new(move |before: Option<&Option<Transfer>>| phase.with(transfer_of).or(before.copied().flatten()));
    let is_loading = Memo::new(move |_| phase.with(|phase| phase.name() == "loading"));
    let awaits_host = Memo::new(move |_| phase.with(|phase| matches!(phase, Phase::Starting | Phase::Loading(_))));
    let failure = Memo::new(move |_| phase.with(failure_of));

    view! {
        <div
            class="engine"
            data-testid="engine"
            data-state=move || phase.with(Phase::name)
            data-backend=move || phase.with(Phase::backend).map(Backend::name)
            data-adapter=adapter
            data-workers=workers
            data-loaded=move || transfer.get().map(|transfer| transfer.loaded.to_string())
            data-total=move || transfer.get().map(|transfer| transfer.total.to_string())
        >
            <span class="engine-dot" aria-hidden="true"></span>
            <span class="engine-words" role="status">
                {words}
            </span>
            <Show when=move || is_loading.get()>
                <TransferProgress transfer />
            </Show>
            {move || {
                status
                    .note
                    .get()
                    .map(|note| {
                        view! {
                            <p class="engine-note" role="status">
                                {note}
                            </p>
                        }
                    })
            }}
            <Show when=move || stands.get()>
                <p class="engine-note" role="status" data-testid="stands-still">
                    "This takes longer than usual."
                    <Show when=move || {
                        awaits_host.get()
                    }>" If it stays so, the connection is bad, or the host sends less than it announces."</Show>
                </p>
                <TryAgain on_try_again />
            </Show>
            {move || failure.get().map(|failure| view! { <EngineFailure failure on_try_again /> })}
        </div>
    }
}

/// How much of the model is here; busy without a figure before and after.
#[component]
fn TransferProgress(
    /// The model on its way, once it is.
    transfer: Memo<Option<Transfer>>,
) -> impl IntoView {
    let figures = move || {
        let known = transfer.get().filter(|transfer| transfer.total > 0);
        known.map(|Transfer { loaded, total, .. }| format!("{} of {}", megabytes(loaded), megabytes(total)))
    };
    view! {
        <progress
            class="engine-progress"
            aria-label="Model on its way"
            max=move || transfer.get().map(|transfer| transfer.total.max(1).to_string())
            value=move || transfer.get().map(|transfer| transfer.loaded.to_string())
        ></progress>
        <span class="engine-bytes">{figures}</span>
    }
}

/// Why the engine does not run, and a way on.
#[component]
fn EngineFailure(
    /// What went wrong.
    failure: PageError,
    /// What “Try again” does.
    on_try_again: Callback<()>,
) -> impl IntoView {
    view! {
        <p class="engine-failure" role="alert" data-testid="error" data-kind=failure.kind().name()>
            {failure.to_string()}
        </p>
        <TryAgain on_try_again />
    }
}

/// Starts the engine anew.
#[component]
fn TryAgain(
    /// What it does.
    on_try_again: Callback<()>,
) -> impl IntoView {
    view! {
        <button type="button" class="button quiet" data-testid="try-again" on:click=move |_| on_try_again.run(())>
            "Try again"
        </button>
    }
}

/// Whether the engine has been in the same phase on the way to be ready for so long: no byte has come, either.
fn standing_still(phase: RwSignal<Phase, LocalStorage>, patience: Duration) -> ReadSignal<bool> {
    let (stands, set_stands) = signal(false);
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(timer) = timer.flatten() {
            timer.clear();
        }
        set_stands.set(false);
        let is_on_the_way = phase.with(|phase| phase.name() == "loading");
        // The view may be gone by then.
        let late = move || {
            let _ = set_stands.try_set(true);
        };
        is_on_the_way.then(|| set_timeout_with_handle(late, patience).ok()).flatten()
    });
    stands
}

fn transfer_of(phase: &Phase) -> Option<Transfer> {
    match phase {
        Phase::Loading(transfer) => Some(*transfer),
        _ => None,
    }
}

fn failure_of(phase: &Phase) -> Option<PageError> {
    match phase {
        Phase::Failed(failure) => Some(failure.clone()),
        _ => None,
    }
}
