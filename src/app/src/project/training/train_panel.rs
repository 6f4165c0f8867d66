//! Starting and stopping a run, and watching it.

use leptos::prelude::*;

use super::checkpoints::RunKind;
use super::cnn_panel::CnnProgress;
use super::resumed::ResumedLine;
use super::run::{RunState, RunStatus};
use super::settings_form::SettingsForm;
use super::split_line::SplitLine;
use super::training::Training;
use crate::ui::chart::RunCharts;
use crate::ui::{Button, Check, FailureText, reveal_when};

/// The training panel.
#[component]
pub(crate) fn TrainPanel() -> impl IntoView {
    let training = expect_context::<Training>();
    let status = training.run.status();
    let state = Memo::new(move |_| status.with(|status| status.state.clone()));
    let is_busy = training.is_on();
    let can_stop = Memo::new(move |_| training.run.is_on() || training.cnn.run.is_on());
    let has_head = Memo::new(move |_| training.has_head());
    let too = training.cnn.too;
    let go_on = RwSignal::new(false);
    let train = move || training.train(go_on.get_untracked() && has_head.get_untracked());
    let now = NodeRef::<leptos::html::Div>::new();
    reveal_when(now, move || state.with(RunState::is_on));
    reveal_when(now, move || state.with(|state| state.failure().is_some()));
    view! {
        <section class="panel" aria-labelledby="train-title">
            <h2 id="train-title">"Training"</h2>
            <div
                class="training"
                data-testid="training"
                data-state=move || state.with(RunState::name)
                data-epoch=move || status.with(|status| status.done.to_string())
                data-epochs=move || status.with(|status| status.of.to_string())
                data-loss=move || status.with(|status| Some(format!("{:.6}", status.latest?.loss)))
                data-val-accuracy=move || status.with(|status| Some(format!("{:.6}", status.latest?.val_accuracy?)))
            >
                <div class="class-buttons">
                    <Button testid="train" class="primary" disabled=is_busy on_press=train>
                        {move || if has_head.get() { "Train again" } else { "Train" }}
                    </Button>
                    <Button
                        testid="stop"
                        disabled=Signal::derive(move || !can_stop.get())
                        on_press=move || training.stop()
                    >
                        "Stop"
                    </Button>
                </div>
                <Check testid="scratch-too" checked=too on_change=move |on| too.set(on)>
                    "Train a CNN from scratch too, to compare: up to a minute for 100 photos"
                </Check>
                <Show when=move || has_head.get()>
                    <Check testid="continue" checked=go_on on_change=move |on| go_on.set(on)>
                        "Go on from the present head instead of from random weights"
                    </Check>
                </Show>
                <div class="training-now" node_ref=now>
                    <RunProgress label="Training the head" status=status />
                    <p class="training-words">{move || status.with(words)}</p>
                    <ResumedLine kind=RunKind::Head status=status />
                    {move || state.with(RunState::failure).map(|failure| view! { <FailureText failure=failure /> })}
                </div>
                <RunCharts history=training.history best=best_of(training) testid="history" />
            </div>
            <CnnProgress />
            <SplitLine />
            <SettingsForm />
        </section>
    }
}

/// How far a run is, while there is something to stop.
#[component]
pub(super) fn RunProgress(
    /// What it does, for assistive technology.
    label: &'static str,
    /// The run.
    #[prop(into)]
    status: Signal<RunStatus>,
) -> impl IntoView {
    view! {
        <Show when=move || status.with(|status| status.state.is_on())>
            <progress
                aria-label=label
                max=move || status.with(|status| status.of.max(1).to_string())
                value=move || status.with(|status| (status.of > 0).then(|| status.done.to_string()))
            ></progress>
        </Show>
    }
}

/// The epoch whose head is in use, once the run is over.
fn best_of(training: Training) -> Signal<Option<u32>> {
    Signal::derive(move || {
        let is_over = !training.run.is_on();
        training.result.with(|taught| taught.as_ref().filter(|_| is_over).map(|taught| taught.result.best_epoch))
    })
}

/// What the run does, in words.
fn words(status: &RunStatus) -> String {
    let RunStatus { done, of, .. } = *status;
    match status.state {
        RunState::Idle => {
            "Only the head is trained: the base, VGG16, is frozen. It knows shapes and textures already.".to_owned()
        }
        RunState::Waiting => "Training starts as soon as the engine is ready and has looked at every photo.".to_owned(),
        RunState::Running if of == 0 => "Starting".to_owned(),
        RunState::Running if !status.fitting => format!("Cross-validation: {done} of {of} epochs"),
        RunState::Running => format!("Training the head: {done} of {of} epochs"),
        RunState::Stopped if of == 0 => {
            "Stopped before there was a head. The one before, if any, is still in use.".to_owned()
        }
        RunState::Stopped => "Stopped. The best head so far is in use.".to_owned(),
        RunState::Done => "Done. The new head is in use.".to_owned(),
        RunState::Failed(_) => "The head before, if there was one, is still in use.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_which_head_is_in_use() {
        let of = |state, of| words(&RunStatus { state, of, ..RunStatus::default() });
        assert!(of(RunState::Stopped, 0).contains("The one before"));
        assert!(of(RunState::Stopped, 9).contains("best head so far"));
        assert_eq!(of(RunState::Running, 0), "Starting");
        assert_eq!(of(RunState::Running, 9), "Cross-validation: 0 of 9 epochs");
    }
}
