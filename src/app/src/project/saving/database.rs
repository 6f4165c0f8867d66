//! The browser's database (IndexedDB), where a project waits for tomorrow. Schema 1: `documents` holds bytes by name,
//! `photos` the files as they came, `descriptions` what the engine said of them, both by the photo's number.

use std::sync::Arc;

use idb::{
    DatabaseEvent, Error, Factory, KeyRange, ObjectStoreParams, Query, Transaction, TransactionMode, TransactionResult,
};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, DomException, IdbTransaction};

use crate::error::PageError;
use crate::platform::dom::object;
use crate::project::album::Described;

const NAME: &str = "headstart";
const SCHEMA: u32 = 1;
const DOCUMENTS: &str = "documents";
const PHOTOS: &str = "photos";
const DESCRIPTIONS: &str = "descriptions";
const STORES: [&str; 3] = [DOCUMENTS, PHOTOS, DESCRIPTIONS];

/// Entries read at once: more would be a long task.
const SLICE: u32 = 64;

/// An open database.
pub(crate) struct Database(idb::Database);

/// Changes that are written together, or not at all.
#[derive(Default)]
pub(crate) struct Changes {
    /// Documents by name; without bytes they are removed.
    pub(crate) documents: Vec<(&'static str, Option<Vec<u8>>)>,
    /// Photos' files by number.
    pub(crate) photos: Vec<(u32, Blob)>,
    /// What was said of photos, by number.
    pub(crate) descriptions: Vec<(u32, Arc<Described>)>,
    /// Photos that are no more.
    pub(crate) gone: Vec<u32>,
}

impl Database {
    /// Opens the database, and makes it where there is none.
    ///
    /// # Errors
    /// [`PageError::NotOpened`] where there is one of a newer release, [`PageError::NotSaved`] where there can be none.
    pub(crate) async fn open() -> Result<Self, PageError> {
        let mut request =
            Factory::new().and_then(|factory| factory.open(NAME, Some(SCHEMA))).map_err(|error| not_saved(&error))?;
        request.on_upgrade_needed(|event| {
            let Ok(database) = event.database() else { return };
            for store in STORES {
                // Where a store cannot be made, the first transaction fails and says so.
                let _ = database.create_object_store(store, ObjectStoreParams::new());
            }
        });
        request.await.map(Self).map_err(|error| match name(&error).as_deref() {
            Some("VersionError") => PageError::NotOpened { detail: "it is from a newer release".to_owned() },
            _ => not_saved(&error),
        })
    }

    /// The document of that name.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(crate) async fn document(&self, name: &str) -> Result<Option<Vec<u8>>, PageError> {
        let read = async {
            let store = self.read(DOCUMENTS)?.object_store(DOCUMENTS)?;
            store.get(JsValue::from_str(name))?.await
        };
        let found = read.await.map_err(|error| not_opened(&error))?;
        Ok(found.and_then(|found| found.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()))
    }

