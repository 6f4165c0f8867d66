//! What the engine said of a photo, as an object of named fields in the database.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::format::FORMAT;
use crate::platform::dom::object;
use crate::project::album::{Described, Recipe};

/// The object that is stored.
pub(super) fn to_stored(described: &Described) -> JsValue {
    object(&[
        ("version", FORMAT.into()),
        ("base", described.recipe.base.as_str().into()),
        ("recipe", described.recipe.version.into()),
        ("size", (described.recipe.size.pixels() as u32).into()),
        ("hash", Uint8Array::from(described.hash.as_slice()).into()),
        ("descriptors", Uint8Array::from(described.descriptors.as_slice()).into()),
        ("thumbnail", described.thumbnail().into()),
    ])
}

/// What an object that was stored says; none where it is of a later version or not as it should be: the photo is looked at
/// again, then.
pub(super) fn from_stored(stored: &JsValue) -> Option<Described> {
    // Written as whole numbers of 32 bits.
    let number = |name| field(stored, name)?.as_f64().map(|number| number as u32);
    let bytes = |name| field(stored, name)?.dyn_into::<Uint8Array>().ok();
    if number("version")? > FORMAT {
        return None;
    }
    let recipe = Recipe {
        base: field(stored, "base")?.as_string()?,
        version: number("recipe")?,
        size: headstart_protocol::InputSize::from_pixels(number("size")? as usize)?,
    };
    let hash = bytes("hash")?.to_vec().try_into().ok()?;
    Some(Described::new(hash, bytes("descriptors")?.to_vec(), recipe, bytes("thumbnail")?))
}

fn field(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok()
}
