//! The browser's database, where a project waits for tomorrow. Schema 1: `documents` holds bytes by name, `photos` the
//! files as they came, `descriptions` what the engine said of them, both by the photo's number.

use std::rc::Rc;

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, DomException, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction, IdbTransactionMode,
};

use crate::dom::window;
use crate::error::PageError;
use crate::state::Described;

const NAME: &str = "headstart";
const SCHEMA: u32 = 1;
/// Why there may be none.
const NO_DATABASE: &str = "it has no database here, as in some private windows";
const DOCUMENTS: &str = "documents";
const PHOTOS: &str = "photos";
const DESCRIPTIONS: &str = "descriptions";

/// Entries read at once: more would hold up the page.
const SLICE: u32 = 64;

/// An open database.
pub(crate) struct Database(IdbDatabase);

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
        let factory = window().indexed_db().map_err(|error| not_saved(&error))?;
        let factory = factory.ok_or_else(|| PageError::NotSaved { detail: NO_DATABASE.to_owned() })?;
        let request = factory.open_with_u32(NAME, SCHEMA).map_err(|error| not_saved(&error))?;
        let fresh = request.clone();
        let make = Closure::once_into_js(move || {
            let Ok(database) = fresh.result() else { return };
            for store in [DOCUMENTS, PHOTOS, DESCRIPTIONS] {
                // Where a store cannot be made, the first transaction fails and says so.
                let _ = database.unchecked_ref::<IdbDatabase>().create_object_store(store);
            }
        });
        request.set_onupgradeneeded(Some(make.unchecked_ref()));
        let database = answer(&request).await.map_err(|error| match name(&error).as_deref() {
            Some("VersionError") => PageError::NotOpened { detail: "it is from a newer release".to_owned() },
            _ => not_saved(&error),
        })?;
        Ok(Self(database.unchecked_into()))
    }

    /// The document of that name.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(crate) async fn document(&self, name: &str) -> Result<Option<Vec<u8>>, PageError> {
        let request = self.store(DOCUMENTS).and_then(|store| store.get(&name.into()));
        let found = answer(&request.map_err(|error| not_opened(&error))?).await.map_err(|error| not_opened(&error))?;
        Ok(found.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec()))
    }

    /// The next photos after that number, in the order of their numbers; none at the end.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(crate) async fn photos(&self, after: Option<u32>) -> Result<Vec<(u32, Blob)>, PageError> {
        let entries = self.slice(PHOTOS, after).await.map_err(|error| not_opened(&error))?;
        Ok(entries.iter().filter_map(|entry| Some((number(&entry)?, field(&entry, "file")?))).collect())
    }

    /// What was said of the next photos after that number, in the order of their numbers; none at the end.
    ///
    /// # Errors
    /// [`PageError::NotOpened`].
    pub(crate) async fn descriptions(&self, after: Option<u32>) -> Result<Vec<(u32, Described)>, PageError> {
        let entries = self.slice(DESCRIPTIONS, after).await.map_err(|error| not_opened(&error))?;
        let read = |entry: JsValue| {
            let entry = &entry;
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
        let stores = [DOCUMENTS, PHOTOS, DESCRIPTIONS].into_iter().map(JsValue::from_str).collect::<Array>();
        let transaction = self.0.transaction_with_str_sequence_and_mode(&stores, IdbTransactionMode::Readwrite);
        let transaction = transaction.map_err(|error| not_saved(&error))?;
        if let Err(error) = fill(&transaction, batch) {
            // One that has ended by itself is as good.
            let _ = transaction.abort();
            return Err(not_saved(&error));
        }
        let ended = Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        match (JsFuture::from(ended).await, transaction.error()) {
            (Ok(_), _) => Ok(()),
            (Err(_), Some(error)) => Err(not_saved(&error)),
            // What ends a transaction without a word of its own is the browser's limit.
            (Err(_), None) => Err(PageError::DiskFull),
        }
    }

    fn store(&self, name: &str) -> Result<IdbObjectStore, JsValue> {
        self.0.transaction_with_str(name)?.object_store(name)
    }

    async fn slice(&self, store: &str, after: Option<u32>) -> Result<Array, JsValue> {
        let range = match after {
            Some(after) => IdbKeyRange::lower_bound_with_open(&after.into(), true)?.into(),
            None => JsValue::NULL,
        };
        let entries = answer(&self.store(store)?.get_all_with_key_and_limit(&range, SLICE)?).await?;
        Ok(entries.unchecked_into())
    }
}

/// Asks for every change of the batch.
fn fill(transaction: &IdbTransaction, batch: &Batch) -> Result<(), JsValue> {
    let documents = transaction.object_store(DOCUMENTS)?;
    let photos = transaction.object_store(PHOTOS)?;
    let descriptions = transaction.object_store(DESCRIPTIONS)?;
    for (name, bytes) in &batch.documents {
        let key = JsValue::from_str(name);
        match bytes {
            Some(bytes) => documents.put_with_key(&Uint8Array::from(bytes.as_slice()), &key)?,
            None => documents.delete(&key)?,
        };
    }
    for (id, file) in &batch.photos {
        photos.put_with_key(&object(*id, &[("file", file)]), &(*id).into())?;
    }
    for (id, described) in &batch.descriptions {
        let hash = Uint8Array::from(described.hash.as_slice());
        let descriptors = Uint8Array::from(described.descriptors.as_slice());
        let fields: [(&str, &JsValue); 3] =
            [("hash", &hash), ("descriptors", &descriptors), ("thumbnail", described.thumbnail())];
        descriptions.put_with_key(&object(*id, &fields), &(*id).into())?;
    }
    for id in &batch.gone {
        photos.delete(&(*id).into())?;
        descriptions.delete(&(*id).into())?;
    }
    Ok(())
}

/// What the database answers.
async fn answer(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let ended = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(ended).await {
        Ok(_) => request.result(),
        Err(event) => Err(request.error().ok().flatten().map_or(event, JsValue::from)),
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
fn name(error: &JsValue) -> Option<String> {
    error.dyn_ref::<DomException>().map(DomException::name)
}

fn not_saved(error: &JsValue) -> PageError {
    match name(error).as_deref() {
        Some("QuotaExceededError") => PageError::DiskFull,
        _ => PageError::NotSaved { detail: detail(error) },
    }
}

fn not_opened(error: &JsValue) -> PageError {
    PageError::NotOpened { detail: detail(error) }
}

/// What the browser calls it, as short as can be.
fn detail(error: &JsValue) -> String {
    name(error).unwrap_or_else(|| "no reason was given".to_owned())
}
