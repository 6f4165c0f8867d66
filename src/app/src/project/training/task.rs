//! The one thing that goes on at a time: what is learned (a head with the CNN beside it, or a learning curve), or what the data doctor
//! does.

use futures::future::AbortHandle;
use leptos::prelude::*;

use crate::platform::dom::spawn_abortable;

/// The place of a task. Copies name the same place.
#[derive(Clone, Copy)]
pub(crate) struct Task {
    is_on: RwSignal<bool>,
    handle: StoredValue<Option<AbortHandle>, LocalStorage>,
}

impl Task {
    /// Nothing goes on.
    pub(crate) fn new() -> Self {
        Self { is_on: RwSignal::new(false), handle: StoredValue::new_local(None) }
    }

    /// Whether something goes on.
    pub(crate) fn is_on(self) -> Signal<bool> {
        self.is_on.into()
    }

    /// Begins `future`; one that was there before ends where it stands.
    pub(crate) fn begin(self, future: impl Future<Output = ()> + 'static) {
        self.end();
        self.is_on.set(true);
        let handle = spawn_abortable(async move {
            future.await;
            // Not reached by one that was ended: it may have a successor already.
            self.is_on.set(false);
        });
        self.handle.set_value(Some(handle));
    }

    /// Ends what goes on where it stands: nothing of it runs any more, and its run in the worker is dropped.
    pub(crate) fn end(self) {
        if let Some(handle) = self.handle.try_update_value(Option::take).flatten() {
            handle.abort();
            self.is_on.set(false);
        }
    }
}
