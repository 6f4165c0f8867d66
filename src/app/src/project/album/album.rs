//! The classes and photos as a whole.

use std::sync::{Arc, Weak};

use headstart_archive::same_name;
use headstart_protocol::InputSize;
use leptos::prelude::*;

use super::names;
use super::{Class, DocumentKind, Example, Fresh, Journal};

/// Where files were dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DropTarget {
    /// On the class of that key.
    Class(u64),
    /// Beside the classes.
    Anywhere,
}

/// The classes and photos of the project. Copies name the same album.
#[derive(Clone, Copy)]
pub(crate) struct Album {
    /// What the project is called.
    pub(crate) name: RwSignal<String>,
    /// The classes in their order.
    pub(crate) classes: RwSignal<Vec<Class>>,
    /// At which size photos are described; none until the first is.
    pub(crate) size: RwSignal<Option<InputSize>>,
    /// The class that was last worked on: pasted photos go there.
    pub(crate) active: RwSignal<Option<u32>>,
    /// Whether photos or classes changed since the last run.
    pub(crate) changed: RwSignal<bool>,
    /// Whether another tab writes the project: here it can only be looked at.
    pub(crate) read_only: RwSignal<bool>,
    /// What is to be saved.
    pub(crate) journal: Journal,
    last_id: StoredValue<u32>,
    /// Photos that were taken out, while somebody may bring them back.
    removed: StoredValue<Vec<Weak<Example>>>,
}

impl Album {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            name: RwSignal::new(String::new()),
            classes: RwSignal::new(Vec::new()),
            size: RwSignal::new(None),
            active: RwSignal::new(None),
            changed: RwSignal::new(false),
            read_only: RwSignal::new(false),
            journal: Journal::new(),
            last_id: StoredValue::new(0),
            removed: StoredValue::new(Vec::new()),
        }
    }

    /// A number that the project has not used.
    pub(crate) fn next_id(self) -> u32 {
        self.last_id.update_value(|last| *last += 1);
        self.last_id.get_value()
    }

    /// Numbers up to `last` are taken, and those above are not.
    pub(crate) fn count_from(self, last: u32) {
        self.last_id.set_value(last);
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(self) -> bool {
        self.classes.read_untracked().is_empty()
    }

    /// The class of that number.
    pub(crate) fn class(self, id: u32) -> Option<Class> {
        self.classes.read_untracked().iter().find(|class| class.id == id).cloned()
    }

    /// That class, if it is in the open project: a class of the same number may be in another one.
    pub(crate) fn class_with_key(self, key: u64) -> Option<Class> {
        self.classes.read_untracked().iter().find(|class| class.key == key).cloned()
    }

    /// The class of that name.
    pub(crate) fn class_named(self, name: &str) -> Option<Class> {
        let classes = self.classes.read_untracked();
        classes.iter().find(|class| same_name(&class.name.read_untracked(), name)).cloned()
    }

    /// All names but that of the class `except`.
    pub(crate) fn class_names(self, except: Option<u32>) -> Vec<String> {
        let classes = self.classes.read_untracked();
        let others = classes.iter().filter(|class| Some(class.id) != except);
        others.map(|class| class.name.get_untracked()).collect()
    }

    /// Adds an empty class, named as wished where the name is free.
    pub(crate) fn add_class(self, wish: Option<&str>) -> Class {
        let taken = self.class_names(None);
        let name = wish.map_or_else(|| names::numbered(&taken), |wish| names::free(wish, &taken));
        let class = Class::new(self.next_id(), name, true);
        self.classes.update(|classes| classes.push(class.clone()));
        self.note_change();
        class
    }

    /// Puts photos into a class.
    pub(crate) fn put(self, class: &Class, fresh: Vec<Fresh>) -> Vec<Arc<Example>> {
        let example = |fresh| Arc::new(Example::new(self.next_id(), class.id, fresh));
        let photos: Vec<_> = fresh.into_iter().map(example).collect();
        if !photos.is_empty() {
            class.insert(photos.iter().cloned());
            self.journal.photos_came(photos.iter().map(|photo| photo.id));
            self.note_change();
        }
        photos
    }

    /// Every photo, in the order in which they were added.
    pub(crate) fn photos(self) -> Vec<Arc<Example>> {
        let classes = self.classes.read_untracked();
        let mut all: Vec<_> = classes.iter().flat_map(|class| class.photos.get_untracked()).collect();
        Example::sort(&mut all);
        all
    }

    /// The photo of that number.
    pub(crate) fn photo(self, id: u32) -> Option<Arc<Example>> {
        let classes = self.classes.read_untracked();
        classes.iter().find_map(|class| class.photos.read_untracked().iter().find(|photo| photo.id == id).cloned())
    }

    /// The class that a photo is in.
    pub(crate) fn class_of(self, photo: &Example) -> Option<Class> {
        self.class(photo.class.get_untracked())
    }

    /// Classes or photos are other than before.
    pub(crate) fn note_change(self) {
        self.changed.set(true);
        self.journal.project_changed();
    }

    /// Gives the project another name.
    pub(crate) fn rename(self, name: &str) {
        let name = names::free(name, &[]);
        if *self.name.read_untracked() != name {
            self.name.set(name);
            self.journal.project_changed();
        }
    }

    /// Photos were taken out of their classes.
    pub(crate) fn forget(self, photos: &[Arc<Example>]) {
        self.journal.photos_moved(photos.iter().map(|photo| photo.id));
        self.removed.update_value(|removed| {
            removed.retain(|photo| photo.strong_count() > 0);
            removed.extend(photos.iter().map(Arc::downgrade));
        });
    }

    /// Photos that had been taken out are in their classes again.
    pub(crate) fn remember(self, photos: &[Arc<Example>]) {
        let (stored, others): (Vec<_>, Vec<_>) = photos.iter().partition(|photo| photo.original.is_stored());
        self.journal.photos_moved(stored.iter().map(|photo| photo.id));
        self.journal.photos_came(others.iter().map(|photo| photo.id));
        self.journal.described(others.iter().filter(|photo| photo.described().is_some()).map(|photo| photo.id));
    }

    /// Photos that are not in the project any more, and that somebody may bring back.
    pub(crate) fn removed_photos(self) -> Vec<Arc<Example>> {
        let removed: Vec<_> = self.removed.with_value(|removed| removed.iter().filter_map(Weak::upgrade).collect());
        removed.into_iter().filter(|photo| self.photo(photo.id).is_none()).collect()
    }

    /// Takes the bytes of photos that are not in the project any more out of the database, so that they can be removed there;
    /// gives back their numbers.
    pub(crate) async fn take_removed(self) -> Vec<u32> {
        let mut gone = Vec::new();
        for photo in self.removed_photos().into_iter().filter(|photo| photo.original.is_stored()) {
            // Somebody may bring it back meanwhile.
            if photo.original.take_out().await.is_ok() && self.photo(photo.id).is_none() {
                photo.original.store_is_gone();
                gone.push(photo.id);
            }
        }
        gone
    }

    /// Notes all of it as not saved.
    pub(crate) fn note_all(self) {
        let photos = self.photos();
        for photo in photos.iter().chain(&self.removed_photos()) {
            photo.original.forget_written();
        }
        self.journal.project_changed();
        self.journal.photos_came(photos.iter().map(|photo| photo.id));
        self.journal.described(photos.iter().filter(|photo| photo.described().is_some()).map(|photo| photo.id));
        DocumentKind::ALL.into_iter().for_each(|kind| self.journal.document_changed(kind));
    }
}
