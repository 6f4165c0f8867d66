//! What the engine said of a photo, as an object of named fields in the database.

use headstart_protocol::{InputSize, PhotoLook};
use js_sys::{Float32Array, Reflect, Uint8Array};
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
        ("look", described.look.as_ref().map_or(JsValue::UNDEFINED, look_to_stored)),
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
        size: InputSize::from_pixels(number("size")? as usize)?,
    };
    let hash = bytes("hash")?.to_vec().try_into().ok()?;
    // Earlier releases did not measure it; the descriptors are as good without.
    let look = field(stored, "look").and_then(look_from_stored);
    Some(Described::new(hash, bytes("descriptors")?.to_vec(), recipe, look, bytes("thumbnail")?))
}

fn look_to_stored(look: &PhotoLook) -> JsValue {
    let PhotoLook { shape, sharpness, brightness, contrast, border: [red, green, blue], border_contrast } = *look;
    let values = [shape, sharpness, brightness, contrast, red, green, blue, border_contrast];
    Float32Array::from(values.as_slice()).into()
}

fn look_from_stored(stored: JsValue) -> Option<PhotoLook> {
    let values = stored.dyn_into::<Float32Array>().ok()?.to_vec();
    let is_sound = values.iter().all(|value| value.is_finite());
    let [shape, sharpness, brightness, contrast, red, green, blue, border_contrast] =
        values.try_into().ok().filter(|_: &[f32; 8]| is_sound)?;
    Some(PhotoLook { shape, sharpness, brightness, contrast, border: [red, green, blue], border_contrast })
}

fn field(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok()
}

#[cfg(all(test, target_family = "wasm"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn described(look: Option<PhotoLook>) -> Described {
        let recipe = Recipe { base: "ab".to_owned(), version: 1, size: InputSize::S150 };
        Described::new([7; 32], vec![1, 2], recipe, look, Uint8Array::from([3].as_slice()))
    }

    #[wasm_bindgen_test]
    fn what_is_measured_of_a_photo_comes_back() {
        let look = PhotoLook {
            shape: 0.6,
            sharpness: 0.25,
            brightness: 0.5,
            contrast: 1.0,
            border: [0.1, 0.2, 0.3],
            border_contrast: 0.0,
        };
        let read = from_stored(&to_stored(&described(Some(look)))).unwrap();
        assert_eq!((read.look, read.hash, read.descriptors.as_slice()), (Some(look), [7; 32], [1, 2].as_slice()));
    }

    #[wasm_bindgen_test]
    fn a_description_of_an_earlier_release_is_read_without_it() {
        let stored = to_stored(&described(None));
        assert!(from_stored(&stored).is_some_and(|read| read.look.is_none()));
        // Nor does a damaged one cost the description.
        for damaged in [[f32::NAN; 8].as_slice(), &[0.5; 7]] {
            Reflect::set(&stored, &"look".into(), &Float32Array::from(damaged)).unwrap();
            assert!(from_stored(&stored).is_some_and(|read| read.look.is_none()));
        }
    }
}
