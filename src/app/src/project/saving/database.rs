//! The connection to the browser's database (IndexedDB), and what is read and written through it.
//!
//! Schema 2, one database a deployment: `projects` holds a document by the project's number; `places`, `photos` and
//! `descriptions` say of each photo, by project and photo, its class, its bytes, and what the engine said of it;
//! `documents` holds what else a project has, by project and name; `writers` who may write each project. The bytes of a
//! photo and its place are written together, so no place names what is not stored. Bytes are stored as such: WebKit stores
//! no `Blob` in private windows.

use std::rc::Rc;

use idb::{
    Database as Connection, DatabaseEvent, Error, Factory, KeyRange, ObjectStoreParams, Query, Transaction,
    TransactionMode,
};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::IdbDatabase;

use super::batch::Batch;
use super::schema::{
    DESCRIPTIONS, DOCUMENTS, OF_PROJECTS, PHOTOS, PLACES, PROJECTS, SCHEMA, STORES, WRITERS, end_of, key, keys_of,
    number, photo_of,
};
use super::stored_description::from_stored;
use super::transaction::{DurableDatabase, WriteError, Writing, detail, name_of};
use crate::error::PageError;
use crate::project::album::Described;

/// Small entries, and descriptions, that are read at once: more would be a long task.
const SLICES: [u32; 2] = [500, 64];

/// Why the connection ends without our doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The database is to be deleted.
    Deletion,
    /// Another tab has a newer release of the page, which changes the schema.
    Newer,
    /// The browser has closed it: its data was cleared, say.
    Closed,
}

/// An open database.
pub(super) struct Database {
    connection: Connection,
    /// The same, for transactions with options.
    raw: DurableDatabase,
}

impl Database {
    /// Opens the database of that name, and makes it where there is none. `blocked` is called while another tab with an
    /// earlier release keeps it from being opened, `ending` when the connection is about to end or has.
    ///
    /// # Errors
    /// [`PageError::NewerProject`] where it is of a newer release, [`PageError::NotSaved`] where there can be none.
    pub(super) async fn open(
        name: &str,
        blocked: impl Fn() + 'static,
        ending: impl Fn(Ending) + 'static,
    ) -> Result<Self, PageError> {
        let factory = Factory::new().map_err(|error| not_saved(&error))?;
        let mut request = factory.open(name, Some(SCHEMA)).map_err(|error| not_saved(&error))?;
        request.on_upgrade_needed(|event| {
            let Ok(database) = event.database() else { return };
            for store in STORES {
                // Where a store cannot be made, the first transaction fails and says so.
                let _ = database.create_object_store(store, ObjectStoreParams::new());
            }
        });
        request.on_blocked(move |_| blocked());
        let opened = request.await.map_err(|error| match name_of(&error).as_deref() {
            Some("VersionError") => PageError::NewerProject,
            _ => not_saved(&error),
        })?;
        let raw = IdbDatabase::from(opened);
        let mut connection = Connection::from(raw.clone());
        let raw: DurableDatabase = raw.unchecked_into();
        let ending = Rc::new(ending);
        let closed = ending.clone();
        connection.on_close(move |_| closed(Ending::Closed));
        connection.on_version_change(move |event| {
            let newer = event.dyn_into::<web_sys::IdbVersionChangeEvent>().ok().and_then(|event| event.new_version());
            ending(if newer.is_some() { Ending::Newer } else { Ending::Deletion });
        });
        Ok(Self { connection, raw })
    }

    /// Ends the connection once what is being written is.
    pub(super) fn close(&self) {
        self.connection.close();
    }

