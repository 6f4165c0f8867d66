//! Training the base's last block too: how the run goes, and what it came to.

use leptos::html::Div;
use leptos::prelude::*;

use super::run::{RunState, RunStatus};
use super::taught::Tuned;
use super::train_panel::RunProgress;
use super::training::Training;
use super::tuning::Step;
use crate::ui::{Button, FailureText, reveal_when};
use crate::wording::{counted, milliseconds, seconds_left, share};

/// The last block, once there is a head.
#[component]
pub(super) fn TuningPanel() -> impl IntoView {
    let training = expect_context::<Training>();
    let tuning = training.tuning;
    let status = tuning.run.status();
    let state = Memo::new(move |_| status.with(|status| status.state.clone()));
    let is_on = Memo::new(move |_| state.with(RunState::is_on));
    let step = tuning.step;
    // What the head in use came to where nothing was tried since, after a reload for instance.
    let shown = Memo::new(move |_| {
        let of_head = || training.result.with(|taught| taught.as_ref().and_then(|taught| taught.tuned));
        if is_on.get() { None } else { tuning.outcome.get().or_else(of_head) }
    });
    let told = move || match step.get() {
        Some(Step::Training(progress)) if is_on.get() => Some(progress),
        _ => None,
    };
    let tuned_accuracy = move || match shown.get() {
        Some(tuned) => Some(tuned.comparison.tuned_accuracy()),
        None => told()?.latest?.val_accuracy,
    };
    let frozen_accuracy = move || match shown.get() {
        Some(tuned) => Some(tuned.comparison.frozen_accuracy()),
        None => told()?.frozen_accuracy,
    };
    let figure = |figure: Option<f64>| figure.map(|figure| format!("{figure:.6}"));
    let cannot = Signal::derive(move || training.is_on().get() || !training.has_head());
    let now = NodeRef::<Div>::new();
    reveal_when(now, move || is_on.get());
    reveal_when(now, move || state.with(|state| state.failure().is_some()));
    view! {
        <fieldset
            class="tuning"
            data-testid="tuning"
            data-state=move || state.with(|state| name(state, step.get(), shown.get()))
            data-epoch=move || status.with(|status| status.done.to_string())
            data-epochs=move || status.with(|status| status.of.to_string())
            data-accuracy=move || figure(tuned_accuracy())
            data-frozen-accuracy=move || figure(frozen_accuracy())
            data-helped=move || shown.get().map(|tuned| tuned.comparison.helped().to_string())
            data-seconds-left=move || told().and_then(|far| far.seconds_left).map(|left| format!("{left:.0}"))
        >
            <legend>"Fine-tuning"</legend>
            <p class="hint">
                "The head stands on a base that stays frozen. Its last block, 7 million parameters, can be trained on your photos \
                 too. That takes minutes; how many is measured first. The page stays usable, but answers come more slowly \
                 meanwhile."
            </p>
            <div class="class-buttons">
                <Button testid="tune" disabled=cannot on_press=move || training.tune()>
                    "Train the last block too"
                </Button>
                <Button
                    testid="stop-tuning"
                    disabled=Signal::derive(move || !is_on.get())
                    on_press=move || training.stop()
                >
                    "Stop"
                </Button>
            </div>
            <div class="training-now" node_ref=now>
                <RunProgress label="Training the last block" status=status />
                <p class="training-words">
                    {move || status.with(|status| words(status, step.get(), training.has_head()))}
                </p>
                {move || state.with(RunState::failure).map(|failure| view! { <FailureText failure=failure /> })}
                {move || shown.get().map(|tuned| view! { <p class="accuracy-words">{outcome(&tuned)}</p> })}
            </div>
        </fieldset>
    }
}

/// The name in `data-state`.
fn name(state: &RunState, step: Option<Step>, shown: Option<Tuned>) -> &'static str {
    match (state, step) {
        (RunState::Running, Some(Step::Training(far))) if far.seconds_left.is_some() => "running",
        (RunState::Waiting | RunState::Running, _) => "measuring",
        (RunState::Idle, _) if shown.is_some() => "done",
        (RunState::Failed(_), _) => "failed",
        (RunState::Idle | RunState::Stopped | RunState::Done, _) => state.name(),
    }
}

/// What the run does, in words; none where it is over with a result.
fn words(status: &RunStatus, step: Option<Step>, has_head: bool) -> String {
    match (&status.state, step) {
        (RunState::Idle, _) if !has_head => "Train a head first.".to_owned(),
        (RunState::Idle | RunState::Done, _) => String::new(),
        (RunState::Waiting, _) => "It starts as soon as the engine is ready and has looked at every photo.".to_owned(),
        (RunState::Running, None) => "Starting".to_owned(),
        (RunState::Running, Some(Step::Looking(done, of))) => {
            format!("Running your photos through the frozen layers: {done} of {of}")
        }
        (RunState::Running, Some(Step::Training(far))) => {
            let Some(left) = far.seconds_left else {
                return "Timing the first steps, to say how long it takes".to_owned();
            };
            let accuracy = far.latest.and_then(|epoch| epoch.val_accuracy);
            let accuracy = accuracy.map_or_else(String::new, |known| format!(", validation accuracy {}", share(known)));
            format!("Epoch {} of {}{accuracy}: {}", (far.done + 1).min(far.of), far.of, seconds_left(left))
        }
        (RunState::Stopped, _) if status.of == 0 || status.latest.is_none() => {
            "Stopped before the first epoch was over. The head is still in use as it was.".to_owned()
        }
        (RunState::Stopped, _) => "Stopped. Of the epochs so far the best was taken.".to_owned(),
        (RunState::Failed(_), _) => "The head is still in use as it was.".to_owned(),
    }
}

