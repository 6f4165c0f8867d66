//! Files that the visitor chooses to write into, in a browser. The browser's private files stand in for those of the disk:
//! no test can answer the browser's question.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{File, FileSystemFileHandle};

use super::dom::window;
use super::download::ZipFile;
use crate::error::PageError;

wasm_bindgen_test_configure!(run_in_browser);

/// Larger than what becomes a download.
const LARGE: u64 = 2 << 30;

/// From now on the visitor answers the browser's question with `answer`, the body of a function of the options.
fn answer(answer: &str) {
    let picker = Function::new_with_args("options", answer);
    Reflect::set(&window(), &"showSaveFilePicker".into(), &picker).unwrap();
}

const A_FILE: &str = "return navigator.storage.getDirectory()
    .then(root => root.getFileHandle(options.suggestedName, { create: true }));";

async fn content(name: &str) -> Vec<u8> {
    let find = Function::new_with_args(
        "name",
        "return navigator.storage.getDirectory().then(root => root.getFileHandle(name));",
    );
    let handle: Promise = find.call1(&JsValue::NULL, &name.into()).unwrap().unchecked_into();
    let handle: FileSystemFileHandle = JsFuture::from(handle).await.unwrap().unchecked_into();
    let file: File = JsFuture::from(handle.get_file()).await.unwrap().unchecked_into();
    Uint8Array::new(&JsFuture::from(file.array_buffer()).await.unwrap()).to_vec()
}

#[wasm_bindgen_test]
async fn a_large_zip_is_written_into_the_file_that_was_chosen() {
    answer(A_FILE);
    for parts in [&[&b"first, "[..], b"second"][..], &[b"again"]] {
        let zip = ZipFile::begin("chosen.zip", LARGE).await.unwrap();
        assert!(matches!(zip, ZipFile::Chosen(_)));
        for part in parts {
            zip.write(part).await.unwrap();
        }
        zip.finish("chosen.zip").await.unwrap();
        assert_eq!(content("chosen.zip").await, parts.concat());
    }
}

#[wasm_bindgen_test]
async fn what_is_given_up_leaves_the_file_as_it_was() {
    answer(A_FILE);
    let zip = ZipFile::begin("kept.zip", LARGE).await.unwrap();
    zip.write(b"before").await.unwrap();
    zip.finish("kept.zip").await.unwrap();
    let zip = ZipFile::begin("kept.zip", LARGE).await.unwrap();
    zip.write(b"half of").await.unwrap();
    zip.abort().await;
    assert_eq!(content("kept.zip").await, b"before");
}

#[wasm_bindgen_test]
async fn a_question_that_is_closed_is_no_error_and_a_browser_without_one_downloads() {
    answer("return Promise.reject(new DOMException('closed', 'AbortError'));");
    assert!(ZipFile::begin("a.zip", LARGE).await.is_none());
    answer("return Promise.reject(new DOMException('no click', 'SecurityError'));");
    assert!(matches!(ZipFile::begin("a.zip", LARGE).await, Some(ZipFile::Parts(_))));
    Reflect::set(&window(), &"showSaveFilePicker".into(), &JsValue::UNDEFINED).unwrap();
    assert!(matches!(ZipFile::begin("a.zip", LARGE).await, Some(ZipFile::Parts(_))));
    // Nobody is asked for an ordinary one.
    answer("throw new Error('asked');");
    assert!(matches!(ZipFile::begin("a.zip", 1 << 20).await, Some(ZipFile::Parts(_))));
}

#[wasm_bindgen_test]
async fn a_file_that_cannot_be_written_is_said() {
    answer(
        "const fail = () => Promise.reject(new DOMException('the disk is full', 'QuotaExceededError'));
        const stream = Object.create(FileSystemWritableFileStream.prototype, { write: { value: fail } });
        const handle = Object.create(FileSystemFileHandle.prototype,
            { createWritable: { value: () => Promise.resolve(stream) } });
        return Promise.resolve(handle);",
    );
    let zip = ZipFile::begin("full.zip", LARGE).await.unwrap();
    let detail = "the disk is full".to_owned();
    assert_eq!(zip.write(b"some").await, Err(PageError::ZipNotSaved { detail }));
}
