//! What may not take longer.

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use gloo_timers::future::sleep;

/// What `work` comes to; none where it takes longer than `span`, and then it is dropped.
pub(crate) async fn within<T>(span: Duration, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), sleep(span)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}
