//! One photo with what became of it.

use send_wrapper::SendWrapper;
use web_sys::{File, Url};

use super::answer::{answers, took};
use crate::html::{Html, html};
use crate::signal::{RwSignal, on_cleanup};
use crate::state::{Answer, Outcome, Photo};
use crate::wording::milliseconds;

/// A photo's card.
pub(super) fn card(photo: Photo) -> Html {
    let Photo { name, file, outcome, .. } = photo;
    let body = {
        let name = name.clone();
        move || match outcome.get() {
            Outcome::Waiting => waiting(&name),
            Outcome::Answered(answer) => answered(&name, &answer),
            Outcome::Failed(failure) => html! {
                <div class="card-body" role="alert" data-testid="error" data-kind={failure.kind.name()} data-name={name.clone()}>
                    <p class="card-name">{name.clone()}</p>
                    <p class="card-failure">{failure.message}</p>
                </div>
            },
        }
    };
    html! {
        <li class="card">
            {thumbnail(file)}
            {body}
        </li>
    }
}

fn waiting(name: &str) -> Html {
    html! {
        <div class="card-body" data-testid="waiting" data-name={name.to_owned()}>
            <p class="card-name">{name.to_owned()}</p>
            <p class="card-waiting">"Waiting for its turn"</p>
            <div class="ghost" aria-hidden="true"></div>
        </div>
    }
}

fn answered(name: &str, answer: &Answer) -> Html {
    html! {
        <div class="card-body">
            <p class="card-name">{name.to_owned()}</p>
            {answers(answer, "prediction", name, true)}
            <p class="card-took">{took(answer)}<span>{format!(" · read in {}", milliseconds(answer.decode_ms))}</span></p>
        </div>
    }
}

/// The photo itself, as far as this browser can show it.
fn thumbnail(file: Option<SendWrapper<File>>) -> Html {
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
    html! {
        <div class="thumbnail" class:blank={move || !shown.get()}>
            {move || {
                shown
                    .get()
                    .then(|| {
                        html! {
                            <img src={address.clone()} alt="" loading="lazy" decoding="async" on:error={move |_| shown.set(false)} />
                        }
                    })
            }}
        </div>
    }
}
