use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Cache, Response, WorkerGlobalScope};

use crate::models::ModelCache;

const A: &str = "https://example.org/a/";
const B: &str = "https://example.org/a/b/";

fn file(base_url: &str, name: &str) -> String {
    format!("{base_url}models/{name}?sha256=12")
}

/// The cache of releases before, with one file at each of `urls`.
async fn shared(urls: &[String]) -> Cache {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let caches = scope.caches().unwrap();
    let cache: Cache = JsFuture::from(caches.open("headstart-models")).await.unwrap().dyn_into().unwrap();
    for url in urls {
        let response = Response::new_with_opt_buffer_source(Some(&Uint8Array::from(&b"old"[..]))).unwrap();
        JsFuture::from(cache.put_with_str(url, &response)).await.unwrap();
    }
    cache
}

#[wasm_bindgen_test]
async fn a_deployment_clears_its_own_files_alone() {
    let (a, b) = (ModelCache::open(A).await, ModelCache::open(B).await);
    for (cache, base_url) in [(&a, A), (&b, B)] {
        cache.put(&file(base_url, "old"), b"1").await;
        cache.put(&file(base_url, "base"), b"2").await;
    }
    a.keep_only(&[file(A, "base")]).await;
    assert_eq!(a.get(&file(A, "old")).await, None);
    assert_eq!(a.get(&file(A, "base")).await, Some(b"2".to_vec()));
    assert_eq!(b.get(&file(B, "old")).await, Some(b"1".to_vec()));
    assert_eq!(b.get(&file(B, "base")).await, Some(b"2".to_vec()));
    a.keep_only(&[]).await;
    b.keep_only(&[]).await;
    assert_eq!(b.get(&file(B, "base")).await, None);
}

#[wasm_bindgen_test]
async fn what_the_origin_shared_before_is_moved_and_the_others_keep_theirs() {
    const C: &str = "https://example.org/c/";
    let d = file("https://example.org/c/d/", "base");
    let old = shared(&[file(C, "base"), file(C, "older"), d.clone()]).await;
    let cache = ModelCache::open(C).await;
    cache.keep_only(&[file(C, "base")]).await;
    assert_eq!(cache.get(&file(C, "base")).await, Some(b"old".to_vec()));
    assert_eq!(cache.get(&file(C, "older")).await, None);
    let has = async |url: &str| !JsFuture::from(old.match_with_str(url)).await.unwrap().is_undefined();
    assert!(!has(&file(C, "base")).await && !has(&file(C, "older")).await);
    assert!(has(&d).await);
    cache.keep_only(&[]).await;
}
