//! The CNN that learns the same photos from scratch: how its run goes, and what it came to.

use headstart_protocol::{Figure, ScratchResult};

use super::button::refusal;
use super::curves::curves_panel;
use crate::html::{Html, IntoHtml, html, show};
use crate::signal::Memo;
use crate::state::{Page, Run, RunState, ScratchTaught};
use crate::wording::{counted, fixed, milliseconds, share, thousands};

/// The run; nothing before the first.
pub(super) fn scratch_panel() -> Html {
    let contest = Page::here().teach.contest;
    let run = contest.run;
    let state = Memo::new(move |_| run.with(|run| run.state.clone()));
    let told = move |of: fn(&Run) -> String| move || run.with(of);
    html! {
        <div
            class="training scratch-training"
            data-testid="scratch-training"
            data-state={told(|run| run.state.name().to_owned())}
            data-epoch={told(|run| run.done.to_string())}
            data-epochs={told(|run| run.of.to_string())}
        >
            {show(move || state.with(|state| *state != RunState::Idle), move || html! {
                <h3 class="small-title">"The CNN from scratch"</h3>
                {show(move || state.with(RunState::is_on), move || html! {
                    <progress
                        aria-label="Training the CNN"
                        max={told(|run| run.of.max(1).to_string())}
                        value={move || run.with(|run| (run.of > 0).then(|| run.done.to_string()))}
                    ></progress>
                })}
                <p class="training-words">{told(words)}</p>
                {move || match state.get() {
                    RunState::Failed(failure) => Some(refusal(failure)),
                    _ => None,
                }}
                {curves_panel(contest.history, "scratch-history")}
            })}
        </div>
    }
}

/// What the run does, in words.
fn words(run: &Run) -> String {
    match run.state {
        RunState::Running if run.of == 0 => "Handing it the photos".to_owned(),
        RunState::Running => format!("Learning shapes and textures from nothing: epoch {} of {}", run.done, run.of),
        RunState::Stopped => "Stopped.".to_owned(),
        RunState::Done => "Done.".to_owned(),
        RunState::Failed(_) => "The head and its result stand.".to_owned(),
        RunState::Idle | RunState::Waiting => String::new(),
    }
}

/// What the last run came to, beside the head on the same photos.
pub(super) fn scratch_result_panel() -> Html {
    let page = Page::here();
    (move || page.teach.contest.result.get().map(|taught| shown(&taught))).into_html()
}

fn shown(taught: &ScratchTaught) -> Html {
    let page = Page::here();
    let result = &taught.result;
    let of_transfer = taught.transfer_right.map(|right| f64::from(right) / f64::from(result.validated_on.max(1)));
    let folds = page.teach.result.with_untracked(|taught| match taught.as_ref().map(|taught| taught.result.figure) {
        Some(Figure::CrossValidated { folds }) => Some(folds),
        _ => None,
    });
    html! {
        <section
            class="panel result"
            aria-labelledby="scratch-title"
            data-testid="result"
            data-model="scratch"
            data-accuracy={fixed(result.accuracy(), 6)}
            data-validated-on={result.validated_on.to_string()}
            data-seconds={fixed(result.seconds, 3)}
            data-transfer-accuracy={of_transfer.map(|accuracy| fixed(accuracy, 6))}
        >
            <h2 id="scratch-title">"The same photos, learnt from scratch"</h2>
            <div class="verdicts">
                <p class="accuracy">{share(result.accuracy())}<span>" right, the CNN from scratch"</span></p>
                {of_transfer
                    .map(|accuracy| html! { <p class="accuracy">{share(accuracy)}<span>" right, your head"</span></p> })}
            </div>
            <p class="accuracy-words">{explained(result, folds)}</p>
        </section>
    }
}

/// What the figure means and how far it can be trusted.
fn explained(result: &ScratchResult, folds: Option<u32>) -> String {
    let photos = counted(result.validated_on as usize, "photo");
    let (low, high) = result.interval;
    let set_aside = match folds {
        Some(folds) => format!("the {photos} of the first of the head’s {folds} turns, which it had left out too"),
        None => format!("the {photos} that were set aside for the head as well"),
    };
    let stopped = if result.stopped { " It was stopped before its last epoch." } else { "" };
    format!(
        "Both are measured on the same photos: {set_aside}. The CNN learnt from the other {} in {}, all of its {} numbers from \
         random ones, on squares of {} pixels; no photo counts for its figure that it was trained on. With 95 % certainty its \
         share lies between {} and {} for photos like yours. Of its epochs the best on these photos (number {}) was kept, which \
         flatters it a little.{stopped}",
        counted(result.trained_on as usize, "photo"),
        milliseconds(result.seconds * 1000.0),
        thousands(u64::from(result.parameters)),
        result.side,
        share(low),
        share(high),
        result.best_epoch,
    )
}
