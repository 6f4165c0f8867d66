//! Writing: every change is noted in the album's journal and leaves it only when its transaction is on the disk. Small parts
//! go first, so that no photo names a class that is not there, then photos with their places, a few at a time, then
//! descriptions. What fails is tried once more on a fresh connection, then by itself, and then it waits: everything else
//! goes on.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;

use super::Saver;
use super::batch::{Batch, NamedDocument};
use super::format::{FORMAT, PlaceDocument, ProjectDocument, read, written};
use super::saver::AGAIN;
use super::transaction::WriteError;
use crate::error::PageError;
use crate::platform::storage;
use crate::project::album::{Change, DocumentKind, Example};

/// Photos, and descriptions, written at once: each takes the main thread some 5 ms while the workers compute.
const SLICE: usize = 8;
/// Bytes of photos written at once, about.
const SLICE_BYTES: u64 = 4 << 20;

/// The bytes of a checkpoint, whose document says what it is about.
pub(super) const CHECKPOINT_STATE: &str = "checkpoint-state";

/// Parts of the project with the numbers of their changes.
type Parts = Vec<(Change, u64)>;

impl DocumentKind {
    /// Its name in the database.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Run => "run",
            Self::Cnn => "cnn",
            Self::Curve => "curve",
            Self::Checkpoint => "checkpoint",
        }
    }
}

impl From<WriteError> for PageError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::TakenOver => Self::TakenOver,
            WriteError::Gone => Self::StorageCleared,
            WriteError::Full => Self::DiskFull,
            WriteError::Unopened(error) => *error,
            WriteError::Failed(detail) => Self::NotSaved { detail },
        }
    }
}

impl Saver {
    /// Writes what is to be written, until nothing is or all that is left has to wait.
    pub(super) async fn write(self) {
        let was_writing = self.desk.try_update_value(|desk| {
            desk.is_scheduled = false;
            std::mem::replace(&mut desk.is_writing, true)
        });
        if was_writing != Some(false) {
            // The one at work finds what is new.
            return;
        }
        if let Err(error) = self.look_again().await {
            self.desk.update_value(|desk| desk.is_writing = false);
            self.fail(error);
            return self.try_later(AGAIN);
        }
        // Each transaction gives the event loop its turns.
        while let Some(parts) = self.next_parts() {
            self.put(parts).await;
        }
        let parked = self.desk.try_update_value(|desk| {
            desk.is_writing = false;
            desk.is_full &= !desk.parked.is_empty();
            desk.parked.values().next().cloned()
        });
        match parked.flatten() {
            Some(error) => {
                self.fail(error);
                self.try_later(AGAIN);
            }
            None if self.album.journal.count.get_untracked() == 0 && !self.is_cut_off() => self.trouble.set(None),
            None => {}
        }
    }

    /// After the connection has ended, looks whether the project is still there; where it is not all of it is written again.
    async fn look_again(self) -> Result<(), PageError> {
        let is_lost = self.desk.with_value(|desk| desk.is_lost);
        let Some(project) = self.open.get_untracked().filter(|_| is_lost && !self.album.read_only.get_untracked())
        else {
            return Ok(());
        };
        let database = self.store().database().await?;
        let found = database.project(project).await?;
        let found = found.map(|document| read::<ProjectDocument>(&document)).transpose()?;
        let created = self.desk.with_value(|desk| desk.project.as_ref().map_or(0.0, |project| project.created));
        match found {
            Some(found) if found.created == created => {}
            None => self.write_anew(),
            // Another tab has made one of the same number since.
            Some(_) => {
                let number = self.add(&self.album.name.get_untracked(), created).await?;
                let claim = self.claim(number, false).await?;
                self.adopt(number, created, claim);
                self.write_anew();
            }
        }
        self.desk.update_value(|desk| desk.is_lost = false);
        Ok(())
    }

    /// Whether the connection ends, or has.
    fn is_cut_off(self) -> bool {
        self.desk.with_value(|desk| desk.is_ending || desk.is_lost)
    }

    /// What to write next, if this tab may write and something does not have to wait.
    fn next_parts(self) -> Option<Parts> {
        self.open.get_untracked().filter(|_| !self.album.read_only.get_untracked() && !self.is_cut_off())?;
        self.desk.with_value(|desk| {
            self.album.journal.read(|unsaved| {
                let due = |wanted: &dyn Fn(Change) -> bool, most: usize| -> Option<Parts> {
                    let waits = |change: &Change| desk.parked.contains_key(change);
                    let parts = unsaved.parts().filter(|(change, _)| !waits(change) && wanted(*change));
                    Some(parts.take(most).collect()).filter(|parts: &Parts| !parts.is_empty())
                };
                let is_photo = |change| matches!(change, Change::Photo(_));
                // Not before the photo itself: another one may get its number.
                let is_of_written = |change| match change {
                    Change::Description(id) => !unsaved.has(Change::Photo(id)),
                    _ => false,
                };
                due(&is_small, usize::MAX).or_else(|| due(&is_photo, SLICE)).or_else(|| due(&is_of_written, SLICE))
            })
        })
    }

