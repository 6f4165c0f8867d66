//! Letting the browser do its own work between two slices of ours.

use std::future::Future;
use std::time::Duration;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::dom::set_timeout;

/// Waits that long, for a macrotask at least.
pub(crate) fn pause(span: Duration) -> impl Future<Output = ()> {
    let promise = Promise::new(&mut |resolve, _| {
        set_timeout(
            move || {
                // Resolving a promise does not fail.
                let _ = resolve.call0(&JsValue::NULL);
            },
            span,
        );
    });
    async move {
        // It never rejects.
        let _ = JsFuture::from(promise).await;
    }
}

/// Waits for the browser's next turn.
pub(crate) fn turn() -> impl Future<Output = ()> {
    pause(Duration::ZERO)
}
