//! Why a photo is answered as it is: the photo under a heat map, when the visitor asks.

use futures::future::AbortHandle;
use headstart_protocol::Explain;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::File;

use super::{Explained, Explainer, HeatCanvas, HeatChoices, HeatWish};
use crate::error::PageError;
use crate::platform::dom::spawn_abortable;
use crate::ui::{Disclosure, FailureText, photo_address};

/// A button that opens the photo under its heat map, and closes it.
#[component]
pub(crate) fn Why(
    /// The photo.
    file: SendWrapper<File>,
    /// Asks the engine.
    explainer: Explainer,
    /// Whether the CNN from scratch has answered too.
    with_cnn: bool,
) -> impl IntoView {
    view! {
        <Disclosure testid="why" label="Why?" class="why">
            <HeatView file=file.clone() explainer with_cnn />
        </Disclosure>
    }
}

/// The photo under its heat map, with what can be chosen.
#[component]
fn HeatView(
    /// The photo.
    file: SendWrapper<File>,
    /// Asks the engine.
    explainer: Explainer,
    /// Whether the CNN from scratch can be asked.
    with_cnn: bool,
) -> impl IntoView {
    let explained = RwSignal::new(None::<Explained>);
    let failure = RwSignal::new(None::<PageError>);
    let wish = HeatWish::new();
    let address = photo_address(Some(&file));
    let asking = StoredValue::new(None::<AbortHandle>);
    let stop = move || {
        if let Some(before) = asking.try_update_value(Option::take).flatten() {
            before.abort();
        }
    };
    let ask = move |what: Explain| {
        stop();
        let file = file.clone();
        // Aborted where something else is asked, or the map is closed.
        let task = spawn_abortable(async move {
            let answer = explainer.explain(&file, what).await;
            failure.set(answer.as_ref().err().cloned());
            if let Ok(answer) = answer {
                explained.set(Some(answer));
            }
        });
        asking.set_value(Some(task));
    };
    on_cleanup(stop);
    Effect::new(move |_| ask(wish.what.get()));
    view! {
        <div class="why-picture" class:blank=move || address.with(Option::is_none)>
            {move || address.get().map(|address| view! { <img src=address alt="" decoding="async" /> })}
            <HeatCanvas explained wish />
        </div>
        {move || failure.get().map(|failure| view! { <FailureText failure /> })}
        <HeatChoices explained wish with_cnn />
    }
}
