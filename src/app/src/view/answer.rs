//! Answers: a bar a class, of the built-in head and of the visitor's own.

use leptos::prelude::*;

use crate::state::{Answer, HeadAnswer};
use crate::wording::{class_title, device, milliseconds, percent};

/// All answers to one photo, that of the visitor's own head first; `testid` names the built-in one's, `name` is the
/// photo's.
#[component]
pub(super) fn Answers<'a>(
    answer: &'a Answer,
    testid: &'static str,
    name: &'a str,
    /// Whether the verdicts are headings, to jump from photo to photo.
    #[prop(optional)]
    headings: bool,
) -> impl IntoView + use<> {
    let said = &answer.built_in;
    let own = answer.own.as_ref();
    let scratch = answer.scratch.as_ref();
    let has_other = own.is_some() || scratch.is_some();
    let scratch = scratch.map(|scratch| {
        view! {
            <div
                class="scratch-answer"
                data-testid="scratch-prediction"
                data-label=scratch.label().to_owned()
                data-confidence=figure(scratch.confidence())
                data-ms=format!("{:.1}", scratch.ms())
                data-name=name.to_owned()
            >
                <p class="answer-by">{format!("CNN from scratch · {}", milliseconds(scratch.ms()))}</p>
                <Verdict answer=scratch heading=false />
            </div>
        }
    });
    let own = own.map(|own| {
        view! {
            <div
                class="own-answer"
                data-testid="own-prediction"
                data-label=own.label().to_owned()
                data-confidence=figure(own.confidence())
                data-ms=format!("{:.1}", own.ms())
                data-name=name.to_owned()
            >
                <p class="answer-by">"Your head"</p>
                <Verdict answer=own heading=headings />
            </div>
        }
    });
    view! {
        <div class="answers">
            {own}
            <div
                data-testid=testid
                data-label=said.label().to_owned()
                data-confidence=figure(said.confidence())
                data-ms=format!("{:.1}", said.ms())
                data-name=name.to_owned()
            >
                {has_other.then(|| view! { <p class="answer-by">{format!("Built in, on VGG16 · {}", milliseconds(said.ms()))}</p> })}
                <Verdict answer=said heading=headings />
            </div>
            {scratch}
        </div>
    }
}

#[component]
fn Verdict<'a>(answer: &'a HeadAnswer, heading: bool) -> impl IntoView + use<> {
    let (words, unsure) = (answer.verdict(), !answer.is_sure());
    view! {
        {if heading {
            view! { <h3 class="verdict" class:unsure=unsure>{words}</h3> }.into_any()
        } else {
            view! { <p class="verdict" class:unsure=unsure>{words}</p> }.into_any()
        }}
        <Bars answer />
    }
}

/// One bar a class, in the head's order.
#[component]
fn Bars<'a>(answer: &'a HeadAnswer) -> impl IntoView + use<> {
    let bars = answer
        .classes()
        .map(|(name, probability, wins)| {
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
                    <span class="bar-value" aria-hidden="true">{percent(probability)}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="bars">{bars}</ul> }
}

/// How long it took and where.
pub(super) fn took(answer: &Answer) -> String {
    format!("{} on {}", milliseconds(answer.first().ms()), device(answer.backend))
}

/// A probability for `data-confidence`.
fn figure(probability: f32) -> String {
    format!("{probability:.6}")
}
