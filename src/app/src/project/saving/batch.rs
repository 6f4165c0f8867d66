//! What one transaction writes.

use std::sync::Arc;

use idb::{Error, Transaction};
use js_sys::Uint8Array;

use super::schema::{DESCRIPTIONS, DOCUMENTS, PHOTOS, PLACES, PROJECTS, WRITERS, key};
use super::stored_description::to_stored;
use crate::project::album::Described;

/// Changes of one project that are written together, or not at all.
#[derive(Default)]
pub(super) struct Batch {
    /// The project's document.
    pub(super) project: Option<String>,
    /// Places by photo; without one the photo is in no class any more.
    pub(super) places: Vec<(u32, Option<String>)>,
    /// The bytes of photos.
    pub(super) photos: Vec<(u32, Uint8Array)>,
    /// What the engine said of photos.
    pub(super) descriptions: Vec<(u32, Arc<Described>)>,
    /// Documents.
    pub(super) documents: Vec<NamedDocument>,
    /// Photos whose bytes are removed.
    pub(super) gone: Vec<u32>,
}

/// A document by its name; without bytes it is removed.
pub(super) type NamedDocument = (&'static str, Option<Arc<Vec<u8>>>);

impl Batch {
    /// Requests every change; the transaction's end says what became of them. From now on `writer` writes the project.
    pub(super) fn fill(&self, transaction: &Transaction, project: u32, writer: &str) -> Result<(), Error> {
        transaction.object_store(WRITERS)?.put(&writer.into(), Some(&project.into()))?;
        if let Some(document) = &self.project {
            transaction.object_store(PROJECTS)?.put(&document.into(), Some(&project.into()))?;
        }
        let photos = transaction.object_store(PHOTOS)?;
        let descriptions = transaction.object_store(DESCRIPTIONS)?;
        for (photo, bytes) in &self.photos {
            let key = key(project, &(*photo).into());
            photos.put(bytes, Some(&key))?;
            // What may be there is of another photo that had the number.
            descriptions.delete(key)?;
        }
        let places = transaction.object_store(PLACES)?;
        for (photo, place) in &self.places {
            let key = key(project, &(*photo).into());
            match place {
                Some(place) => drop(places.put(&place.into(), Some(&key))?),
                None => drop(places.delete(key)?),
            }
        }
        for (photo, described) in &self.descriptions {
            descriptions.put(&to_stored(described), Some(&key(project, &(*photo).into())))?;
        }
        let documents = transaction.object_store(DOCUMENTS)?;
        for (name, bytes) in &self.documents {
            let key = key(project, &(*name).into());
            match bytes {
                Some(bytes) => drop(documents.put(&Uint8Array::from(bytes.as_slice()), Some(&key))?),
                None => drop(documents.delete(key)?),
            }
        }
        for photo in &self.gone {
            let key = key(project, &(*photo).into());
            photos.delete(key.clone())?;
            descriptions.delete(key)?;
        }
        Ok(())
    }
}
