//! Handing files to the visitor.

use std::time::Duration;

use js_sys::{Array, Function, JSON, Promise, Reflect, Uint8Array};
use leptos::prelude::set_timeout;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, DomException, FileSystemFileHandle, FileSystemWritableFileStream, HtmlAnchorElement, Url,
};

use super::dom::{document, window};
use super::files::{blob, reason};
use crate::error::PageError;

/// Browsers read a download after the click; an address that is revoked too early is a download that fails.
const KEPT: Duration = Duration::from_secs(120);
/// Files of more bytes than this are written into one that the visitor chooses, where the browser lets them: as a download they
/// would take their size on the disk twice.
const LARGE: u64 = 1 << 30;

/// Starts the download of `blob` as a file of that name.
pub(crate) fn download(blob: &Blob, name: &str) {
    let Ok(address) = Url::create_object_url_with_blob(blob) else { return };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // Revoking an address does not fail.
    set_timeout(move || drop(Url::revoke_object_url(&address)), KEPT);
}

/// A zip on its way to the visitor, part by part.
pub(crate) enum ZipFile {
    /// Blobs, which the browser need not hold in memory, for a download at the end.
    Parts(Array),
    /// A file that the visitor chose. What it held before stays until the end.
    Chosen(FileSystemWritableFileStream),
}

impl ZipFile {
    /// Begins a zip of about so many bytes under the name `name`; none where the visitor thinks better of it. For a large one
    /// it must follow upon a click: only then does the browser ask for a file.
    pub(crate) async fn begin(name: &str, bytes: u64) -> Option<Self> {
        if bytes <= LARGE {
            return Some(Self::Parts(Array::new()));
        }
        match choose(name).await {
            Ok(file) => Some(Self::Chosen(file)),
            Err(error) if is_abort(&error) => None,
            // A browser without such files, or one that refuses here.
            Err(_) => Some(Self::Parts(Array::new())),
        }
    }

    /// Puts the next bytes in.
    ///
    /// # Errors
    /// [`PageError::ZipNotSaved`] for a file that cannot be written.
    pub(crate) async fn write(&self, part: &[u8]) -> Result<(), PageError> {
        match self {
            Self::Parts(parts) => {
                parts.push(&blob(part, ""));
                Ok(())
            }
            Self::Chosen(file) => done(file.write_with_js_u8_array(&Uint8Array::from(part))).await,
        }
    }

    /// Ends it: a download under the name `name`, or the file that was chosen.
    ///
    /// # Errors
    /// [`PageError::ZipNotSaved`], [`PageError::ZipLost`].
    pub(crate) async fn finish(self, name: &str) -> Result<(), PageError> {
        match self {
            Self::Parts(parts) => {
                let options = BlobPropertyBag::new();
                options.set_type("application/zip");
                let zip = Blob::new_with_blob_sequence_and_options(&parts, &options);
                download(&zip.map_err(|_| PageError::ZipLost)?, name);
                Ok(())
            }
            Self::Chosen(file) => done(Ok(file.close())).await,
        }
    }

    /// Gives it up. A file that was chosen is as it was before.
    pub(crate) async fn abort(self) {
        if let Self::Chosen(file) = self {
            // What cannot be given up either is the browser's to clear.
            let _ = JsFuture::from(file.abort()).await;
        }
    }
}

async fn done(written: Result<Promise, JsValue>) -> Result<(), PageError> {
    let written = match written {
        Ok(promise) => JsFuture::from(promise).await,
        Err(error) => Err(error),
    };
    written.map(|_| ()).map_err(|error| PageError::ZipNotSaved { detail: reason(&error) })
}

/// Asks the visitor for a file to write a zip into (File System Access; Chromium has it).
async fn choose(name: &str) -> Result<FileSystemWritableFileStream, JsValue> {
    let window = window();
    let picker: Function = Reflect::get(&window, &"showSaveFilePicker".into())?.dyn_into()?;
    let options = JSON::parse(r#"{"types":[{"description":"Zip","accept":{"application/zip":[".zip"]}}]}"#)?;
    Reflect::set(&options, &"suggestedName".into(), &name.into())?;
    let chosen: Promise = picker.call1(&window, &options)?.dyn_into()?;
    let file: FileSystemFileHandle = JsFuture::from(chosen).await?.dyn_into()?;
    JsFuture::from(file.create_writable()).await?.dyn_into()
}

/// Whether the visitor closed the browser's question.
fn is_abort(error: &JsValue) -> bool {
    error.dyn_ref::<DomException>().is_some_and(|error| error.name() == "AbortError")
}
