//! What the host makes of a file. `start.js` finds out: it must, for the page's own program, before any code of the page runs.

use headstart_protocol::ErrorKind;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::dom::window;

/// The kind and a sentence, where the host does not serve the file at `address` as it must.
pub(crate) async fn blame(address: &str) -> Option<(ErrorKind, String)> {
    let blame: Function = Reflect::get(&window(), &"headstartBlame".into()).ok()?.dyn_into().ok()?;
    let blamed: Promise = blame.call1(&JsValue::UNDEFINED, &address.into()).ok()?.dyn_into().ok()?;
    let words: Array = JsFuture::from(blamed).await.ok()?.dyn_into().ok()?;
    let is_broken = words.get(0).as_string()? == ErrorKind::DownloadFailed.name();
    let kind = if is_broken { ErrorKind::DownloadFailed } else { ErrorKind::WrongContent };
    Some((kind, words.get(1).as_string()?))
}
