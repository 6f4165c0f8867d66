//! The stores of the database and their keys.

use idb::{Error, KeyRange};
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// The version of the schema.
pub(super) const SCHEMA: u32 = 2;

pub(super) const PROJECTS: &str = "projects";
pub(super) const PLACES: &str = "places";
pub(super) const PHOTOS: &str = "photos";
pub(super) const DESCRIPTIONS: &str = "descriptions";
pub(super) const DOCUMENTS: &str = "documents";
pub(super) const WRITERS: &str = "writers";
pub(super) const STORES: [&str; 6] = [PROJECTS, PLACES, PHOTOS, DESCRIPTIONS, DOCUMENTS, WRITERS];
/// The stores whose keys begin with the project's number.
pub(super) const OF_PROJECTS: [&str; 4] = [PLACES, PHOTOS, DESCRIPTIONS, DOCUMENTS];

/// The key of something of a project: the project's number, and a photo's number or a name.
pub(super) fn key(project: u32, of: &JsValue) -> JsValue {
    Array::of2(&project.into(), of).into()
}

/// Behind every key of a project: an array is greater than any number or text.
pub(super) fn end_of(project: u32) -> JsValue {
    key(project, &Array::new())
}

/// The keys of everything of a project.
pub(super) fn keys_of(project: u32) -> Result<KeyRange, Error> {
    KeyRange::bound(&Array::of1(&project.into()), &end_of(project), None, None)
}

/// The photo's number in a key.
pub(super) fn photo_of(key: &JsValue) -> Option<u32> {
    number(&key.dyn_ref::<Array>()?.get(1))
}

pub(super) fn number(value: &JsValue) -> Option<u32> {
    // Written as a whole number of 32 bits.
    value.as_f64().map(|number| number as u32)
}
