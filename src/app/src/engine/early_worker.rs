//! The worker that `start.js` starts before the page's code has come.

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::Worker;

#[wasm_bindgen]
extern "C" {
    /// A worker, and what it has said so far.
    pub(super) type EarlyWorker;
    /// The worker.
    #[wasm_bindgen(method, getter)]
    pub(super) fn worker(this: &EarlyWorker) -> Worker;
    /// Has it say again what it has said so far; whoever listens must do so by now.
    #[wasm_bindgen(method)]
    pub(super) fn listened(this: &EarlyWorker);
}

impl EarlyWorker {
    /// The one started from the script at `address`, if there is one; any other one ends.
    pub(super) fn take(address: &str) -> Option<Self> {
        let take: Function = Reflect::get(&js_sys::global(), &"headstartEarlyWorker".into()).ok()?.dyn_into().ok()?;
        let taken = take.call1(&JsValue::UNDEFINED, &address.into()).ok()?;
        taken.is_object().then(|| taken.unchecked_into())
    }
}

/// Ends it where the page wants none.
pub(crate) fn end_early_worker() {
    // No script is at this address.
    drop(EarlyWorker::take(""));
}
