//! Answers on the screen: a bar a class, of the built-in head, of the visitor's own and of the CNN.

use leptos::either::Either;
use leptos::prelude::*;

use super::{Acceptance, Answer, HeadAnswer};
use crate::wording::{class_title, device, milliseconds, percent};

/// All answers to one photo, that of the visitor's own head first.
#[component]
pub(crate) fn AnswerView(
    /// What is said of the photo.
    answer: Answer,
    /// The name of the built-in head's answer for the tests; the others have their own.
    testid: &'static str,
    /// The photo's name.
    #[prop(into)]
    name: String,
    /// Whether the verdicts are headings, to jump from photo to photo.
    #[prop(optional)]
    headings: bool,
) -> impl IntoView {
    let Answer { built_in, own, scratch, .. } = answer;
    let has_other = own.is_some() || scratch.is_some();
    let by = has_other.then(|| format!("Built in, on VGG16 · {}", milliseconds(built_in.ms())));
    let own = own.map(|own| {
        let by = Some("Your head".to_owned());
        view! { <HeadAnswerView answer=own testid="own-prediction" name=name.clone() by heading=headings /> }
    });
    let scratch = scratch.map(|scratch| {
        let by = Some(format!("CNN from scratch · {}", milliseconds(scratch.ms())));
        view! { <HeadAnswerView answer=scratch testid="scratch-prediction" name=name.clone() by heading=false /> }
    });
    view! { <div class="answers">{own} <HeadAnswerView answer=built_in testid name by heading=headings /> {scratch}</div> }
}

/// One answer.
#[component]
fn HeadAnswerView(
    /// What is said.
    answer: HeadAnswer,
    /// Its name for the tests.
    testid: &'static str,
    /// The photo's name.
    name: String,
    /// Whose answer it is, where there are several.
    by: Option<String>,
    /// Whether the verdict is a heading.
    heading: bool,
) -> impl IntoView {
    let acceptance = use_context().unwrap_or_else(Acceptance::new);
    let familiarity = answer.familiarity();
    let known = Memo::new(move |_| acceptance.knows(familiarity));
    let foreign = move || known.get() == Some(false);
    let (label, confidence, ms) = (answer.label().to_owned(), answer.confidence(), answer.ms());
    let bars: Vec<_> = answer.classes().map(|(name, share, wins)| (name.to_owned(), share, wins)).collect();
    let is_sure = answer.is_sure();
    let unsure = move || !is_sure || foreign();
    let words = move || answer.verdict(known.get());
    let verdict = if heading {
        Either::Left(view! {
            <h3 class="verdict" class:unsure=unsure>
                {words}
            </h3>
        })
    } else {
        Either::Right(view! {
            <p class="verdict" class:unsure=unsure>
                {words}
            </p>
        })
    };
    view! {
        <div
            data-testid=testid
            data-label=label
            data-confidence=format!("{confidence:.6}")
            data-known=move || known.get().map(|known| known.to_string())
            data-familiarity=familiarity.map(|share| format!("{share:.4}"))
            data-ms=format!("{ms:.1}")
            data-name=name
        >
            {by.map(|by| view! { <p class="answer-by">{by}</p> })}
            {verdict}
            <Show when=move || !foreign()>
                <ul class="bars">{bars.iter().map(|(name, share, wins)| bar((name, *share, *wins))).collect_view()}</ul>
            </Show>
        </div>
    }
}

/// A class's bar.
fn bar((name, probability, wins): (&str, f32, bool)) -> impl IntoView + use<> {
    let title = class_title(name);
    let width = format!("{:.2}%", probability * 100.0);
    view! {
        <li class="bar" class:wins=wins>
            <span class="bar-name">{title.clone()}</span>
            <span
                class="bar-track"
                role="meter"
                aria-label=title
                aria-valuemin="0"
                aria-valuemax="1"
                aria-valuenow=format!("{probability:.4}")
                aria-valuetext=percent(probability)
            >
                <span class="bar-fill" style:width=width></span>
            </span>
            <span class="bar-value" aria-hidden="true">
                {percent(probability)}
            </span>
        </li>
    }
}

/// How long an answer took and where.
pub(crate) fn took(answer: &Answer) -> String {
    format!("{} on {}", milliseconds(answer.first().ms()), device(answer.backend))
}
