//! What is being read, written or drawn; and one zip at a time, since the worker reads or writes a single one.

use std::sync::Arc;

use futures::lock::{Mutex, OwnedMutexGuard};
use leptos::prelude::*;

/// What goes on, and whose turn it is with the zip. Copies name the same.
#[derive(Clone, Copy)]
pub(crate) struct Busy {
    /// What goes on, in words.
    pub(crate) words: RwSignal<Option<String>>,
    zip: StoredValue<Arc<Mutex<()>>>,
}

/// The turn with the zip, until it is dropped.
pub(crate) type ZipTurn = OwnedMutexGuard<()>;

impl Busy {
    /// Nothing goes on.
    pub(crate) fn new() -> Self {
        Self { words: RwSignal::new(None), zip: StoredValue::new(Arc::default()) }
    }

    /// Whether something goes on; tracked.
    pub(crate) fn is_on(self) -> bool {
        self.words.with(Option::is_some)
    }

    /// This begins.
    pub(crate) fn begin(self, words: impl Into<String>) {
        self.words.set(Some(words.into()));
    }

    /// It is over.
    pub(crate) fn end(self) {
        self.words.set(None);
    }

    /// Waits for the turn with the zip.
    pub(crate) async fn zip_turn(self) -> ZipTurn {
        self.zip.get_value().lock_owned().await
    }

    /// The turn with the zip, if it is nobody's.
    pub(crate) fn try_zip_turn(self) -> Option<ZipTurn> {
        self.zip.get_value().try_lock_owned()
    }
}
