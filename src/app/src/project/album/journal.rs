//! Which parts of the project changed and are not on the disk yet.

use std::collections::BTreeMap;
use std::rc::Rc;

use leptos::prelude::*;

/// A part of the project that is written by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    /// The project's own document: name, classes, settings, size.
    Project,
    /// Which class a photo is in, or that it is in none any more.
    Place(u32),
    /// A photo's file, with its place.
    Photo(u32),
    /// What the engine said of a photo.
    Description(u32),
    /// What a training came to or keeps.
    Document(DocumentKind),
}

/// A document beside the photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DocumentKind {
    /// The head's file.
    Head,
    /// The last run of a head.
    Run,
    /// The last run of a CNN from scratch.
    Cnn,
    /// The last learning curve.
    Curve,
    /// Where a run that goes on can be taken up again.
    Checkpoint,
}

impl DocumentKind {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Head, Self::Run, Self::Cnn, Self::Curve, Self::Checkpoint];
}

/// What is still to be written. A change stays in it until it is on the disk, and longer where the same part changed again
/// meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Unsaved {
    revision: u64,
    changes: BTreeMap<Change, u64>,
}

impl Unsaved {
    fn note(&mut self, change: Change) {
        self.revision += 1;
        self.changes.insert(change, self.revision);
    }

    /// Each part with the number of its last change, small parts first.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (Change, u64)> + '_ {
        self.changes.iter().map(|(change, revision)| (*change, *revision))
    }

    /// These are on the disk, as they were at that number.
    pub(crate) fn wrote(&mut self, written: &[(Change, u64)]) {
        for (change, revision) in written {
            if self.changes.get(change) == Some(revision) {
                self.changes.remove(change);
            }
        }
    }

    /// Whether this part is among them.
    pub(crate) fn has(&self, change: Change) -> bool {
        self.changes.contains_key(&change)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.changes.len()
    }
}

/// The list of changes. Copies name the same one.
#[derive(Clone, Copy)]
pub(crate) struct Journal {
    unsaved: StoredValue<Unsaved, LocalStorage>,
    /// How many parts are not on the disk.
    pub(crate) count: RwSignal<usize>,
    /// Whether changes count: not while the project is only looked at, or being replaced by another one.
    is_on: StoredValue<bool>,
    listener: StoredValue<Option<Rc<dyn Fn()>>, LocalStorage>,
}

impl Journal {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            unsaved: StoredValue::new_local(Unsaved::default()),
            count: RwSignal::new(0),
            is_on: StoredValue::new(true),
            listener: StoredValue::new_local(None),
        }
    }

    /// Has `listener` called after each change.
    pub(crate) fn listen(self, listener: impl Fn() + 'static) {
        self.listener.set_value(Some(Rc::new(listener)));
    }

    /// Whether changes are noted from now on.
    pub(crate) fn switch(self, on: bool) {
        self.is_on.set_value(on);
    }

    /// Forgets what was said of photos: the engine says it again.
    pub(crate) fn forget_descriptions(self) {
        self.unsaved.update_value(|unsaved| {
            unsaved.changes.retain(|change, _| !matches!(change, Change::Description(_)));
        });
        self.tell();
    }

    /// Forgets all changes.
    pub(crate) fn clear(self) {
        self.unsaved.update_value(|unsaved| unsaved.changes.clear());
        self.tell();
    }

    /// Reads what is still to be written.
    pub(crate) fn read<R>(self, read: impl FnOnce(&Unsaved) -> R) -> R {
        self.unsaved.with_value(read)
    }

    /// These are on the disk, as they were at that number.
    pub(crate) fn wrote(self, written: &[(Change, u64)]) {
        self.unsaved.update_value(|unsaved| unsaved.wrote(written));
        self.tell();
    }

    /// Classes, settings or the name changed.
    pub(crate) fn project_changed(self) {
        self.note([Change::Project]);
    }

    /// A document changed.
    pub(crate) fn document_changed(self, kind: DocumentKind) {
        self.note([Change::Document(kind)]);
    }

    /// Photos came.
    pub(crate) fn photos_came(self, ids: impl Iterator<Item = u32>) {
        self.note(ids.map(Change::Photo));
    }

    /// Photos that are on the disk were moved, went, or came back.
    pub(crate) fn photos_moved(self, ids: impl Iterator<Item = u32>) {
        self.note(ids.map(Change::Place));
    }

    /// Photos were described.
    pub(crate) fn described(self, ids: impl Iterator<Item = u32>) {
        self.note(ids.map(Change::Description));
    }

    fn note(self, changes: impl IntoIterator<Item = Change>) {
        if !self.is_on.get_value() {
            return;
        }
        self.unsaved.update_value(|unsaved| changes.into_iter().for_each(|change| unsaved.note(change)));
        self.tell();
        if let Some(listener) = self.listener.get_value() {
            listener();
        }
    }

    fn tell(self) {
        let count = self.unsaved.with_value(Unsaved::len);
        if self.count.get_untracked() != count {
            self.count.set(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_changes_while_it_is_written_is_written_again() {
        let mut unsaved = Unsaved::default();
        unsaved.note(Change::Project);
        unsaved.note(Change::Photo(3));
        let taken: Vec<_> = unsaved.parts().collect();
        unsaved.note(Change::Project);
        unsaved.wrote(&taken);
        assert_eq!(unsaved.parts().map(|part| part.0).collect::<Vec<_>>(), [Change::Project]);
        let rest: Vec<_> = unsaved.parts().collect();
        unsaved.wrote(&rest);
        assert_eq!(unsaved.len(), 0);
    }

    #[test]
    fn small_parts_come_before_photos() {
        let mut unsaved = Unsaved::default();
        for change in [Change::Description(1), Change::Photo(1), Change::Place(2), Change::Project] {
            unsaved.note(change);
        }
        let order: Vec<_> = unsaved.parts().map(|part| part.0).collect();
        assert_eq!(order, [Change::Project, Change::Place(2), Change::Photo(1), Change::Description(1)]);
    }
}
