//! The browser's database, where a project waits for tomorrow. Schema 1: `documents` holds bytes by name, `photos` the
//! files as they came, `descriptions` what the engine said of them, both by the photo's number.

use std::rc::Rc;

use idb::{DatabaseEvent, Error, Factory, KeyRange, ObjectStore, ObjectStoreParams, Query, TransactionMode};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use crate::error::PageError;
use crate::state::Described;

const NAME: &str = "headstart";
const SCHEMA: u32 = 1;
const DOCUMENTS: &str = "documents";
const PHOTOS: &str = "photos";
const DESCRIPTIONS: &str = "descriptions";

/// Entries read at once: more would hold up the page.
const SLICE: u32 = 64;

/// An open database.
pub(crate) struct Database(idb::Database);

/// Changes that are written together, or not at all.
#[derive(Default)]
pub(crate) struct Batch {
    /// Documents by name; without bytes they are removed.
    pub(crate) documents: Vec<(&'static str, Option<Vec<u8>>)>,
    /// Photos' files by number.
    pub(crate) photos: Vec<(u32, Blob)>,
    /// What was said of photos, by number.
    pub(crate) descriptions: Vec<(u32, Rc<Described>)>,
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
            if let Ok(database) = event.database() {
                for store in [DOCUMENTS, PHOTOS, DESCRIPTIONS] {
                    // Where a store cannot be made, the first transaction fails and says so.
                    let _ = database.create_object_store(store, ObjectStoreParams::new());
                }
            }
        });
        let database = request.await.map_err(|error| match name(&error).as_deref() {
            Some("VersionError") => PageError::NotOpened { detail: "it is from a newer release".to_owned() },
            _ => not_saved(&error),
        })?;
        Ok(Self(database))
    }

    /// The document of that name.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(crate) async fn document(&self, name: &str) -> Result<Option<Vec<u8>>, PageError> {
        let found = async {
            let store = self.store(DOCUMENTS)?;
            store.get(JsValue::from_str(name))?.await
        };
        let found = found.await.map_err(|error| not_opened(&error))?;
        Ok(found.and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()))
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

    /// Writes a batch.
    ///
    /// # Errors
    /// [`PageError::DiskFull`] or [`PageError::NotSaved`]; nothing of the batch is written then.
    pub(crate) async fn write(&self, batch: &Batch) -> Result<(), PageError> {
        let transaction = async {
            let transaction = self.0.transaction(&[DOCUMENTS, PHOTOS, DESCRIPTIONS], TransactionMode::ReadWrite)?;
            let documents = transaction.object_store(DOCUMENTS)?;
            let photos = transaction.object_store(PHOTOS)?;
            let descriptions = transaction.object_store(DESCRIPTIONS)?;
            for (name, bytes) in &batch.documents {
                let key = JsValue::from_str(name);
                match bytes {
                    Some(bytes) => drop(documents.put(&Uint8Array::from(bytes.as_slice()), Some(&key))?),
                    None => drop(documents.delete(key)?),
                }
            }
            for (id, file) in &batch.photos {
                photos.put(&object(*id, &[("file", file)]), Some(&(*id).into()))?;
            }
            for (id, described) in &batch.descriptions {
                let hash = Uint8Array::from(described.hash.as_slice());
                let descriptors = Uint8Array::from(described.descriptors.as_slice());
                let fields: [(&str, &JsValue); 3] =
                    [("hash", &hash), ("descriptors", &descriptors), ("thumbnail", described.thumbnail())];
                descriptions.put(&object(*id, &fields), Some(&(*id).into()))?;
            }
            for id in &batch.gone {
                photos.delete(JsValue::from(*id))?;
                descriptions.delete(JsValue::from(*id))?;
            }
            transaction.await
        };
        match transaction.await {
            Ok(result) if result.is_committed() => Ok(()),
            // What ends a transaction without a word of its own is the browser's limit.
            Ok(_) => Err(PageError::DiskFull),
            Err(error) => Err(not_saved(&error)),
        }
    }

    fn store(&self, name: &str) -> Result<ObjectStore, Error> {
        self.0.transaction(&[name], TransactionMode::ReadOnly)?.object_store(name)
    }

    async fn slice(&self, store: &str, after: Option<u32>) -> Result<Vec<JsValue>, Error> {
        let range = after.map(|after| KeyRange::lower_bound(&after.into(), Some(true))).transpose()?;
        self.store(store)?.get_all(range.map(Query::from), Some(SLICE))?.await
    }
}

fn object(id: u32, fields: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    // Setting a field of a fresh object does not fail.
    let _ = Reflect::set(&object, &"id".into(), &id.into());
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn field<T: JsCast>(entry: &JsValue, name: &str) -> Option<T> {
    Reflect::get(entry, &name.into()).ok()?.dyn_into().ok()
}

fn number(entry: &JsValue) -> Option<u32> {
    // Written as a whole number of 32 bits.
    Reflect::get(entry, &"id".into()).ok()?.as_f64().map(|id| id as u32)
}

/// The name of the browser's own error.
fn name(error: &Error) -> Option<String> {
    match error {
        Error::DomException(error) => Some(error.name()),
        Error::AddFailed(value) | Error::UpdateFailed(value) | Error::TransactionOpenFailed(value) => {
            value.dyn_ref::<web_sys::DomException>().map(web_sys::DomException::name)
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
    match error {
        Error::IndexedDbNotFound(_) => "it has no database here, as in some private windows".to_owned(),
        error => name(error).unwrap_or_else(|| error.to_string()),
    }
}
