//! Model files kept in this browser under their hash, so that the next visit fetches none of them.
//!
//! The Cache API is missing on plain http in a local network, and may refuse (private windows, a full disk): then files
//! are simply fetched again. Nothing here is an error for the visitor.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Response, WorkerGlobalScope};

const NAME: &str = "headstart-models";

/// The browser's cache of model files.
pub(crate) struct ModelCache(Option<Cache>);

impl ModelCache {
    /// Opens it, where there is one.
    pub(crate) async fn open() -> Self {
        Self(Self::try_open().await.ok())
    }

    async fn try_open() -> Result<Cache, JsValue> {
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        // Undefined, in spite of its type, where the context is not secure.
        if js_sys::Reflect::get(&scope, &"caches".into())?.is_undefined() {
            return Err(JsValue::UNDEFINED);
        }
        JsFuture::from(scope.caches()?.open(NAME)).await?.dyn_into()
    }

    /// The bytes kept for `url`.
    pub(crate) async fn get(&self, url: &str) -> Option<Vec<u8>> {
        let found = JsFuture::from(self.0.as_ref()?.match_with_str(url)).await.ok()?;
        let response: Response = found.dyn_into().ok()?;
        let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    }

    /// Keeps `bytes` for `url`.
    pub(crate) async fn put(&self, url: &str, bytes: &[u8]) {
        let Some(cache) = &self.0 else { return };
        let body = Uint8Array::from(bytes);
        let Ok(response) = Response::new_with_opt_buffer_source(Some(&body)) else { return };
        // A full disk or a private window: fetched again next time.
        let _ = JsFuture::from(cache.put_with_str(url, &response)).await;
    }

    /// Forgets everything but `urls`: files of earlier releases, and damaged ones.
    pub(crate) async fn keep_only(&self, urls: &[String]) {
        let Some(cache) = &self.0 else { return };
        let Ok(keys) = JsFuture::from(cache.keys()).await else { return };
        for request in js_sys::Array::from(&keys).iter().filter_map(|key| key.dyn_into::<web_sys::Request>().ok()) {
            if !urls.contains(&request.url()) {
                // What cannot be forgotten is only disk space.
                let _ = JsFuture::from(cache.delete_with_request(&request)).await;
            }
        }
    }
}