    /// The next photos after that number, in the order of their numbers; none at the end.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(crate) async fn photos(&self, after: Option<u32>) -> Result<Vec<(u32, Blob)>, PageError> {
        let entries = self.slice(PHOTOS, after).await.map_err(|error| not_opened(&error))?;
        Ok(entries.iter().filter_map(|entry| Some((number(entry)?, field(entry, "file")?))).collect())
    }

    /// What was said of the next photos after that number, in the order of their numbers; none at the end.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(crate) async fn descriptions(&self, after: Option<u32>) -> Result<Vec<(u32, Described)>, PageError> {
        let entries = self.slice(DESCRIPTIONS, after).await.map_err(|error| not_opened(&error))?;
        let read = |entry: &JsValue| {
            let hash = field::<Uint8Array>(entry, "hash")?.to_vec().try_into().ok()?;
            let descriptors = field::<Uint8Array>(entry, "descriptors")?.to_vec();
            Some((number(entry)?, Described::new(hash, descriptors, field(entry, "thumbnail")?)))
        };
        Ok(entries.iter().filter_map(read).collect())
    }

    /// Writes `changes` in one transaction.
    ///
    /// # Errors
    /// [`PageError::DiskFull`] or [`PageError::NotSaved`]; nothing of it is written then.
    pub(crate) async fn write(&self, changes: &Changes) -> Result<(), PageError> {
        let transaction = self.0.transaction(&STORES, TransactionMode::ReadWrite);
        // The same transaction twice: idb's goes with the wait for its end, and only the browser's tells why it ended.
        let raw: IdbTransaction = transaction.map_err(|error| not_saved(&error))?.into();
        let transaction = Transaction::from(raw.clone());
        if let Err(error) = fill(&transaction, changes) {
            // One that has ended by itself is as good.
            let _ = transaction.abort();
            return Err(not_saved(&error));
        }
        match (transaction.await, raw.error()) {
            (Ok(TransactionResult::Committed), _) => Ok(()),
            (_, Some(error)) => Err(not_saved(&Error::DomException(error))),
            (Err(error), None) => Err(not_saved(&error)),
            // What aborts a transaction without a reason of its own is the quota.
            (Ok(TransactionResult::Aborted), None) => Err(PageError::DiskFull),
        }
    }

    fn read(&self, store: &str) -> Result<Transaction, Error> {
        self.0.transaction(&[store], TransactionMode::ReadOnly)
    }

    async fn slice(&self, store: &str, after: Option<u32>) -> Result<Vec<JsValue>, Error> {
        let range = after.map(|after| KeyRange::lower_bound(&after.into(), Some(true))).transpose()?;
        let store = self.read(store)?.object_store(store)?;
        store.get_all(range.map(Query::KeyRange), Some(SLICE))?.await
    }
}

/// Requests every change of `changes`; the transaction's end says what became of them.
fn fill(transaction: &Transaction, changes: &Changes) -> Result<(), Error> {
    let documents = transaction.object_store(DOCUMENTS)?;
    let photos = transaction.object_store(PHOTOS)?;
    let descriptions = transaction.object_store(DESCRIPTIONS)?;
    for (name, bytes) in &changes.documents {
        let key = JsValue::from_str(name);
        match bytes {
            Some(bytes) => drop(documents.put(&Uint8Array::from(bytes.as_slice()), Some(&key))?),
            None => drop(documents.delete(key)?),
        }
    }
    for (id, file) in &changes.photos {
        photos.put(&object(&[("id", (*id).into()), ("file", file.into())]), Some(&(*id).into()))?;
    }
    for (id, described) in &changes.descriptions {
        let fields = [
            ("id", (*id).into()),
            ("hash", Uint8Array::from(described.hash.as_slice()).into()),
            ("descriptors", Uint8Array::from(described.descriptors.as_slice()).into()),
            ("thumbnail", described.thumbnail().into()),
        ];
        descriptions.put(&object(&fields), Some(&(*id).into()))?;
    }
    for id in &changes.gone {
        photos.delete(JsValue::from(*id))?;
        descriptions.delete(JsValue::from(*id))?;
    }
    Ok(())
}

fn field<T: JsCast>(entry: &JsValue, name: &str) -> Option<T> {
    Reflect::get(entry, &name.into()).ok()?.dyn_into().ok()
}

fn number(entry: &JsValue) -> Option<u32> {
    // Written as a whole number of 32 bits.
    Reflect::get(entry, &"id".into()).ok()?.as_f64().map(|id| id as u32)
}

/// The name of the browser's own error inside one of the crate's.
fn name(error: &Error) -> Option<String> {
    match error {
        Error::DomException(error) => Some(error.name()),
        Error::IndexedDbNotFound(error) | Error::AddFailed(error) | Error::TransactionOpenFailed(error) => {
            error.dyn_ref::<DomException>().map(DomException::name)
        }
        _ => None,
    }
}

fn not_saved(error: &Error) -> PageError {
    match name(error).as_deref() {
        Some("QuotaExceededError") => PageError::DiskFull,
        _ => PageError::NotSaved { detail: detail(error) },
    }
}

fn not_opened(error: &Error) -> PageError {
    PageError::NotOpened { detail: detail(error) }
}

/// What the browser calls it, as short as can be.
fn detail(error: &Error) -> String {
    name(error).unwrap_or_else(|| error.to_string())
}