    /// Writes these parts; what cannot be written waits.
    async fn put(self, parts: Parts) {
        let Some(project) = self.open.get_untracked() else { return };
        let (parts, batch) = self.batch(parts).await;
        // Another project may be open by now.
        if parts.is_empty() || self.open.get_untracked() != Some(project) {
            return;
        }
        let mut result = self.put_once(project, &batch).await;
        if matches!(result, Err(WriteError::Failed(_))) && !self.is_cut_off() {
            self.store().close();
            result = self.put_once(project, &batch).await;
        }
        match result {
            Ok(()) => self.wrote(project, &parts, &batch),
            // Looked at again first.
            Err(WriteError::Failed(_) | WriteError::Unopened(_)) if self.is_cut_off() => {}
            // Noted anew, and written from the beginning.
            Err(WriteError::Gone) => {}
            Err(WriteError::TakenOver) => self.lose(project),
            Err(WriteError::Unopened(error)) => parts.iter().for_each(|part| self.park(part.0, &error)),
            Err(error) => {
                let is_full = error == WriteError::Full;
                self.desk.update_value(|desk| desk.is_full |= is_full);
                if let [(change, _)] = parts[..] {
                    self.park(change, &error.into());
                    if is_full && !is_small(change) {
                        self.park_photos();
                    }
                } else {
                    drop(batch);
                    for part in parts {
                        Box::pin(self.put(vec![part])).await;
                    }
                }
            }
        }
    }

    async fn put_once(self, project: u32, batch: &Batch) -> Result<(), WriteError> {
        let store = self.store();
        let database = store.database().await.map_err(|error| WriteError::Unopened(Box::new(error)))?;
        match database.project(project).await {
            // The browser's data was deleted under the page: all of the project is written again.
            Ok(None) if !self.desk.with_value(|desk| desk.is_anew) => {
                self.write_anew();
                Err(WriteError::Gone)
            }
            _ => database.write(project, &self.tab().name, batch).await,
        }
    }

    /// Notes everything as unsaved: the database has lost it.
    fn write_anew(self) {
        for photo in self.album.photos().into_iter().chain(self.album.removed_photos()) {
            photo.original.store_is_gone();
        }
        self.desk.update_value(|desk| desk.is_anew = true);
        self.album.note_all();
    }

    fn wrote(self, project: u32, parts: &Parts, batch: &Batch) {
        if self.open.get_untracked() != Some(project) {
            return;
        }
        if batch.project.is_some() {
            self.desk.update_value(|desk| desk.is_anew = false);
        }
        let photos = self.store().photos(project);
        for photo in batch.photos.iter().filter_map(|photo| self.album.photo(photo.0)) {
            photo.original.was_stored(photos.clone());
            if photo.unsaved.get_untracked().is_some() {
                photo.unsaved.set(None);
            }
        }
        self.album.journal.wrote(parts);
        if !batch.photos.is_empty() {
            self.ask_to_persist();
        }
    }

    /// Has the browser asked once, with the first photo, not to clear what is kept here.
    fn ask_to_persist(self) {
        let was_asked = self.desk.try_update_value(|desk| std::mem::replace(&mut desk.was_persisted, true));
        if was_asked == Some(false) {
            spawn_local(async {
                // Where the browser does not agree it clears what was not used for long first.
                storage::persist().await;
            });
        }
    }

    /// This has to wait for another try.
    fn park(self, change: Change, error: &PageError) {
        if let Change::Photo(id) = change
            && let Some(photo) = self.album.photo(id)
        {
            photo.unsaved.set(Some(error.clone()));
        }
        self.desk.update_value(|desk| drop(desk.parked.insert(change, error.clone())));
        self.fail(error.clone());
    }

    /// The disk is full: all photos and descriptions wait, since they will not fit either.
    fn park_photos(self) {
        let waiting = self
            .album
            .journal
            .read(|unsaved| unsaved.parts().map(|part| part.0).filter(|change| !is_small(*change)).collect::<Vec<_>>());
        self.desk.update_value(|desk| {
            for change in waiting {
                desk.parked.entry(change).or_insert(PageError::DiskFull);
            }
        });
    }

