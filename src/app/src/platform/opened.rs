//! Files that the system hands to the page where it is installed: shared with it from another app, or opened with it.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, File, FilePropertyBag, Request, Response};

use super::dom::window;

/// Calls `take` with the files that the page is opened with, now and later (`launchQueue`).
pub(crate) fn on_launch(take: impl Fn(Vec<File>) + Clone + 'static) {
    let Some(queue) = Reflect::get(&window(), &"launchQueue".into()).ok().filter(JsValue::is_object) else { return };
    let Some(set_consumer) = function(&queue, "setConsumer") else { return };
    let consumer = Closure::<dyn Fn(JsValue)>::new(move |launched: JsValue| {
        let handles = Reflect::get(&launched, &"files".into()).map(|files| Array::from(&files)).unwrap_or_default();
        let take = take.clone();
        spawn_local(async move {
            let mut files = Vec::new();
            for handle in handles.iter() {
                files.extend(file_of(&handle).await);
            }
            take(files);
        });
    });
    // It is there as long as the page; a browser that refuses hands over no files.
    let _ = set_consumer.call1(&queue, &consumer.into_js_value());
}

async fn file_of(handle: &JsValue) -> Option<File> {
    let file: Promise = function(handle, "getFile")?.call0(handle).ok()?.dyn_into().ok()?;
    JsFuture::from(file).await.ok()?.dyn_into().ok()
}

fn function(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &name.into()).ok()?.dyn_into().ok()
}

/// Takes out the files that were shared with the page at `folder`, its path: the service worker put them into a cache, each
/// under an address that ends with its name.
pub(crate) async fn shared(folder: &str) -> Vec<File> {
    shared_in(&format!("headstart-shared {folder}")).await.unwrap_or_default()
}

async fn shared_in(name: &str) -> Option<Vec<File>> {
    let caches = window().caches().ok().filter(|caches| caches.is_object())?;
    // Opening one makes it.
    JsFuture::from(caches.has(name)).await.ok()?.as_bool().filter(|has| *has)?;
    let cache: Cache = JsFuture::from(caches.open(name)).await.ok()?.dyn_into().ok()?;
    let mut files = Vec::new();
    for request in Array::from(&JsFuture::from(cache.keys()).await.ok()?).iter() {
        files.extend(shared_file(&cache, request.unchecked_ref()).await);
    }
    // What cannot be deleted comes once more.
    let _ = JsFuture::from(caches.delete(name)).await;
    Some(files)
}

async fn shared_file(cache: &Cache, request: &Request) -> Option<File> {
    let response: Response = JsFuture::from(cache.match_with_request(request)).await.ok()?.dyn_into().ok()?;
    let blob: Blob = JsFuture::from(response.blob().ok()?).await.ok()?.dyn_into().ok()?;
    let url = request.url();
    let name = url.rsplit('/').next().and_then(|name| js_sys::decode_uri_component(name).ok()).map(String::from);
    let options = FilePropertyBag::new();
    options.set_type(&blob.type_());
    File::new_with_blob_sequence_and_options(&Array::of1(&blob), &name.unwrap_or_default(), &options).ok()
}
