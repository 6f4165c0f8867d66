//! One photo with what became of it.

use leptos::either::EitherOf3;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::{File, Url};

use super::{AskedPhoto, Outcome};
use crate::answer::{Answer, AnswerView, took};
use crate::error::PageError;
use crate::wording::milliseconds;

/// A photo's card in the list of answers.
#[component]
pub(crate) fn PhotoCard(
    /// The photo.
    photo: AskedPhoto,
) -> impl IntoView {
    let AskedPhoto { name, file, outcome, .. } = photo;
    let body = move || match outcome.get() {
        Outcome::Waiting => EitherOf3::A(view! { <Waiting name=name.clone() /> }),
        Outcome::Answered(answer) => EitherOf3::B(view! { <Answered name=name.clone() answer /> }),
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
) -> impl IntoView {
    let read = format!(" · read in {}", milliseconds(answer.decode_ms));
    let took = took(&answer);
    view! {
        <div class="card-body">
            <p class="card-name">{name.clone()}</p>
            <AnswerView answer testid="prediction" name headings=true />
            <p class="card-took">{took} <span>{read}</span></p>
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
    let address = file.and_then(|file| Url::create_object_url_with_blob(&file).ok());
    let shown = RwSignal::new(address.clone());
    on_cleanup(move || {
        if let Some(address) = address {
            // Revoking an address does not fail.
            let _ = Url::revoke_object_url(&address);
        }
    });
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
