//! The document, the window, and what can be asked of them.

use std::time::Duration;

use wasm_bindgen::prelude::*;
use web_sys::{Document, Event, EventTarget, HtmlInputElement, HtmlSelectElement, Window};

use crate::signal::on_cleanup;

/// The window that the page is shown in.
pub(crate) fn window() -> Window {
    web_sys::window().unwrap_throw()
}

/// The page's document.
pub(crate) fn document() -> Document {
    window().document().unwrap_throw()
}

/// Runs `act` once, after that long.
pub(crate) fn set_timeout(act: impl FnOnce() + 'static, after: Duration) {
    let (act, ms) = (once(act), i32::try_from(after.as_millis()).unwrap_or(i32::MAX));
    // A function can always be put off.
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(act.unchecked_ref(), ms);
}

/// Runs `act` once, before the next repaint.
pub(crate) fn request_animation_frame(act: impl FnOnce() + 'static) {
    let _ = window().request_animation_frame(once(act).unchecked_ref());
}

fn once(act: impl FnOnce() + 'static) -> JsValue {
    let act: Box<dyn FnOnce()> = Box::new(act);
    Closure::once_into_js(act)
}

/// A kind of event.
pub(crate) trait EventKind {
    const NAME: &'static str;
    type Event: JsCast;
}

/// Has `act` hear the window's events, until the component that is being made is shown no more.
pub(crate) fn window_event_listener<K: EventKind>(_kind: K, mut act: impl FnMut(K::Event) + 'static) {
    listen(window().into(), K::NAME, Box::new(move |event| act(event.unchecked_into())));
}

/// The same for another target, such as an element.
pub(crate) fn listen(target: EventTarget, name: &'static str, act: Box<dyn FnMut(Event)>) {
    let act = Closure::wrap(act);
    // Any target takes any name.
    let _ = target.add_event_listener_with_callback(name, act.as_ref().unchecked_ref());
    // What the closure knows may be gone afterwards.
    on_cleanup(move || {
        let _ = target.remove_event_listener_with_callback(name, act.as_ref().unchecked_ref());
    });
}

/// The input that an event is about.
pub(crate) fn input(event: &Event) -> Option<HtmlInputElement> {
    event.target()?.dyn_into().ok()
}

/// Whether the check box that an event is about is checked.
pub(crate) fn checked(event: &Event) -> bool {
    input(event).is_some_and(|input| input.checked())
}

/// What was chosen, where an event is about a choice.
pub(crate) fn chosen(event: &Event) -> Option<String> {
    Some(event.target()?.dyn_into::<HtmlSelectElement>().ok()?.value())
}

/// The kinds of events that the page hears, by their names.
#[expect(non_camel_case_types, reason = "the names are the browser's")]
pub(crate) mod ev {
    use super::EventKind;

    macro_rules! kinds {
        ($($name:ident: $event:ident,)*) => { $(
            pub(crate) struct $name;

            impl EventKind for $name {
                const NAME: &'static str = stringify!($name);
                type Event = web_sys::$event;
            }
        )* };
    }

    kinds! {
        blur: FocusEvent,
        change: Event,
        click: MouseEvent,
        contextmenu: MouseEvent,
        dragleave: DragEvent,
        dragover: DragEvent,
        dragstart: DragEvent,
        drop: DragEvent,
        error: Event,
        focusin: FocusEvent,
        hashchange: Event,
        keydown: KeyboardEvent,
        keyup: KeyboardEvent,
        paste: ClipboardEvent,
        pointercancel: PointerEvent,
        pointerdown: PointerEvent,
        pointerup: PointerEvent,
        resize: Event,
        scroll: Event,
        visibilitychange: Event,
    }
}
