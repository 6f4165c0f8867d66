//! The CNN that learns the same photos from scratch: how its run goes, and what it came to.

use std::sync::Arc;

use leptos::html::{Div, Section};
use leptos::prelude::*;

use super::checkpoints::RunKind;
use super::result_panel::Accuracy;
use super::resumed::ResumedLine;
use super::run::{RunState, RunStatus};
use super::taught::CnnTaught;
use super::train_panel::RunProgress;
use super::training::Training;
use crate::ui::FailureText;
use crate::ui::chart::RunCharts;
use crate::ui::reveal_when;
use crate::wording::{counted, milliseconds, share, thousands};

/// The run; nothing before the first.
#[component]
pub(super) fn CnnProgress() -> impl IntoView {
    let cnn = expect_context::<Training>().cnn;
    let status = cnn.run.status();
    let state = Memo::new(move |_| status.with(|status| status.state.clone()));
    let best = Signal::derive(move || cnn.result.with(|taught| taught.as_ref().map(|taught| taught.result.best_epoch)));
    let place = NodeRef::<Div>::new();
    reveal_when(place, move || state.with(|state| state.failure().is_some()));
    view! {
        <div
            class="training scratch-training"
            node_ref=place
            data-testid="scratch-training"
            data-state=move || state.with(RunState::name)
            data-epoch=move || status.with(|status| status.done.to_string())
            data-epochs=move || status.with(|status| status.of.to_string())
        >
            <ResumedLine kind=RunKind::Cnn status=status />
            <Show when=move || state.with(|state| *state != RunState::Idle)>
                <h3 class="small-title">"The CNN from scratch"</h3>
                <RunProgress label="Training the CNN from scratch" status=status />
                <p class="training-words">{move || status.with(words)}</p>
                {move || state.with(RunState::failure).map(|failure| view! { <FailureText failure=failure /> })}
                <RunCharts history=cnn.history best=best testid="scratch-history" />
            </Show>
        </div>
    }
}

/// What the run does, in words.
fn words(status: &RunStatus) -> String {
    match status.state {
        RunState::Running if status.of == 0 => "Handing it the photos".to_owned(),
        RunState::Running => {
            format!("Learning shapes and textures from random weights: epoch {} of {}", status.done, status.of)
        }
        RunState::Stopped => "Stopped.".to_owned(),
        RunState::Done => "Done.".to_owned(),
        RunState::Failed(_) => "The head and its result stand.".to_owned(),
        RunState::Idle | RunState::Waiting => String::new(),
    }
}

/// What the last run came to, beside the head on the same photos. It comes into view when the run ends.
#[component]
pub(crate) fn ScratchResultPanel() -> impl IntoView {
    let cnn = expect_context::<Training>().cnn;
    let place = NodeRef::new();
    reveal_when(place, move || cnn.result.with(Option::is_some));
    move || cnn.result.get().map(|taught| view! { <CnnResult taught=taught place=place /> })
}

/// A CNN's result.
#[component]
pub(super) fn CnnResult(
    /// What the run came to.
    taught: Arc<CnnTaught>,
    /// Where it stands on the page.
    place: NodeRef<Section>,
) -> impl IntoView {
    let result = &taught.result;
    let of_transfer = taught.transfer_accuracy();
    view! {
        <section
            class="panel result"
            aria-labelledby="scratch-title"
            node_ref=place
            data-testid="result"
            data-model="scratch"
            data-accuracy=format!("{:.6}", result.accuracy())
            data-validated-on=result.validated_on.to_string()
            data-seconds=format!("{:.3}", result.seconds)
            data-transfer-accuracy=of_transfer.map(|accuracy| format!("{accuracy:.6}"))
        >
            <h2 id="scratch-title">"The same photos, learned from scratch"</h2>
            <p class="hint">"Validation accuracy of both, on the same held-out photos"</p>
            <div class="verdicts">
                <Accuracy what="CNN from scratch" accuracy=result.accuracy() />
                {of_transfer.map(|accuracy| view! { <Accuracy what="Your head" accuracy=accuracy /> })}
            </div>
            <p class="accuracy-words">{explained(&taught)}</p>
        </section>
    }
}

/// What the accuracy means and how far it can be trusted.
fn explained(taught: &CnnTaught) -> String {
    let result = &taught.result;
    let photos = counted(result.validated_on as usize, "photo");
    let (low, high) = result.interval;
    let held_out = match taught.folds {
        Some(folds) => {
            format!("the {photos} that the first of the {folds} folds of the head’s cross-validation held out")
        }
        None => format!("the {photos} that were held out from the head as well"),
    };
    let stopped = if result.stopped { " It was stopped before its last epoch." } else { "" };
    format!(
        "Both are measured on {held_out}. The CNN was trained on the other {} in {}: {} parameters, all of them trainable, \
         from random weights, on squares of {} × {} pixels. The 95 % confidence interval of its validation accuracy, for photos like yours, \
         is {} to {}. Early stopping kept the best epoch on these photos, epoch {}, which flatters it a little.{stopped}",
        counted(result.trained_on as usize, "photo"),
        milliseconds(result.seconds * 1000.0),
        thousands(u64::from(result.parameters)),
        result.side,
        result.side,
        share(low),
        share(high),
        result.best_epoch,
    )
}
