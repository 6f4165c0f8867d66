//! What the browser grants a site for keeping things (`navigator.storage`). It is missing outside secure contexts.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::dom::window;

/// Asks the browser not to clear what this site keeps when the disk runs low; whether it agreed.
pub(crate) async fn persist() -> bool {
    asked("persist").await.is_some_and(|granted| granted.is_truthy())
}

/// Bytes that may still be written, as the browser estimates them.
pub(crate) async fn room() -> Option<f64> {
    let estimate = asked("estimate").await?;
    let number = |name: &str| Reflect::get(&estimate, &name.into()).ok()?.as_f64();
    Some((number("quota")? - number("usage")?).max(0.0))
}

async fn asked(method: &str) -> Option<JsValue> {
    let manager = Reflect::get(&window().navigator(), &"storage".into()).ok()?;
    let method: Function = Reflect::get(&manager, &method.into()).ok()?.dyn_into().ok()?;
    let answer: Promise = method.call0(&manager).ok()?.dyn_into().ok()?;
    JsFuture::from(answer).await.ok()
}
