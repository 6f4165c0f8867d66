//! Saving the project as it changes: what changed is noted, and written a moment later, a slice at a time.

use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen_futures::spawn_local;

use crate::database::{Batch, Database};
use crate::dom::set_timeout;
use crate::error::PageError;
use crate::pause::turn;
use crate::state::Page;

/// Changes that come so shortly after one another are written together.
const CALM: Duration = Duration::from_millis(400);

/// Entries written at once: more would hold up the page.
const SLICE: usize = 32;

/// The project's own document.
pub(super) const MANIFEST: &str = "project";
/// The head's file.
pub(super) const HEAD: &str = "head";
/// The last run.
pub(super) const RUN: &str = "run";

/// What is still to be written, and where.
#[derive(Default)]
pub(in crate::state) struct Store {
    database: Option<Rc<Database>>,
    /// Whether it is of no use any more, which was said.
    broken: bool,
    scheduled: bool,
    writing: bool,
    manifest: bool,
    run: bool,
    photos: HashSet<u32>,
    descriptions: HashSet<u32>,
    gone: HashSet<u32>,
}

impl Store {
    fn is_clean(&self) -> bool {
        let nothing = self.photos.is_empty() && self.descriptions.is_empty() && self.gone.is_empty();
        nothing && !self.manifest && !self.run
    }
}

impl Page {
    /// Uses this database from now on.
    pub(super) fn use_database(self, database: Rc<Database>) {
        self.teach.desk.update_value(|desk| desk.store.database = Some(database));
        self.note(|_| {});
    }

    /// Saves nothing any more, and says why.
    pub(super) fn storage_failed(self, error: PageError) {
        let first = self.teach.desk.update_value(|desk| !std::mem::replace(&mut desk.store.broken, true));
        if first {
            self.complain(error);
        }
    }

    /// Whether nothing is saved any more.
    pub(super) fn storage_is_broken(self) -> bool {
        self.teach.desk.with_value(|desk| desk.store.broken)
    }

    /// Classes, settings or the list of photos changed.
    pub(super) fn save_manifest(self) {
        self.note(|store| store.manifest = true);
    }

    /// The head or the last run changed.
    pub(super) fn save_run(self) {
        self.note(|store| store.run = true);
    }

    /// Photos came.
    pub(super) fn save_photos(self, ids: impl Iterator<Item = u32>) {
        self.note(|store| {
            for id in ids {
                store.gone.remove(&id);
                store.photos.insert(id);
            }
        });
    }

    /// A photo was looked at.
    pub(super) fn save_description(self, id: u32) {
        self.note(|store| {
            store.descriptions.insert(id);
        });
    }

    /// Photos went.
    pub(super) fn save_no_more(self, ids: impl Iterator<Item = u32>) {
        self.note(|store| {
            for id in ids {
                store.photos.remove(&id);
                store.descriptions.remove(&id);
                store.gone.insert(id);
            }
        });
    }

    /// Writes at once what is still to be written: the page may be closed.
    pub(crate) fn save_now(self) {
        spawn_local(self.write());
    }

    fn note(self, change: impl FnOnce(&mut Store)) {
        let schedule = self.teach.desk.update_value(|desk| {
            change(&mut desk.store);
            let store = &mut desk.store;
            !store.is_clean() && !std::mem::replace(&mut store.scheduled, true)
        });
        if schedule {
            set_timeout(move || spawn_local(self.write()), CALM);
        }
    }

    async fn write(self) {
        let free = self.teach.desk.update_value(|desk| {
            let store = &mut desk.store;
            store.scheduled = false;
            !std::mem::replace(&mut store.writing, true)
        });
        if !free {
            // The one at work finds what is new.
            return;
        }
        while let Some((database, batch)) = self.next_batch() {
            if let Err(error) = database.write(&batch).await {
                self.storage_failed(error);
            }
            turn().await;
        }
        self.teach.desk.update_value(|desk| desk.store.writing = false);
    }

    /// The next changes to write, if there are any and they can be written.
    fn next_batch(self) -> Option<(Rc<Database>, Batch)> {
        let mut wanted = (Vec::new(), Vec::new());
        let (database, mut batch, manifest, run) = self.teach.desk.update_value(|desk| {
            let store = &mut desk.store;
            let database = store.database.clone().filter(|_| !store.broken && !store.is_clean())?;
            let gone = take(&mut store.gone, SLICE * 8);
            wanted = (take(&mut store.photos, SLICE), take(&mut store.descriptions, SLICE));
            let batch = Batch { gone, ..Batch::default() };
            Some((database, batch, std::mem::take(&mut store.manifest), std::mem::take(&mut store.run)))
        })?;
        let photos = self.teach.photos();
        let find = |id: &u32| photos.binary_search_by_key(id, |photo| photo.id).ok().map(|index| &photos[index]);
        batch.photos = wanted.0.iter().filter_map(find).map(|photo| (photo.id, (*photo.file).clone())).collect();
        batch.descriptions =
            wanted.1.iter().filter_map(find).filter_map(|photo| Some((photo.id, photo.described()?))).collect();
        if manifest {
            // A manifest of plain fields can always be encoded.
            batch.documents.push((MANIFEST, postcard::to_stdvec(&self.teach.manifest()).ok()));
        }
        if run {
            batch.documents.push((HEAD, self.own_head().map(|head| head.to_vec())));
            let run = self.teach.result.get_untracked();
            batch.documents.push((RUN, run.and_then(|run| postcard::to_stdvec(&*run).ok())));
        }
        Some((database, batch))
    }
}

/// Takes some out of a set.
fn take(set: &mut HashSet<u32>, at_most: usize) -> Vec<u32> {
    let some: Vec<u32> = set.iter().copied().take(at_most).collect();
    for id in &some {
        set.remove(id);
    }
    some
}
