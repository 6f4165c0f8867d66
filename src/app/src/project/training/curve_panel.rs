//! The learning curve on the visitor's photos.

use std::sync::Arc;

use headstart_protocol::{CurveResult, Learner};
use leptos::html::Div;
use leptos::prelude::*;

use super::checkpoints::RunKind;
use super::resumed::ResumedLine;
use super::run::{RunState, RunStatus};
use super::train_panel::RunProgress;
use super::training::Training;
use crate::error::PageError;
use crate::ui::chart::LearningCurve;
use crate::ui::reveal_when;
use crate::ui::{Button, FailureText};
use crate::wording::{counted, milliseconds};

/// The panel.
#[component]
pub(crate) fn LearningCurvePanel() -> impl IntoView {
    let training = expect_context::<Training>();
    let curve = training.curve;
    let status = curve.run.status();
    let state = Memo::new(move |_| status.with(|status| status.state.clone()));
    let is_on = Memo::new(move |_| state.with(RunState::is_on));
    let now = NodeRef::<Div>::new();
    reveal_when(now, move || is_on.get());
    reveal_when(now, move || state.with(|state| state.failure().is_some()));
    view! {
        <section
            class="panel curve-panel"
            aria-labelledby="curve-title"
            data-testid="learning-curve"
            data-state=move || state.with(RunState::name)
            data-done=move || status.with(|status| status.done.to_string())
            data-of=move || status.with(|status| status.of.to_string())
            data-points=move || curve.points.with(Vec::len).to_string()
        >
            <h2 id="curve-title">"How many photos does it take?"</h2>
            <p class="hint">
                "A learning curve: heads and CNNs from scratch are trained on 1, 2, 5, 10, … of your photos a class, several times \
                 with others drawn, and validated on the same held-out photos. It takes up to four minutes and can be stopped; the \
                 page stays usable."
            </p>
            <div class="class-buttons">
                <Button testid="draw-curve" disabled=training.is_on() on_press=move || curve.draw()>
                    "Draw the learning curve"
                </Button>
                <Button testid="stop-curve" disabled=Signal::derive(move || !is_on.get()) on_press=move || curve.stop()>
                    "Stop"
                </Button>
            </div>
            <div class="training-now" node_ref=now>
                <RunProgress label="Measuring the learning curve" status=status />
                <Show when=move || is_on.get()>
                    <p class="training-words">{move || status.with(words)}</p>
                </Show>
                <ResumedLine kind=RunKind::Curve status=status />
                {move || state.with(RunState::failure).map(|failure| view! { <FailureText failure=failure /> })}
            </div>
            <LearningCurve points=curve.points />
            {move || curve.result.get().map(|result| view! { <Ended result=result /> })}
        </section>
    }
}

/// What the run does, in words.
fn words(status: &RunStatus) -> String {
    match status.state {
        RunState::Waiting => "It starts as soon as the engine is ready and has looked at every photo.".to_owned(),
        _ if status.of == 0 => "Handing over the photos".to_owned(),
        _ => format!("{} of {} draws", status.done, status.of),
    }
}

/// What the curve was measured on, and what is missing of it; nothing where nothing was measured.
#[component]
fn Ended(
    /// The curve.
    result: Arc<CurveResult>,
) -> impl IntoView {
    // Where nothing was measured at all, the failure stands above.
    (!result.points.is_empty()).then(|| {
        let failures = result.failures.iter().map(|(learner, failure)| {
            let who = match learner {
                Learner::Transfer => "The heads",
                Learner::Scratch => "The CNNs",
            };
            let words = format!("{who} could not be trained to the end: {}", PageError::from(failure.clone()));
            view! { <p class="honesty">{words}</p> }
        });
        view! {
            <p class="accuracy-words">{measured(&result)}</p>
            {failures.collect_view()}
        }
    })
}

/// What the curve was measured on.
fn measured(result: &CurveResult) -> String {
    let photos = counted(result.held_out as usize, "held-out photo");
    let took = milliseconds(result.seconds * 1000.0);
    let cut = match (result.stopped, result.out_of_time) {
        (true, _) => " It was stopped: some points have fewer draws, or are missing.",
        (_, true) => " Its time was over before all draws were done: some points have fewer of them.",
        _ => "",
    };
    format!("Validated on {photos}, in {took}.{cut}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said() {
        let mut result = CurveResult {
            points: Vec::new(),
            held_out: 5,
            stopped: false,
            out_of_time: false,
            failures: Vec::new(),
            seconds: 2.5,
        };
        assert_eq!(measured(&result), "Validated on 5 held-out photos, in 2.5 s.");
        result.out_of_time = true;
        assert!(measured(&result).contains("Its time was over"));
        result.stopped = true;
        assert!(measured(&result).contains("It was stopped"));
    }
}
