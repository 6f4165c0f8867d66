//! What a run came to.

use std::sync::Arc;

use headstart_protocol::{FEWEST_CALIBRATED, ValidatedBy};
use leptos::html::Section;
use leptos::prelude::*;

use super::class_table::ClassTable;
use super::confusion::Confusion;
use super::confusion_matrix::ConfusionMatrix;
use super::taught::Taught;
use super::training::Training;
use crate::project::album::{Album, folder};
use crate::ui::chart::ReliabilityDiagram;
use crate::ui::{Button, reveal_when};
use crate::wording::{counted, fixed, milliseconds, share};

/// The last result; nothing before the first. It comes into view when a run ends.
#[component]
pub(crate) fn ResultPanel() -> impl IntoView {
    let training = expect_context::<Training>();
    let album = expect_context::<Album>();
    let place = NodeRef::new();
    // Done, or stopped with the best head so far.
    reveal_when(place, move || training.has_ended());
    move || {
        training.result.get().map(|taught| {
            view! { <HeadResult taught=taught stale=album.changed on_train_again=move || training.train(false) place=place /> }
        })
    }
}

/// A head's result.
#[component]
pub(super) fn HeadResult(
    /// What the run came to.
    taught: Arc<Taught>,
    /// Whether photos or classes changed since.
    #[prop(into)]
    stale: Signal<bool>,
    /// What is to be done about that.
    #[prop(into)]
    on_train_again: Callback<()>,
    /// Where it stands on the page.
    place: NodeRef<Section>,
) -> impl IntoView {
    let result = &taught.result;
    let accuracy = result.accuracy();
    let names: Vec<_> = taught.classes.iter().map(|class| class.1.clone()).collect();
    let details = (!result.answers.is_empty()).then(|| {
        let confusion = Confusion::new(taught.classes.len(), taught.answers());
        let figures = names.iter().cloned().zip(result.classes.iter().copied()).collect();
        view! {
            <ConfusionMatrix confusion=confusion names=names />
            <ClassTable classes=figures />
        }
    });
    view! {
        <section
            class="panel result"
            aria-labelledby="result-title"
            node_ref=place
            data-testid="result"
            data-model=if taught.tuned.is_some() { "tuned" } else { "transfer" }
            data-accuracy=accuracy.map(|accuracy| format!("{accuracy:.6}"))
            data-validated-on=result.validated_on.to_string()
            data-seconds=format!("{:.3}", result.seconds)
            data-figure=name_of(result.validated_by)
        >
            <h2 id="result-title">"Result"</h2>
            <Show when=move || stale.get()>
                <p class="honesty" data-testid="stale">
                    "Photos or classes changed since this run. "
                    <Button testid="train-again" class="quiet" on_press=move || on_train_again.run(())>
                        "Train again"
                    </Button>
                </p>
            </Show>
            <div class="verdicts">
                {accuracy.map(|accuracy| view! { <Accuracy what="Validation accuracy" accuracy=accuracy /> })}
                <p class="accuracy-words">{words(&taught)}</p>
            </div>
            {details}
            <HowSure taught=taught.clone() />
        </section>
    }
}

/// How far the head's confidence can be believed.
#[component]
fn HowSure(
    /// What the run came to.
    taught: Arc<Taught>,
) -> impl IntoView {
    let diagram = taught.result.calibration.as_ref().map(|calibration| {
        view! { <ReliabilityDiagram reliability=calibration.reliability /> }
    });
    view! {
        <section
            class="how-sure"
            data-testid="how-sure"
            data-temperature=taught.result.summary.temperature.map(|found| fixed(found, 4))
        >
            <h3>"How sure it may be"</h3>
            <p>{sureness(&taught)}</p>
            {diagram}
        </section>
    }
}

/// An accuracy, large.
#[component]
pub(super) fn Accuracy(
    /// Which accuracy it is.
    what: &'static str,
    /// From 0 to 1.
    accuracy: f64,
) -> impl IntoView {
    view! {
        <p class="accuracy">
            <span>{what}" "</span>
            {share(accuracy)}
        </p>
    }
}

/// The name in `data-figure`.
fn name_of(validated_by: ValidatedBy) -> &'static str {
    match validated_by {
        ValidatedBy::CrossValidation { .. } => "cross-validated",
        ValidatedBy::HeldOut => "held-out",
        ValidatedBy::Nothing => "missing",
    }
}

