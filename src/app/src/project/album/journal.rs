//! Which parts of the project changed and are not on the disk yet.

use std::collections::HashSet;
use std::rc::Rc;

use leptos::prelude::*;

/// What is still to be written.
#[derive(Default)]
pub(crate) struct Dirty {
    /// Classes, settings or the list of photos.
    pub(crate) manifest: bool,
    /// The head or the last run.
    pub(crate) run: bool,
    /// Photos' files.
    pub(crate) photos: HashSet<u32>,
    /// What the engine said of photos.
    pub(crate) descriptions: HashSet<u32>,
    /// Photos that are no more.
    pub(crate) gone: HashSet<u32>,
}

impl Dirty {
    /// Whether nothing is to be written.
    pub(crate) fn is_clean(&self) -> bool {
        let nothing = self.photos.is_empty() && self.descriptions.is_empty() && self.gone.is_empty();
        nothing && !self.manifest && !self.run
    }
}

/// The list of changes. Copies name the same one.
#[derive(Clone, Copy)]
pub(crate) struct Journal {
    dirty: StoredValue<Dirty, LocalStorage>,
    listener: StoredValue<Option<Rc<dyn Fn()>>, LocalStorage>,
}

impl Journal {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self { dirty: StoredValue::new_local(Dirty::default()), listener: StoredValue::new_local(None) }
    }

    /// Has `listener` called after each change, and now if there are any.
    pub(crate) fn listen(self, listener: impl Fn() + 'static) {
        self.listener.set_value(Some(Rc::new(listener)));
        self.note(|_| {});
    }

    /// Takes changes out, or puts them back.
    pub(crate) fn update<R>(self, change: impl FnOnce(&mut Dirty) -> R) -> Option<R> {
        self.dirty.try_update_value(change)
    }

    /// Classes, settings or the list of photos changed.
    pub(crate) fn manifest_changed(self) {
        self.note(|dirty| dirty.manifest = true);
    }

    /// The head or the last run changed.
    pub(crate) fn run_changed(self) {
        self.note(|dirty| dirty.run = true);
    }

    /// Photos came.
    pub(crate) fn photos_came(self, ids: impl Iterator<Item = u32>) {
        self.note(|dirty| {
            for id in ids {
                dirty.gone.remove(&id);
                dirty.photos.insert(id);
            }
        });
    }

    /// A photo was described.
    pub(crate) fn described(self, id: u32) {
        self.note(|dirty| {
            dirty.descriptions.insert(id);
        });
    }

    /// Photos went.
    pub(crate) fn photos_went(self, ids: impl Iterator<Item = u32>) {
        self.note(|dirty| {
            for id in ids {
                dirty.photos.remove(&id);
                dirty.descriptions.remove(&id);
                dirty.gone.insert(id);
            }
        });
    }

    fn note(self, change: impl FnOnce(&mut Dirty)) {
        self.dirty.update_value(change);
        let is_clean = self.dirty.with_value(Dirty::is_clean);
        if let Some(listener) = self.listener.get_value().filter(|_| !is_clean) {
            listener();
        }
    }
}
