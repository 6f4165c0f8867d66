//! What earlier releases saved. Schema 1 was one database for the whole origin with one project: `documents` by name
//! (`project`, `head` and `run`, in postcard's encoding by position), `photos` as `Blob`s and `descriptions`, both by the
//! photo's number. The deployment that is opened first takes it over: it is copied, and deleted once all of it is there.
//!
//! The types here are frozen: they say what was written then, whatever the present types become.

use std::sync::Arc;

use headstart_protocol::{HeadKind, InputSize, OptimizerKind, ProjectClass, TrainingSettings, Validation};
use idb::{Database as Connection, Error, Factory, Query, TransactionMode};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::prelude::Set;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::Saver;
use super::batch::Batch;
use super::database::Database;
use super::format::{FORMAT, PlaceDocument, ProjectDocument, written};
use crate::error::PageError;
use crate::platform::dom::window;
use crate::platform::files;
use crate::project::album::DocumentKind;

/// The name of the database of schema 1.
const NAME: &str = "headstart";
/// Opened as this version, no tab with an earlier release has it open.
const TAKEN_OVER: u32 = 2;
const DOCUMENTS: &str = "documents";
const PHOTOS: &str = "photos";
/// Photos copied at once.
const SLICE: usize = 8;

/// The project's list in schema 1.
#[derive(Debug, PartialEq, Deserialize)]
struct Manifest1 {
    version: u32,
    size: InputSize,
    classes: Vec<Class1>,
    photos: Vec<Photo1>,
    settings: Settings1,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Class1 {
    id: u32,
    name: String,
    on: bool,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Photo1 {
    id: u32,
    class: u32,
    name: String,
    burst: Option<u64>,
    /// Where it was to lie in a zip.
    path: String,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Settings1 {
    head: HeadKind,
    optimizer: OptimizerKind,
    epochs: Option<u32>,
    batch: Option<u32>,
    learning_rate: Option<f64>,
    dropout: f64,
    c: Option<f64>,
    patience: u32,
    balance: bool,
    validation: Validation,
    views: u32,
    seed: u32,
}

impl From<Settings1> for TrainingSettings {
    fn from(settings: Settings1) -> Self {
        let Settings1 { head, optimizer, epochs, batch, learning_rate, dropout, c, patience, .. } = settings;
        let Settings1 { balance, validation, views, seed, .. } = settings;
        Self { head, optimizer, epochs, batch, learning_rate, dropout, c, patience, balance, validation, views, seed }
    }
}

impl Saver {
    /// Copies the project of an earlier release, where there is one.
    ///
    /// # Errors
    /// It is there and cannot be read, or the copy cannot be written: it stays where it is.
    pub(crate) async fn bring_over(self) -> Result<(), PageError> {
        let blocked = self.is_blocked;
        let Some(earlier) = open(move || blocked.set(true)).await? else { return Ok(()) };
        blocked.set(false);
        let store = self.store();
        let database = store.database().await?;
        let copied = copy(&earlier, &database, &self.tab().name).await;
        earlier.close();
        copied?;
        delete().await
    }
}

/// The earlier database, if there is one, once no tab with an earlier release has it open; `blocked` is called while one
/// does.
async fn open(blocked: impl Fn() + 'static) -> Result<Option<Connection>, PageError> {
    if !may_exist().await {
        return Ok(None);
    }
    let open = async {
        let mut request = Factory::new()?.open(NAME, Some(TAKEN_OVER))?;
        request.on_blocked(move |_| blocked());
        request.await
    };
    let connection = open.await.map_err(|error| unreadable(&error))?;
    if connection.store_names().iter().any(|store| store == DOCUMENTS) {
        return Ok(Some(connection));
    }
    // There was none, and now there is an empty one.
    connection.close();
    delete().await?;
    Ok(None)
}

/// Whether there may be a database of schema 1: not where the browser lists others only.
async fn may_exist() -> bool {
    let Ok(Some(factory)) = window().indexed_db() else { return false };
    let listed = async {
        let list: Function = Reflect::get(&factory, &"databases".into())?.dyn_into()?;
        JsFuture::from(list.call0(&factory)?.dyn_into::<Promise>()?).await?.dyn_into::<Array>()
    };
    let is_it = |entry: JsValue| Reflect::get(&entry, &"name".into()).ok().and_then(|name| name.as_string());
    listed.await.map_or(true, |listed| listed.iter().any(|entry| is_it(entry).as_deref() == Some(NAME)))
}

async fn delete() -> Result<(), PageError> {
    let deletion = Factory::new().and_then(|factory| factory.delete(NAME)).map_err(|error| unreadable(&error))?;
    deletion.await.map_err(|error| unreadable(&error))
}

async fn copy(earlier: &Connection, database: &Database, writer: &str) -> Result<(), PageError> {
    let manifest = document(earlier, "project").await?;
    let Some(manifest) = manifest else { return Ok(()) };
    let manifest: Manifest1 = postcard::from_bytes(&manifest)
        .map_err(|_| PageError::NotOpened { detail: "the list of its photos is damaged".to_owned() })?;
    let now = js_sys::Date::now();
    let mut project = ProjectDocument {
        version: FORMAT,
        name: "My project".to_owned(),
        created: now,
        changed: now,
        deleted: None,
        incomplete: true,
        bytes: 0,
        size: Some(manifest.size).filter(|_| !manifest.photos.is_empty()),
        classes: manifest
            .classes
            .into_iter()
            .map(|class| ProjectClass { id: class.id, name: class.name, on: class.on })
            .collect(),
        settings: manifest.settings.into(),
    };
    let number = database.add_project(&written(&project)).await?;
    for photos in manifest.photos.chunks(SLICE) {
        let mut batch = Batch::default();
        for photo in photos {
            // One that is not there was not written in time, then; one that cannot be read is lost with what it lay in.
            let Ok(Some(bytes)) = bytes_of(earlier, photo.id).await else { continue };
            let place = PlaceDocument {
                version: FORMAT,
                class: photo.class,
                name: photo.name.clone(),
                burst: photo.burst,
                part: None,
                bytes: u64::from(bytes.length()),
            };
            project.bytes += place.bytes;
            batch.places.push((photo.id, Some(written(&place))));
            batch.photos.push((photo.id, bytes));
        }
        database.write(number, writer, &batch).await?;
    }
    let head = document(earlier, "head").await?.map(Arc::new);
    project.incomplete = false;
    let batch = Batch {
        project: Some(written(&project)),
        documents: vec![(DocumentKind::Head.name(), head)],
        ..Batch::default()
    };
    Ok(database.write(number, writer, &batch).await?)
}

async fn document(earlier: &Connection, name: &str) -> Result<Option<Vec<u8>>, PageError> {
    let found = entry(earlier, DOCUMENTS, name.into()).await?;
    Ok(found.and_then(|found| found.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()))
}

async fn bytes_of(earlier: &Connection, photo: u32) -> Result<Option<Uint8Array>, PageError> {
    let Some(entry) = entry(earlier, PHOTOS, photo.into()).await? else { return Ok(None) };
    let file: Option<Blob> = Reflect::get(&entry, &"file".into()).ok().and_then(|file| file.dyn_into().ok());
    match file {
        Some(file) => Ok(Some(files::bytes(&file).await?)),
        None => Ok(None),
    }
}

async fn entry(earlier: &Connection, store: &str, key: JsValue) -> Result<Option<JsValue>, PageError> {
    let read = async {
        let transaction = earlier.transaction(&[store], TransactionMode::ReadOnly)?;
        transaction.object_store(store)?.get(Query::Key(key))?.await
    };
    read.await.map_err(|error| unreadable(&error))
}

fn unreadable(error: &Error) -> PageError {
    PageError::NotOpened { detail: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list as it was written then: the classes “Tasse” and “皿” (switched off), a photo each.
    const SAVED: &str = "01010201055461737365010203e79abf0002030105612e6a7067001470686f746f732f54617373652f332d612e6a7067\
         ac020205622e706e6701ffffffffffffffffff011470686f746f732fe79abf2f3330302d622e706e67\
         0000000001000000000000d03f333333333333d33f001401019a9999999999c93f0207";

    fn bytes(hexadecimal: &str) -> Vec<u8> {
        let digits: Vec<u8> = hexadecimal.bytes().filter(u8::is_ascii_hexdigit).collect();
        let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks(2).map(pair).collect()
    }

    #[test]
    fn a_list_of_schema_1_is_read() {
        let Manifest1 { version, size, classes, photos, settings } = postcard::from_bytes(&bytes(SAVED)).unwrap();
        assert_eq!((version, size), (1, InputSize::S224));
        let classes: Vec<_> = classes.iter().map(|class| (class.id, class.name.as_str(), class.on)).collect();
        assert_eq!(classes, [(1, "Tasse", true), (2, "皿", false)]);
        let photos: Vec<_> =
            photos.iter().map(|photo| (photo.id, photo.class, photo.name.as_str(), photo.burst)).collect();
        assert_eq!(photos, [(3, 1, "a.jpg", None), (300, 2, "b.png", Some(u64::MAX))]);
        let expected = TrainingSettings {
            learning_rate: Some(0.25),
            validation: Validation::HoldOut(0.2),
            views: 2,
            seed: 7,
            ..TrainingSettings::default()
        };
        assert_eq!(TrainingSettings::from(settings), expected);
    }

    #[test]
    fn a_list_that_is_cut_short_is_no_list() {
        let saved = bytes(SAVED);
        for length in 0..saved.len() {
            assert!(postcard::from_bytes::<Manifest1>(&saved[..length]).is_err(), "{length}");
        }
    }
}
