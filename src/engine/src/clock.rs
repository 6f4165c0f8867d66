//! The worker's clock.

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;

/// Milliseconds since the worker began.
pub(crate) fn now() -> f64 {
    let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    scope.performance().map_or(0.0, |clock| clock.now())
}

/// What `work` comes to; none where it takes longer than `ms` milliseconds, and then it is dropped.
pub(crate) async fn within<T>(ms: u32, work: impl Future<Output = T>) -> Option<T> {
    let work = std::pin::pin!(work);
    match select(work, TimeoutFuture::new(ms)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// What is said again and again while something goes on, but not too often.
pub(crate) struct Throttle {
    every_ms: f64,
    last: f64,
}

impl Throttle {
    /// At most once in `every_ms` milliseconds, the first time that long from now.
    pub(crate) fn new(every_ms: f64) -> Self {
        Self { every_ms, last: now() }
    }

    /// Whether it is time, or there is `news` that must not wait; the time begins anew then.
    pub(crate) fn is_due(&mut self, news: bool) -> bool {
        let due = news || now() - self.last >= self.every_ms;
        if due {
            self.last = now();
        }
        due
    }
}
