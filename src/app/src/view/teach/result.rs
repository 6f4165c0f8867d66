//! What a run came to.

use std::rc::Rc;

use headstart_protocol::Figure;

use super::button::action;
use super::confusion::confusion_panel;
use super::figures::class_table;
use crate::html::{Html, IntoHtml, html, show};
use crate::state::{Page, Taught};
use crate::teach::confusion::Confusion;
use crate::wording::{counted, fixed, milliseconds, share};

/// The last result; nothing before the first.
pub(super) fn result_panel() -> Html {
    let page = Page::here();
    (move || page.teach.result.get().map(|taught| shown(&taught))).into_html()
}

fn shown(taught: &Rc<Taught>) -> Html {
    let page = Page::here();
    let result = &taught.result;
    let accuracy = result.accuracy();
    let has_answers = !result.answers.is_empty();
    let confusion = Confusion::new(taught.classes.len(), taught.answers());
    let names: Vec<_> = taught.classes.iter().map(|class| class.1.clone()).collect();
    let classes = names.iter().cloned().zip(result.classes.iter().copied()).collect::<Vec<_>>();
    html! {
        <section
            class="panel result"
            aria-labelledby="result-title"
            data-testid="result"
            data-model="transfer"
            data-accuracy={accuracy.map(|accuracy| fixed(accuracy, 6))}
            data-validated-on={result.validated_on.to_string()}
            data-seconds={fixed(result.seconds, 3)}
            data-figure={kind(result.figure)}
        >
            <h2 id="result-title">"Result"</h2>
            {show(move || page.teach.stale.get(), move || html! {
                <p class="honesty" data-testid="stale">
                    "Photos or classes changed since this run. "
                    {action("train-again", "Train again", move || page.train(false)).class("quiet")}
                </p>
            })}
            <div class="verdicts">
                {accuracy.map(|accuracy| html! { <p class="accuracy">{share(accuracy)}<span>" right"</span></p> })}
                <p class="accuracy-words">{words(taught)}</p>
            </div>
            {has_answers.then(|| confusion_panel(confusion, names))}
            {has_answers.then(|| class_table(classes))}
        </section>
    }
}

fn kind(figure: Figure) -> &'static str {
    match figure {
        Figure::CrossValidated { .. } => "cross-validated",
        Figure::HeldOut => "held-out",
        Figure::Missing => "missing",
    }
}

/// What the figure means and how far it can be trusted.
fn words(taught: &Taught) -> String {
    let result = &taught.result;
    let photos = counted(result.validated_on as usize, "photo");
    let (low, high) = result.interval;
    let interval =
        format!("With 95 % certainty it lies between {} and {} for photos like yours.", share(low), share(high));
    let took = milliseconds(result.seconds * 1000.0);
    let trained_on = counted(taught.photos.len(), "photo");
    match (result.figure, result.accuracy()) {
        (Figure::CrossValidated { folds }, Some(_)) => format!(
            "Cross-validated: each of your {photos} was left out once, in {folds} turns, and answered by a head that had not seen it. \
             {interval} The head in use was then trained on all {trained_on}, in {took}."
        ),
        (Figure::HeldOut, Some(_)) => {
            format!("Measured on {photos} that were set aside and never trained on. {interval} The run took {took}.")
        }
        _ if result.stopped => format!(
            "The head works, but the run was stopped before it could be checked on photos that it had not seen, so no figure would be \
             honest. It was trained on {trained_on}."
        ),
        _ => format!(
            "The head works, but with so few photos none could be left out to check it, so no figure would be honest. It was trained \
             on {trained_on} in {took}. Add photos to each class to get a figure."
        ),
    }
}
