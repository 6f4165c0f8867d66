//! What the parts of a convolution take, where somebody wants to know.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// What the phases of convolutions took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Phases {
    /// Patches of the input are read and transformed.
    pub gather: Duration,
    /// The 36 products with the transformed filters.
    pub product: Duration,
    /// The products are transformed back; bias, ReLU, and the output is written.
    pub scatter: Duration,
}

thread_local! {
    /// Where this thread's convolutions note it; none where nobody wants to know.
    static NOTED: Cell<Option<Phases>> = const { Cell::new(None) };
}

/// From now on this thread's convolutions note what their phases take, if they are `wanted`; what they noted so far.
pub(crate) fn note_phases(wanted: bool) -> Phases {
    NOTED.replace(wanted.then(Phases::default)).unwrap_or_default()
}

/// A stopwatch that runs only where somebody wants to know: elsewhere, as in the browser, there may be no clock.
pub(super) struct Laps(Option<(Phases, Instant)>);

impl Laps {
    pub(super) fn begin() -> Self {
        Self(NOTED.get().map(|noted| (noted, Instant::now())))
    }

    /// What passed since the last lap was spent on `phase`.
    pub(super) fn lap(&mut self, phase: fn(&mut Phases) -> &mut Duration) {
        if let Some((noted, last)) = &mut self.0 {
            let now = Instant::now();
            *phase(noted) += now - std::mem::replace(last, now);
        }
    }

    pub(super) fn end(self) {
        if let Some((noted, _)) = self.0 {
            NOTED.set(Some(noted));
        }
    }
}