    /// Number and document of every project.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(super) async fn projects(&self) -> Result<Vec<(u32, String)>, PageError> {
        let entries = self.slice(PROJECTS, None, SLICES[0]).await.map_err(|error| not_opened(&error))?;
        Ok(entries.into_iter().filter_map(|(key, value)| Some((number(&key)?, value.as_string()?))).collect())
    }

    /// The document of a project.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(super) async fn project(&self, project: u32) -> Result<Option<String>, PageError> {
        let read = async { self.read(PROJECTS)?.object_store(PROJECTS)?.get(JsValue::from(project))?.await };
        Ok(read.await.map_err(|error| not_opened(&error))?.and_then(|document| document.as_string()))
    }

    /// How many photos a project has.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(super) async fn count(&self, project: u32) -> Result<u32, PageError> {
        let count = async {
            let range = Query::KeyRange(keys_of(project)?);
            self.read(PLACES)?.object_store(PLACES)?.count(Some(range))?.await
        };
        count.await.map_err(|error| not_opened(&error))
    }

    /// Adds a project; its number, which no other one has.
    ///
    /// # Errors
    /// As for [`Database::write`].
    pub(super) async fn add_project(&self, document: &str) -> Result<u32, WriteError> {
        let writing = Writing::begin(&self.raw, &[PROJECTS])?;
        let transaction = &writing.transaction;
        let added = async {
            let store = transaction.object_store(PROJECTS)?;
            let numbers = store.get_all_keys(None, None)?.await?;
            let number = numbers.iter().filter_map(number).max().unwrap_or_default() + 1;
            store.put(&document.into(), Some(&number.into()))?;
            Ok::<_, Error>(number)
        };
        let added = added.await;
        writing.end(added).await
    }

    /// Changes a project's document; nothing happens where there is none.
    ///
    /// # Errors
    /// As for [`Database::write`].
    pub(super) async fn change_project(
        &self,
        project: u32,
        change: impl FnOnce(&str) -> Option<String>,
    ) -> Result<(), WriteError> {
        let writing = Writing::begin(&self.raw, &[PROJECTS])?;
        let transaction = &writing.transaction;
        let changed = async {
            let store = transaction.object_store(PROJECTS)?;
            let before = store.get(JsValue::from(project))?.await?.and_then(|document| document.as_string());
            if let Some(after) = before.and_then(|before| change(&before)) {
                store.put(&after.into(), Some(&project.into()))?;
            }
            Ok(())
        };
        let changed = changed.await;
        writing.end(changed).await
    }

    /// Removes a project with all that it has.
    ///
    /// # Errors
    /// As for [`Database::write`].
    pub(super) async fn remove_project(&self, project: u32) -> Result<(), WriteError> {
        let writing = Writing::begin(&self.raw, &STORES)?;
        let transaction = &writing.transaction;
        let removed = async {
            for store in OF_PROJECTS {
                transaction.object_store(store)?.delete(Query::KeyRange(keys_of(project)?))?;
            }
            transaction.object_store(WRITERS)?.delete(JsValue::from(project))?;
            transaction.object_store(PROJECTS)?.delete(JsValue::from(project))?;
            Ok(())
        };
        let removed = removed.await;
        writing.end(removed).await
    }

    /// The places of all photos, in the order of their numbers; without a value for one that cannot be read.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(super) async fn places(&self, project: u32) -> Result<Vec<(u32, Option<String>)>, PageError> {
        let mut places: Vec<(u32, Option<String>)> = Vec::new();
        loop {
            let some = self.of_project(PLACES, project, places.last().map(|place| place.0), SLICES[0]).await?;
            if some.is_empty() {
                return Ok(places);
            }
            places.extend(some.into_iter().map(|(photo, value)| (photo, value.as_string())));
        }
    }

    /// What was said of the next photos after that number, in the order of their numbers; none at the end. Without a value
    /// for one that cannot be read.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(super) async fn descriptions(
        &self,
        project: u32,
        after: Option<u32>,
    ) -> Result<Vec<(u32, Option<Described>)>, PageError> {
        let entries = self.of_project(DESCRIPTIONS, project, after, SLICES[1]).await?;
        Ok(entries.into_iter().map(|(photo, value)| (photo, from_stored(&value))).collect())
    }

    /// The numbers of all photos whose bytes are stored.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(super) async fn photos(&self, project: u32) -> Result<Vec<u32>, PageError> {
        let keys = async {
            let range = Query::KeyRange(keys_of(project)?);
            self.read(PHOTOS)?.object_store(PHOTOS)?.get_all_keys(Some(range), None)?.await
        };
        let keys = keys.await.map_err(|error| not_opened(&error))?;
        Ok(keys.iter().filter_map(photo_of).collect())
    }

    /// The bytes of a photo, left in the browser's memory.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(super) async fn photo(&self, project: u32, photo: u32) -> Result<Option<Uint8Array>, PageError> {
        let key = key(project, &photo.into());
        let read = async { self.read(PHOTOS)?.object_store(PHOTOS)?.get(key)?.await };
        Ok(read.await.map_err(|error| not_opened(&error))?.and_then(|bytes| bytes.dyn_into().ok()))
    }

    /// The document of that name.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(super) async fn document(&self, project: u32, name: &str) -> Result<Option<Vec<u8>>, PageError> {
        let key = key(project, &name.into());
        let read = async { self.read(DOCUMENTS)?.object_store(DOCUMENTS)?.get(key)?.await };
        let found = read.await.map_err(|error| not_opened(&error))?;
        Ok(found.and_then(|found| found.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()))
    }

    /// From now on only `writer` may write this project.
    ///
    /// # Errors
    /// As for [`Database::write`].
    pub(super) async fn claim(&self, project: u32, writer: &str) -> Result<(), WriteError> {
        let writing = Writing::begin(&self.raw, &[WRITERS])?;
        let transaction = &writing.transaction;
        let claimed = (|| {
            transaction.object_store(WRITERS)?.put(&writer.into(), Some(&project.into()))?;
            Ok(())
        })();
        writing.end(claimed).await
    }

    /// Writes `batch` in one transaction, which is on the disk when this is done.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub(super) async fn write(&self, project: u32, writer: &str, batch: &Batch) -> Result<(), WriteError> {
        let writing = Writing::begin(&self.raw, &STORES)?;
        let transaction = &writing.transaction;
        let current = async {
            let current = transaction.object_store(WRITERS)?.get(JsValue::from(project))?.await?;
            Ok::<_, Error>(current.and_then(|current| current.as_string()))
        };
        match current.await {
            Ok(Some(current)) if current != writer => {
                writing.abort();
                Err(WriteError::TakenOver)
            }
            Ok(_) => {
                let filled = batch.fill(transaction, project, writer);
                writing.end(filled).await
            }
            Err(error) => writing.end(Err(error)).await,
        }
    }

    fn read(&self, store: &str) -> Result<Transaction, Error> {
        self.connection.transaction(&[store], TransactionMode::ReadOnly)
    }

    async fn of_project(
        &self,
        store: &str,
        project: u32,
        after: Option<u32>,
        limit: u32,
    ) -> Result<Vec<(u32, JsValue)>, PageError> {
        let range = match after {
            Some(after) => KeyRange::bound(&key(project, &after.into()), &end_of(project), Some(true), None),
            None => keys_of(project),
        };
        let entries = async { self.slice(store, Some(range?), limit).await };
        let entries = entries.await.map_err(|error| not_opened(&error))?;
        Ok(entries.into_iter().filter_map(|(key, value)| Some((photo_of(&key)?, value))).collect())
    }

    /// Keys and values of the first entries in a range.
    async fn slice(&self, store: &str, range: Option<KeyRange>, limit: u32) -> Result<Vec<(JsValue, JsValue)>, Error> {
        let store = self.read(store)?.object_store(store)?;
        let keys = store.get_all_keys(range.clone().map(Query::KeyRange), Some(limit))?;
        let values = store.get_all(range.map(Query::KeyRange), Some(limit))?;
        let keys = keys.await?;
        Ok(keys.into_iter().zip(values.await?).collect())
    }
}

fn not_saved(error: &Error) -> PageError {
    PageError::NotSaved { detail: detail(error) }
}

fn not_opened(error: &Error) -> PageError {
    PageError::NotOpened { detail: detail(error) }
}
