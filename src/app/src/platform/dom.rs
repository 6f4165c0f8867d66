//! The document, the clock, and the event loop.

use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{AbortHandle, abortable};
use gloo_timers::future::sleep;
use js_sys::{Object, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Event, HtmlInputElement, HtmlSelectElement};

pub(crate) use leptos::prelude::{document, window};

/// Milliseconds since the navigation (`performance.now()`).
pub(crate) fn now() -> f64 {
    window().performance().map(|clock| clock.now()).unwrap_or_default()
}

/// Waits that long, for a macrotask at least.
pub(crate) async fn pause(span: Duration) {
    sleep(span).await;
}

/// Gives the event loop a turn between two slices of work.
pub(crate) async fn turn() {
    pause(Duration::ZERO).await;
}

/// Begins `task`. The handle ends it where it stands; what would have come after does not come then.
pub(crate) fn spawn_abortable(task: impl Future<Output = ()> + 'static) -> AbortHandle {
    let (task, handle) = abortable(task);
    spawn_local(async move {
        // Aborted or done.
        let _ = task.await;
    });
    handle
}

/// Waits for the next repaint (`requestAnimationFrame`); the browser calls for none while the page is hidden.
pub(crate) async fn repaint() {
    let (sender, painted) = oneshot::channel::<()>();
    leptos::prelude::request_animation_frame(move || {
        // Who waits no more need not know.
        let _ = sender.send(());
    });
    let _ = painted.await;
}

/// The input that an event is about.
pub(crate) fn input(event: &Event) -> Option<HtmlInputElement> {
    event.target()?.dyn_into().ok()
}

/// Whether the check box that an event is about is checked.
pub(crate) fn checked(event: &Event) -> bool {
    input(event).is_some_and(|input| input.checked())
}

/// What was chosen, where an event is about a `<select>`.
pub(crate) fn chosen(event: &Event) -> Option<String> {
    Some(event.target()?.dyn_into::<HtmlSelectElement>().ok()?.value())
}

/// A word that this browser keeps for the site under `name`.
pub(crate) fn kept_word(name: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(name).ok()?
}

/// Has this browser keep `word` for the site under `name`, where it keeps anything.
pub(crate) fn keep_word(name: &str, word: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        // A convenience: a full or locked store does without.
        let _ = storage.set_item(name, word);
    }
}

/// A JavaScript object with these fields.
pub(crate) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a fresh object does not fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
