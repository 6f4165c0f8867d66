//! Work shared between the processor's cores.

use std::num::NonZero;
use std::sync::LazyLock;
use std::thread;

/// Filters below which another thread is not worth its start.
const FILTERS: usize = 1 << 14;

/// The processor's cores, looked up once: Linux reads some files for it.
static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get));

/// Threads that may share a work: one where there is one core, and in the browser.
pub(super) fn threads() -> usize {
    *CORES
}

/// Threads for work on so many filters of one channel.
pub(super) fn threads_for(filters: usize) -> usize {
    if filters < FILTERS { 1 } else { threads() }
}

/// Does `work` for each of `parts`, on a thread each; the last one on this thread.
pub(super) fn share_out<P: Send>(mut parts: impl DoubleEndedIterator<Item = P>, work: impl Fn(P) + Sync) {
    let Some(own) = parts.next_back() else { return };
    let Some(next) = parts.next() else { return work(own) };
    thread::scope(|scope| {
        for part in [next].into_iter().chain(parts) {
            let work = &work;
            scope.spawn(move || work(part));
        }
        work(own);
    });
}
