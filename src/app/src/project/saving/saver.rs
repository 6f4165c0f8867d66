//! Saving the project as it changes: what the journal notes is written a moment later, a slice at a time.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use headstart_protocol::TrainingSettings;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::database::{Changes, Database};
use crate::error::PageError;
use crate::platform::dom::turn;
use crate::project::album::{Album, Example};
use crate::project::head::OwnHead;
use crate::project::notices::Notices;
use crate::project::training::Taught;

/// Changes that come so shortly after one another are written together (debounced).
const CALM: Duration = Duration::from_millis(400);

/// Photos, and descriptions, written at once: each takes the main thread 5 ms while the workers keep the processor busy.
const SLICE: usize = 8;

/// The project's own document.
pub(super) const MANIFEST: &str = "project";
/// The head's file.
pub(super) const HEAD: &str = "head";
/// The last run.
pub(super) const RUN: &str = "run";

/// What writes the project into the browser's database. Copies are the same one.
#[derive(Clone, Copy)]
pub(crate) struct Saver {
    pub(super) album: Album,
    pub(super) settings: RwSignal<TrainingSettings>,
    pub(super) head: OwnHead,
    pub(super) result: RwSignal<Option<Arc<Taught>>>,
    notices: Notices,
    state: StoredValue<SaverState, LocalStorage>,
}

#[derive(Default)]
struct SaverState {
    database: Option<Rc<Database>>,
    /// Whether it is of no use any more, which was said.
    is_broken: bool,
    is_scheduled: bool,
    is_writing: bool,
}

impl Saver {
    /// Saves nothing before it has a database.
    pub(crate) fn new(
        album: Album,
        settings: RwSignal<TrainingSettings>,
        head: OwnHead,
        result: RwSignal<Option<Arc<Taught>>>,
        notices: Notices,
    ) -> Self {
        Self { album, settings, head, result, notices, state: StoredValue::new_local(SaverState::default()) }
    }

    /// Uses this database from now on.
    pub(super) fn use_database(self, database: Database) {
        self.state.update_value(|state| state.database = Some(Rc::new(database)));
        self.album.journal.listen(move || self.schedule());
    }

    /// Saves nothing any more, and says why.
    pub(super) fn fail(self, error: PageError) {
        let was_broken = self.state.try_update_value(|state| std::mem::replace(&mut state.is_broken, true));
        if was_broken == Some(false) {
            self.notices.complain(error);
        }
    }

    /// Writes at once what is still to be written: the page may be closed.
    pub(crate) fn save_now(self) {
        spawn_local(self.write());
    }

    fn schedule(self) {
        let was_scheduled = self.state.try_update_value(|state| std::mem::replace(&mut state.is_scheduled, true));
        if was_scheduled == Some(false) {
            set_timeout(move || spawn_local(self.write()), CALM);
        }
    }

    async fn write(self) {
        let was_writing = self.state.try_update_value(|state| {
            state.is_scheduled = false;
            std::mem::replace(&mut state.is_writing, true)
        });
        if was_writing != Some(false) {
            // The one at work finds what is new.
            return;
        }
        while let Some((database, changes)) = self.next_changes() {
            if let Err(error) = database.write(&changes).await {
                self.fail(error);
            }
            turn().await;
        }
        self.state.update_value(|state| state.is_writing = false);
    }

    /// The next changes to write, if there are any and they can be written.
    fn next_changes(self) -> Option<(Rc<Database>, Changes)> {
        let database = self.state.with_value(|state| state.database.clone().filter(|_| !state.is_broken))?;
        let mut wanted = (Vec::new(), Vec::new());
        let (gone, manifest, run) = self.album.journal.update(|dirty| {
            if dirty.is_clean() {
                return None;
            }
            let gone = take(&mut dirty.gone, SLICE * 32);
            wanted = (take(&mut dirty.photos, SLICE), take(&mut dirty.descriptions, SLICE));
            Some((gone, std::mem::take(&mut dirty.manifest), std::mem::take(&mut dirty.run)))
        })??;
        let mut changes = Changes { gone, ..Changes::default() };
        let photos = self.album.photos();
        let find = |id: &u32| -> Option<&Arc<Example>> {
            photos.binary_search_by_key(id, |photo| photo.id).ok().map(|index| &photos[index])
        };
        changes.photos = wanted.0.iter().filter_map(find).map(|photo| (photo.id, (*photo.file).clone())).collect();
        changes.descriptions =
            wanted.1.iter().filter_map(find).filter_map(|photo| Some((photo.id, photo.described()?))).collect();
        if manifest {
            let manifest = self.album.manifest(self.settings.get_untracked());
            // A manifest of plain fields can always be encoded.
            changes.documents.push((MANIFEST, postcard::to_stdvec(&manifest).ok()));
        }
        if run {
            changes.documents.push((HEAD, self.head.bytes().map(|head| head.to_vec())));
            let run = self.result.get_untracked();
            changes.documents.push((RUN, run.and_then(|run| postcard::to_stdvec(&*run).ok())));
        }
        Some((database, changes))
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