/// What the accuracy means and how far it can be trusted.
fn words(taught: &Taught) -> String {
    let result = &taught.result;
    let photos = counted(result.validated_on as usize, "photo");
    let (low, high) = result.interval;
    let interval =
        format!("The 95 % confidence interval, for photos like yours, is {} to {}.", share(low), share(high));
    let took = milliseconds(result.seconds * 1000.0);
    let trained_on = counted(result.summary.trained_on as usize, "photo");
    let given = taught.split.as_ref().map(|split| folder(split.part));
    match (result.validated_by, result.accuracy(), given) {
        (ValidatedBy::CrossValidation { folds }, Some(_), _) => format!(
            "Cross-validated over {folds} folds: each of your {photos} was held out once and answered by a head that had not \
             seen it. {interval} The head in use was then trained on all {trained_on}, in {took}."
        ),
        (ValidatedBy::HeldOut, Some(_), Some(folder)) => format!(
            "Measured on {photos} of your {folder}, none of which was trained on; they chose the epoch, {}. {interval} The \
             head was trained on {trained_on}, in {took}.",
            result.best_epoch
        ),
        (ValidatedBy::HeldOut, Some(_), None) if taught.tuned.is_some() => format!(
            "Measured on {photos} that neither the head nor the last block was trained on; they chose the epoch, {}. {interval} \
             Both were trained on {trained_on}, in {took}.",
            result.best_epoch
        ),
        (ValidatedBy::HeldOut, Some(_), None) => {
            format!("Measured on {photos} that were held out and never trained on. {interval} The run took {took}.")
        }
        (_, _, Some(folder)) => format!(
            "The head works, but the one that it went on from may have been trained on the photos of your {folder}, so there \
             is no honest validation accuracy. It was trained on {trained_on} in {took}. Train from random weights to get one."
        ),
        _ if result.stopped => format!(
            "The head works, but the run was stopped before its validation was over, so there is no honest validation \
             accuracy. It was trained on {trained_on}."
        ),
        _ => format!(
            "The head works, but with so few photos none could be held out, so there is no honest validation accuracy. It \
             was trained on {trained_on} in {took}. Add photos to each class to get one."
        ),
    }
}

/// What was done about the head's confidence, and what it rests on.
fn sureness(taught: &Taught) -> String {
    let result = &taught.result;
    let photos = counted(result.validated_on as usize, "photo");
    match result.summary.temperature {
        Some(temperature) => format!(
            "Its logits were divided by the temperature {}, fitted on the answers to {photos} that had not been trained on, so that \
             of the answers given with 90 % about nine in ten are right. The answers themselves stay the same. With few photos no \
             answer gets close to 100 %.",
            fixed(temperature, 2)
        ),
        None if (result.validated_on as usize) < FEWEST_CALIBRATED => format!(
            "Too few photos were held out to say whether its confidence can be believed: {}, and it takes {FEWEST_CALIBRATED}. Take it as an \
             order of likelihood, not as a chance.",
            result.validated_on
        ),
        None => "It was trained by an earlier release, which did not adjust its confidence. Train again to have it adjusted.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use headstart_protocol::Part;

    use super::super::taught::GivenSplit;
    use super::super::taught::tests::taught;
    use super::*;

    #[test]
    fn an_accuracy_says_where_it_comes_from() {
        let mut taught = taught();
        let told = words(&taught);
        assert!(told.starts_with("Cross-validated over 2 folds: each of your 4 photos"), "{told}");
        assert!(told.contains("30.1 % to 95.4 %") && told.ends_with("trained on all 4 photos, in 1.2 s."), "{told}");
        taught.result.validated_by = ValidatedBy::HeldOut;
        assert!(words(&taught).starts_with("Measured on 4 photos that were held out"));
    }

    #[test]
    fn confidence_says_what_it_rests_on() {
        let mut taught = taught();
        assert!(
            sureness(&taught).starts_with("Too few photos were held out") && sureness(&taught).contains(": 4, and")
        );
        taught.result.validated_on = 40;
        assert!(sureness(&taught).contains("by an earlier release"));
        taught.result.summary.temperature = Some(1.234);
        let told = sureness(&taught);
        assert!(told.contains("temperature 1.23, fitted on the answers to 40 photos"), "{told}");
    }

    #[test]
    fn a_folder_that_validates_is_named() {
        let mut taught = taught();
        taught.split = Some(GivenSplit { part: Part::Validation, photos: vec![4, 6] });
        taught.result.validated_by = ValidatedBy::HeldOut;
        (taught.result.validated_on, taught.result.summary.trained_on) = (2, 2);
        let told = words(&taught);
        assert!(
            told.starts_with("Measured on 2 photos of your validation folder, none of which was trained on"),
            "{told}"
        );
        assert!(
            told.contains("they chose the epoch, 7.") && told.ends_with("trained on 2 photos, in 1.2 s."),
            "{told}"
        );
        // It went on from a head that had seen them.
        taught.result.validated_by = ValidatedBy::Nothing;
        taught.result.validated_on = 0;
        assert!(words(&taught).contains("may have been trained on the photos of your validation folder"));
    }

    #[test]
    fn without_held_out_photos_none_is_claimed() {
        let mut taught = taught();
        taught.result.validated_by = ValidatedBy::Nothing;
        taught.result.validated_on = 0;
        assert!(words(&taught).contains("with so few photos none could be held out"));
        taught.result.stopped = true;
        assert!(words(&taught).contains("was stopped before its validation was over"));
    }
}
