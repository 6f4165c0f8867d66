//! Starting and stopping a run, and watching it.

use super::button::{action, check, refusal};
use super::curves::curves_panel;
use super::scratch::scratch_panel;
use super::settings::settings;
use crate::html::{Html, html, show};
use crate::signal::{Memo, RwSignal};
use crate::state::{Page, Run, RunState};
use crate::wording::fixed;

/// The training panel.
pub(super) fn train_panel() -> Html {
    let page = Page::here();
    let run = page.teach.run;
    let state = Memo::new(move |_| run.with(|run| run.state.clone()));
    let is_on = Memo::new(move |_| state.with(RunState::is_on));
    let scratch = page.teach.contest.run;
    let can_stop = Memo::new(move |_| is_on.get() || scratch.with(|run| run.state.is_on()));
    let is_busy = move || is_on.get() || page.compares();
    let is_off = move || !can_stop.get();
    let too = page.teach.contest.too;
    let go_on = RwSignal::new(false);
    let has_head = Memo::new(move |_| page.has_head());
    let train_words = move || if has_head.get() { "Train again" } else { "Train" };
    let train = move || page.train(go_on.get_untracked() && has_head.get_untracked());
    let told = move |of: fn(&Run) -> Option<String>| move || run.with(of);
    html! {
        <section class="panel" aria-labelledby="train-title">
            <h2 id="train-title">"Training"</h2>
            <div
                class="training"
                data-testid="training"
                data-state={told(|run| Some(run.state.name().to_owned()))}
                data-epoch={told(|run| Some(run.done.to_string()))}
                data-epochs={told(|run| Some(run.of.to_string()))}
                data-loss={told(|run| run.latest.map(|epoch| fixed(epoch.loss, 6)))}
                data-val-accuracy={told(|run| run.latest?.val_accuracy.map(|share| fixed(share, 6)))}
            >
                <div class="class-buttons">
                    {action("train", train_words, train).class("primary").disabled(is_busy)}
                    {action("stop", "Stop", move || page.stop_training()).disabled(is_off)}
                </div>
                {check(
                    "scratch-too",
                    "Train a CNN from scratch too, to compare: up to a minute for 100 photos",
                    too,
                    move |on| too.set(on),
                )}
                {show(move || has_head.get(), move || check(
                    "continue",
                    "Go on from the present head instead of starting anew",
                    go_on,
                    move |on| go_on.set(on),
                ))}
                {show(move || is_on.get(), move || html! {
                    <progress
                        aria-label="Training"
                        max={told(|run| Some(run.of.max(1).to_string()))}
                        value={told(|run| (run.of > 0).then(|| run.done.to_string()))}
                    ></progress>
                })}
                <p class="training-words">{told(|run| Some(words(run)))}</p>
                {move || match state.get() {
                    RunState::Failed(failure) => Some(refusal(failure)),
                    _ => None,
                }}
                {curves_panel(page.teach.history, "history")}
            </div>
            {scratch_panel()}
            {settings()}
        </section>
    }
}

/// What the run does, in words.
fn words(run: &Run) -> String {
    match run.state {
        RunState::Idle => {
            "Only the head is trained: the network before it knows shapes and textures already.".to_owned()
        }
        RunState::Waiting => "Training starts as soon as every photo was looked at.".to_owned(),
        RunState::Running if run.of == 0 => "Starting".to_owned(),
        RunState::Running if !run.fitting => {
            format!("Trying out what does best: {} of {} epochs", run.done, run.of)
        }
        RunState::Running => format!("Training on all photos: {} of {} epochs", run.done, run.of),
        RunState::Stopped => "Stopped. The best head so far is in use.".to_owned(),
        RunState::Done => "Done. The new head is in use.".to_owned(),
        RunState::Failed(_) => "The head before, if there was one, is still in use.".to_owned(),
    }
}