    /// What is to be written for these parts, and those of them for which there is something.
    async fn batch(self, parts: Parts) -> (Parts, Batch) {
        let mut batch = Batch::default();
        let mut kept = Parts::new();
        let mut bytes = 0;
        for (change, revision) in parts {
            if let Change::Photo(id) = change
                && let Some(photo) = self.album.photo(id)
            {
                if bytes > SLICE_BYTES {
                    // In the next one.
                    continue;
                }
                // Before the transaction opens: it would end while the file is read.
                match photo.original.read().await {
                    Ok(read) => {
                        bytes += u64::from(read.length());
                        batch.photos.push((id, read));
                    }
                    Err(error) => {
                        self.park(change, &error);
                        continue;
                    }
                }
            }
            kept.push((change, revision));
        }
        if self.desk.with_value(|desk| desk.is_full) {
            batch.gone = self.album.take_removed().await;
        }
        // Nothing is awaited from here on: places and documents are as they are now, and all of one project.
        let photos = self.album.photos();
        let find = |id: u32| photos.binary_search_by_key(&id, |photo| photo.id).ok().map(|index| &photos[index]);
        for (change, _) in &kept {
            match *change {
                Change::Project => batch.project = self.document(&photos),
                // The place of one that is not stored yet is written with its bytes.
                Change::Place(id) => match find(id) {
                    Some(photo) if !photo.original.is_stored() => {}
                    found => batch.places.push((id, found.map(place))),
                },
                // One that went while the others were read is not written.
                Change::Photo(id) => match find(id) {
                    Some(photo) => batch.places.push((id, Some(place(photo)))),
                    None => batch.photos.retain(|photo| photo.0 != id),
                },
                Change::Description(id) => {
                    batch.descriptions.extend(find(id).and_then(|photo| Some((id, photo.described()?))));
                }
                Change::Document(kind) => batch.documents.extend(self.of_training(kind)),
            }
        }
        if !batch.photos.is_empty() {
            // It says how many bytes they are.
            batch.project = self.document(&photos);
        }
        (kept, batch)
    }

    /// The project's own document.
    fn document(self, photos: &[Arc<Example>]) -> Option<String> {
        let created = self.desk.with_value(|desk| desk.project.as_ref().map(|project| project.created))?;
        let document = ProjectDocument {
            version: FORMAT,
            name: self.album.name.get_untracked(),
            created,
            changed: js_sys::Date::now(),
            deleted: None,
            incomplete: false,
            bytes: photos.iter().filter_map(|photo| photo.original.bytes()).sum(),
            size: self.album.size.get_untracked(),
            classes: self.album.listed_classes(),
            settings: self.training.settings.get_untracked(),
        };
        Some(written(&document))
    }

    /// The documents of a kind; without bytes where there is nothing to keep.
    fn of_training(self, kind: DocumentKind) -> Vec<NamedDocument> {
        let training = self.training;
        let bytes = match kind {
            DocumentKind::Head => self.head.bytes().map(|head| Arc::new(head.to_vec())),
            DocumentKind::Run => json(training.result.get_untracked().as_deref()),
            DocumentKind::Cnn => json(training.cnn.result.get_untracked().as_deref()),
            DocumentKind::Curve => json(training.curve.result.get_untracked().as_deref()),
            DocumentKind::Checkpoint => {
                let checkpoint = training.checkpoint.get_untracked();
                let info = json(checkpoint.as_ref().map(|checkpoint| &checkpoint.info));
                return vec![
                    (kind.name(), info),
                    (CHECKPOINT_STATE, checkpoint.map(|checkpoint| checkpoint.bytes.clone())),
                ];
            }
        };
        vec![(kind.name(), bytes)]
    }
}

/// A result with the version of its format.
#[derive(Serialize)]
struct Kept<'a, T> {
    version: u32,
    result: &'a T,
}

fn json<T: Serialize>(result: Option<&T>) -> Option<Arc<Vec<u8>>> {
    result.map(|result| Arc::new(written(&Kept { version: FORMAT, result }).into_bytes()))
}

/// Where a photo belongs.
fn place(photo: &Arc<Example>) -> String {
    written(&PlaceDocument {
        version: FORMAT,
        class: photo.class.get_untracked(),
        name: photo.name.clone(),
        burst: photo.burst,
        part: photo.part.get_untracked(),
        bytes: photo.original.bytes().unwrap_or_default(),
    })
}

/// Whether it is written first.
fn is_small(change: Change) -> bool {
    matches!(change, Change::Project | Change::Place(_) | Change::Document(_))
}
