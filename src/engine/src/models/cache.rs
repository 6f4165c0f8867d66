//! Model files kept in this browser under their hash, so that the next visit fetches none of them.
//!
//! An origin may host several deployments of this page, each in a folder of its own and each with the files of its own release.
//! So each has a cache that bears its folder's name, and clears nothing but that. Releases before had one cache for the origin:
//! what it holds of this deployment is moved out of it, and the rest is left to the others.
//!
//! The Cache API is missing on plain http in a local network, and may refuse (private windows, a full disk): then files
//! are simply fetched again. Nothing here is an error for the visitor.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage, Request, Response, WorkerGlobalScope};

use super::load::FOLDER;

/// The cache that the whole origin shared.
const SHARED: &str = "headstart-models";

/// The browser's cache of a deployment's model files.
#[derive(Clone)]
pub(crate) struct ModelCache {
    cache: Option<Cache>,
    /// Address of the page's folder, with a trailing slash.
    base_url: String,
}

/// The name of the cache of the deployment at `base_url`: its folder's path, since caches are an origin's already.
fn name(base_url: &str) -> String {
    let after_scheme = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("/", |slash| &after_scheme[slash..]);
    format!("{SHARED} {path}")
}

impl ModelCache {
    /// Opens the cache of the deployment at `base_url`, where there is one.
    pub(crate) async fn open(base_url: &str) -> Self {
        let cache = match storage() {
            Ok(storage) => open(&storage, &name(base_url)).await,
            Err(_) => None,
        };
        Self { cache, base_url: base_url.to_owned() }
    }

    /// The bytes kept for `url`.
    pub(crate) async fn get(&self, url: &str) -> Option<Vec<u8>> {
        let response = kept(self.cache.as_ref()?, url).await?;
        let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    }

    /// Whether anything is kept for `url`.
    pub(crate) async fn has(&self, url: &str) -> bool {
        match &self.cache {
            Some(cache) => kept(cache, url).await.is_some(),
            None => false,
        }
    }

    /// Keeps `bytes` for `url`.
    pub(crate) async fn put(&self, url: &str, bytes: &[u8]) {
        let Some(cache) = &self.cache else { return };
        let body = Uint8Array::from(bytes);
        let Ok(response) = Response::new_with_opt_buffer_source(Some(&body)) else { return };
        // A full disk or a private window: fetched again next time.
        let _ = JsFuture::from(cache.put_with_str(url, &response)).await;
    }

    /// Forgets everything of this deployment but `urls`: files of earlier releases, and damaged ones.
    pub(crate) async fn keep_only(&self, urls: &[String]) {
        let Some(cache) = &self.cache else { return };
        for request in requests(cache).await.iter().filter(|request| !urls.contains(&request.url())) {
            forget(cache, request).await;
        }
        let Ok(storage) = storage() else { return };
        // Opening a cache makes it.
        if !JsFuture::from(storage.has(SHARED)).await.is_ok_and(|has| has.is_truthy()) {
            return;
        }
        if let Some(shared) = open(&storage, SHARED).await {
            self.move_out_of(&shared, cache, urls).await;
        }
    }

    /// Takes what is this deployment's out of the shared cache, into its own where it is one of `urls`.
    async fn move_out_of(&self, shared: &Cache, own: &Cache, urls: &[String]) {
        for request in requests(shared).await {
            let url = request.url();
            if !url.strip_prefix(&self.base_url).is_some_and(|rest| rest.starts_with(FOLDER)) {
                continue;
            }
            if urls.contains(&url)
                && let Some(response) = kept(shared, &url).await
            {
                // Not moved, it is fetched again.
                let _ = JsFuture::from(own.put_with_str(&url, &response)).await;
            }
            forget(shared, &request).await;
        }
    }
}

fn storage() -> Result<CacheStorage, JsValue> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    // Undefined, in spite of its type, where the context is not secure.
    if js_sys::Reflect::get(&scope, &"caches".into())?.is_undefined() {
        return Err(JsValue::UNDEFINED);
    }
    scope.caches()
}

async fn open(storage: &CacheStorage, name: &str) -> Option<Cache> {
    JsFuture::from(storage.open(name)).await.ok()?.dyn_into().ok()
}

/// What `cache` holds, by its requests.
async fn requests(cache: &Cache) -> Vec<Request> {
    let Ok(keys) = JsFuture::from(cache.keys()).await else { return Vec::new() };
    Array::from(&keys).iter().filter_map(|key| key.dyn_into().ok()).collect()
}

async fn kept(cache: &Cache, url: &str) -> Option<Response> {
    JsFuture::from(cache.match_with_str(url)).await.ok()?.dyn_into().ok()
}

/// What cannot be forgotten is only disk space.
async fn forget(cache: &Cache, request: &Request) {
    let _ = JsFuture::from(cache.delete_with_request(request)).await;
}
