//! Answers: a bar a class, of the built-in head and of the visitor's own.

use crate::html::{Html, html};
use crate::state::{Answer, HeadAnswer};
use crate::wording::{class_title, device, fixed, milliseconds, percent};

/// All answers to one photo, that of the visitor's own head first; `testid` names the built-in one's, `name` is the
/// photo's. The verdicts may be headings, to jump from photo to photo.
pub(super) fn answers(answer: &Answer, testid: &'static str, name: &str, headings: bool) -> Html {
    let (built_in, own, scratch) = (&answer.built_in, answer.own.as_ref(), answer.scratch.as_ref());
    let has_other = own.is_some() || scratch.is_some();
    let by = has_other.then(|| format!("Built in, on VGG16 · {}", milliseconds(built_in.ms())));
    let own = own.map(|own| said(own, "own-prediction", name, Some("Your head".to_owned()), headings));
    let scratch = scratch.map(|scratch| {
        let by = format!("CNN from scratch · {}", milliseconds(scratch.ms()));
        said(scratch, "scratch-prediction", name, Some(by), false)
    });
    html! { <div class="answers">{own} {said(built_in, testid, name, by, headings)} {scratch}</div> }
}

/// One answer; `by` says whose it is.
fn said(answer: &HeadAnswer, testid: &'static str, name: &str, by: Option<String>, heading: bool) -> Html {
    html! {
        <div
            data-testid={testid}
            data-label={answer.label().to_owned()}
            data-confidence={figure(answer.confidence())}
            data-ms={fixed(answer.ms(), 1)}
            data-name={name.to_owned()}
        >
            {by.map(|by| html! { <p class="answer-by">{by}</p> })}
            {verdict(answer, heading)}
        </div>
    }
}

fn verdict(answer: &HeadAnswer, heading: bool) -> Html {
    let (words, unsure) = (answer.verdict(), !answer.is_sure());
    html! {
        {if heading {
            html! { <h3 class="verdict" class:unsure={unsure}>{words}</h3> }
        } else {
            html! { <p class="verdict" class:unsure={unsure}>{words}</p> }
        }}
        {bars(answer)}
    }
}

/// One bar a class, in the head's order.
fn bars(answer: &HeadAnswer) -> Html {
    let bars = answer
        .classes()
        .map(|(name, probability, wins)| {
            let title = class_title(name);
            let width = format!("{}%", fixed(f64::from(probability) * 100.0, 2));
            html! {
                <li class="bar" class:wins={wins}>
                    <span class="bar-name">{title.clone()}</span>
                    <span
                        class="bar-track"
                        role="meter"
                        aria-label={title}
                        aria-valuemin="0"
                        aria-valuemax="1"
                        aria-valuenow={fixed(probability.into(), 4)}
                        aria-valuetext={percent(probability)}
                    >
                        <span class="bar-fill" style:width={width}></span>
                    </span>
                    <span class="bar-value" aria-hidden="true">{percent(probability)}</span>
                </li>
            }
        })
        .collect::<Html>();
    html! { <ul class="bars">{bars}</ul> }
}

/// How long it took and where.
pub(super) fn took(answer: &Answer) -> String {
    format!("{} on {}", milliseconds(answer.first().ms()), device(answer.backend))
}

/// A probability for `data-confidence`.
fn figure(probability: f32) -> String {
    fixed(probability.into(), 6)
}