/// Which of the two heads is better, and how that is known.
fn outcome(tuned: &Tuned) -> String {
    let comparison = tuned.comparison;
    let photos = counted(comparison.validated_on as usize, "held-out photo");
    let [trained, frozen] = [comparison.tuned_accuracy(), comparison.frozen_accuracy()].map(share);
    let crossed = tuned.cross_validated.map_or_else(String::new, |accuracy| {
        format!(" Cross-validated over all photos, the head on the frozen base has {}.", share(accuracy))
    });
    let took = milliseconds(comparison.seconds * 1000.0);
    let both =
        format!("with the block trained {trained} of {photos} were answered rightly, on the frozen base {frozen}");
    let verdict = match (comparison.helped(), comparison.tuned_right > comparison.frozen_right) {
        (true, true) => "It helped: the head with its block is in use.",
        (true, false) => {
            "As many answers are right, and they are surer: the head with its block is in use. Whether it is better, so few \
             photos do not say."
        }
        (false, _) => "It did not help, so the head on the frozen base stays in use. With more photos it may.",
    };
    format!("After {took}, {both}. {verdict}{crossed}")
}

#[cfg(test)]
mod tests {
    use headstart_protocol::{Epoch, Failure, TuningComparison, TuningProgress};

    use super::*;
    use crate::error::PageError;

    fn tuned(tuned_right: u32, tuned_loss: f64) -> Tuned {
        let (validated_on, frozen_right, frozen_loss, seconds) = (20, 18, 0.2, 90.0);
        let comparison = TuningComparison { validated_on, frozen_right, tuned_right, frozen_loss, tuned_loss, seconds };
        Tuned { comparison, cross_validated: Some(0.94) }
    }

    #[test]
    fn it_is_said_whether_it_helped_and_how_that_is_known() {
        let better = outcome(&tuned(19, 0.5));
        assert!(better.starts_with(
            "After 90.0 s, with the block trained 95.0 % of 20 held-out photos were answered rightly, on the frozen base 90.0 %."
        ));
        assert!(
            better.contains("It helped") && better.ends_with("the head on the frozen base has 94.0 %."),
            "{better}"
        );
        assert!(outcome(&tuned(18, 0.1)).contains("they are surer"));
        assert!(outcome(&tuned(18, 0.3)).contains("It did not help"));
        let alone = outcome(&Tuned { cross_validated: None, ..tuned(17, 0.1) });
        assert!(alone.ends_with("With more photos it may."), "{alone}");
    }

    #[test]
    fn a_time_is_told_once_it_is_measured() {
        let far =
            |seconds_left, latest| TuningProgress { done: 1, of: 10, seconds_left, frozen_accuracy: None, latest };
        let running = RunStatus { state: RunState::Running, of: 10, ..RunStatus::default() };
        let epoch =
            Epoch { epoch: 1, loss: 0.5, accuracy: 0.5, val_loss: Some(0.5), val_accuracy: Some(0.9), seconds: 9.0 };
        let (timing, timed) = (Step::Training(far(None, None)), Step::Training(far(Some(120.0), Some(epoch))));
        assert!(words(&running, Some(timing), true).starts_with("Timing the first steps"));
        let said = words(&running, Some(timed), true);
        assert_eq!(said, "Epoch 2 of 10, validation accuracy 90.0 %: about 2 minutes left");
        let name = |state, step| name(&state, step, None);
        assert_eq!(
            [name(RunState::Running, Some(timing)), name(RunState::Running, Some(timed))],
            ["measuring", "running"]
        );
        assert_eq!(name(RunState::Failed(Failure::TooManyToTune { most: 3 }.into()), None), "failed");
        assert_eq!([name(RunState::Idle, None), name(RunState::Waiting, None)], ["idle", "measuring"]);
        assert_eq!(super::name(&RunState::Idle, None, Some(tuned(19, 0.5))), "done");
    }

    #[test]
    fn a_run_that_came_to_nothing_says_that_the_head_stays() {
        let status = |state| RunStatus { state, ..RunStatus::default() };
        assert!(words(&status(RunState::Stopped), None, true).contains("before the first epoch"));
        assert!(words(&status(RunState::Failed(PageError::TrainingLost)), None, true).contains("still in use"));
        assert_eq!(words(&status(RunState::Idle), None, false), "Train a head first.");
    }
}
