//! One photo with what became of it.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::{File, Url};

use super::answer::{Answers, took};
use crate::state::{Answer, Outcome, Photo};
use crate::wording::milliseconds;

/// A photo's card.
#[component]
pub(super) fn Card(photo: Photo) -> impl IntoView {
    let Photo { name, file, outcome, .. } = photo;
    let body = {
        let name = name.clone();
        move || {
            match outcome.get() {
            Outcome::Waiting => waiting(&name).into_any(),
            Outcome::Answered(answer) => answered(&name, &answer).into_any(),
            Outcome::Failed(failure) => view! {
                <div class="card-body" role="alert" data-testid="error" data-kind=failure.kind.name() data-name=name.clone()>
                    <p class="card-name">{name.clone()}</p>
                    <p class="card-failure">{failure.message}</p>
                </div>
            }
            .into_any(),
        }
        }
    };
    view! {
        <li class="card">
            <Thumbnail file />
            {body}
        </li>
    }
}

fn waiting(name: &str) -> impl IntoView + use<> {
    view! {
        <div class="card-body" data-testid="waiting" data-name=name.to_owned()>
            <p class="card-name">{name.to_owned()}</p>
            <p class="card-waiting">"Waiting for its turn"</p>
            <div class="ghost" aria-hidden="true"></div>
        </div>
    }
}

fn answered(name: &str, answer: &Answer) -> impl IntoView + use<> {
    view! {
        <div class="card-body">
            <p class="card-name">{name.to_owned()}</p>
            <Answers answer testid="prediction" name headings=true />
            <p class="card-took">{took(answer)}<span>{format!(" · read in {}", milliseconds(answer.decode_ms))}</span></p>
        </div>
    }
}

/// The photo itself, as far as this browser can show it.
#[component]
fn Thumbnail(file: Option<SendWrapper<File>>) -> impl IntoView {
    let address = file.and_then(|file| Url::create_object_url_with_blob(&file).ok());
    let shown = RwSignal::new(address.is_some());
    on_cleanup({
        let address = address.clone();
        move || {
            if let Some(address) = address {
                // Revoking an address does not fail.
                let _ = Url::revoke_object_url(&address);
            }
        }
    });
    view! {
        <div class="thumbnail" class:blank=move || !shown.get()>
            {move || {
                shown
                    .get()
                    .then(|| {
                        view! {
                            <img src=address.clone() alt="" loading="lazy" decoding="async" on:error=move |_| shown.set(false) />
                        }
                    })
            }}
        </div>
    }
}
