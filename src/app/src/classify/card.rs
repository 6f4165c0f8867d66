//! One photo with what became of it.

use leptos::either::EitherOf3;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::File;

use super::{AskedPhoto, Outcome};
use crate::answer::{Answer, AnswerView, Distorter, Explainer, Harder, Why, took};
use crate::error::PageError;
use crate::ui::photo_address;
use crate::wording::milliseconds;

/// A photo's card in the list of answers.
#[component]
pub(crate) fn PhotoCard(
    /// The photo.
    photo: AskedPhoto,
) -> impl IntoView {
    let AskedPhoto { name, file, outcome, .. } = photo;
    let photo = file.clone();
    let body = move || match outcome.get() {
        Outcome::Waiting => EitherOf3::A(view! { <Waiting name=name.clone() /> }),
        Outcome::Answered(answer) => EitherOf3::B(view! { <Answered name=name.clone() answer file=photo.clone() /> }),
        Outcome::Failed(failure) => EitherOf3::C(view! { <Failed name=name.clone() failure /> }),
    };
    view! {
        <li class="card">
            <Thumbnail file />
            {body}
        </li>
    }
}

/// A photo that has no answer yet.
#[component]
fn Waiting(
    /// The photo's name.
    name: String,
) -> impl IntoView {
    let title = name.clone();
    view! {
        <div class="card-body" data-testid="waiting" data-name=name>
            <p class="card-name">{title}</p>
            <p class="card-waiting">"Waiting for its turn"</p>
            <div class="ghost" aria-hidden="true"></div>
        </div>
    }
}

/// A photo with its answers.
#[component]
fn Answered(
    /// The photo's name.
    name: String,
    /// What is said of it.
    answer: Answer,
    /// The photo's file, where it is one.
    file: Option<SendWrapper<File>>,
) -> impl IntoView {
    let with_cnn = answer.scratch.is_some();
    let harder = file.clone().zip(use_context::<Distorter>());
    let harder = harder.map(|(file, distorter)| view! { <Harder file distorter /> });
    let why = file.zip(use_context::<Explainer>()).map(|(file, explainer)| view! { <Why file explainer with_cnn /> });
    let read = format!(" · read in {}", milliseconds(answer.decode_ms));
    let took = took(&answer);
    view! {
        <div class="card-body">
            <p class="card-name">{name.clone()}</p>
            <AnswerView answer testid="prediction" name headings=true />
            <p class="card-took">{took} <span>{read}</span></p>
            <div class="card-asides">{why} {harder}</div>
        </div>
    }
}

/// A photo that cannot be answered.
#[component]
fn Failed(
    /// The photo's name.
    name: String,
    /// Why.
    failure: PageError,
) -> impl IntoView {
    let title = name.clone();
    view! {
        <div class="card-body" role="alert" data-testid="error" data-kind=failure.kind().name() data-name=name>
            <p class="card-name">{title}</p>
            <p class="card-failure">{failure.to_string()}</p>
        </div>
    }
}

/// The photo itself, as far as this browser can show it.
#[component]
fn Thumbnail(
    /// The photo's file, where it is one.
    file: Option<SendWrapper<File>>,
) -> impl IntoView {
    let shown = photo_address(file.as_deref().map(AsRef::as_ref));
    let picture = move || {
        shown.get().map(|address| {
            view! { <img src=address alt="" loading="lazy" decoding="async" on:error=move |_| shown.set(None) /> }
        })
    };
    view! {
        <div class="thumbnail" class:blank=move || shown.with(Option::is_none)>
            {picture}
        </div>
    }
}
