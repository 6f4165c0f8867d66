//! How photos come to the page: picked, dropped, pasted, or fetched as a sample. None is read before its turn.

use std::time::Duration;

use gloo_net::http::Request;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, DataTransfer, DomException, File, FileList, FilePropertyBag};

use super::deadline::within;
use crate::error::PageError;

/// How long a sample picture may take to come.
const SAMPLE: Duration = Duration::from_secs(60);

/// The largest file that is read: the engine refuses larger ones too.
const LARGEST_FILE: u64 = 64 << 20;

/// What the visitor gave.
pub(crate) enum Picked {
    /// A file, not read yet.
    File(File),
    /// Something that cannot be read as a file.
    Refused {
        /// What to call it.
        name: String,
        /// Why.
        error: PageError,
    },
}

/// The files of a file input or a clipboard.
pub(crate) fn files(list: &FileList) -> Vec<Picked> {
    (0..list.length()).filter_map(|index| list.get(index)).map(Picked::File).collect()
}

/// What was dropped; folders are told apart from files.
pub(crate) fn dropped(transfer: &DataTransfer) -> Vec<Picked> {
    let items = transfer.items();
    let mut picked = Vec::new();
    for item in (0..items.length()).filter_map(|index| items.get(index)).filter(|item| item.kind() == "file") {
        let folder = item.webkit_get_as_entry().ok().flatten().filter(web_sys::FileSystemEntry::is_directory);
        if let Some(folder) = folder {
            picked.push(Picked::Refused { name: folder.name(), error: PageError::Folder });
        } else if let Ok(Some(file)) = item.get_as_file() {
            picked.push(Picked::File(file));
        }
    }
    if picked.is_empty() {
        picked.push(Picked::Refused { name: "What you dropped".to_owned(), error: PageError::NothingDropped });
    }
    picked
}

/// The bytes of a photo's file.
///
/// # Errors
/// [`PageError::EmptyFile`], [`PageError::FileTooLarge`], and [`PageError::UnreadableFile`] where the browser does not
/// hand them over.
pub(crate) async fn read(file: &Blob) -> Result<Vec<u8>, PageError> {
    Ok(photo_bytes(file).await?.to_vec())
}

/// The bytes of a photo's file, left in the browser's memory.
///
/// # Errors
/// As for [`read`].
pub(crate) async fn photo_bytes(file: &Blob) -> Result<Uint8Array, PageError> {
    // Not before its turn: for a file's size the browser goes to the disk, and the page waits.
    check_size(file)?;
    bytes(file).await
}

/// Refuses by its size alone a file that need not be read.
///
/// # Errors
/// [`PageError::EmptyFile`], [`PageError::FileTooLarge`].
fn check_size(file: &Blob) -> Result<(), PageError> {
    // Sizes are whole numbers far below 2^53.
    match file.size() as u64 {
        0 => Err(PageError::EmptyFile),
        bytes if bytes > LARGEST_FILE => Err(PageError::FileTooLarge { bytes, limit: LARGEST_FILE }),
        _ => Ok(()),
    }
}

/// The bytes of a file, left in the browser's memory.
///
/// # Errors
/// [`PageError::UnreadableFile`].
pub(crate) async fn bytes(file: &Blob) -> Result<Uint8Array, PageError> {
    let buffer = JsFuture::from(file.array_buffer()).await;
    let buffer = buffer.map_err(|error| PageError::UnreadableFile { detail: reason(&error) })?;
    Ok(Uint8Array::new(&buffer))
}

/// A sample picture of this site as a file of the same name.
pub(crate) async fn sample(name: &'static str) -> Picked {
    let late = || format!("it had not come after {} seconds", SAMPLE.as_secs());
    match within(SAMPLE, fetch(name)).await.unwrap_or_else(|| Err(late())) {
        Ok(file) => Picked::File(file),
        Err(detail) => Picked::Refused { name: name.to_owned(), error: PageError::SampleFailed { detail } },
    }
}

async fn fetch(name: &str) -> Result<File, String> {
    let response = Request::get(&format!("samples/{name}")).send().await.map_err(|error| error.to_string())?;
    if !response.ok() {
        return Err(format!("the host answered {}", response.status()));
    }
    let mime = response.headers().get("content-type").unwrap_or_default();
    let bytes = response.binary().await.map_err(|error| error.to_string())?;
    let options = FilePropertyBag::new();
    options.set_type(&mime);
    let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
    File::new_with_u8_array_sequence_and_options(&parts, name, &options).map_err(|error| reason(&error))
}

/// Bytes as a blob of the type `mime`.
pub(crate) fn blob(bytes: &[u8], mime: &str) -> Blob {
    typed_blob(&Uint8Array::from(bytes), mime)
}

/// Bytes of the browser's memory as a blob of no type.
pub(crate) fn blob_of(bytes: &Uint8Array) -> Blob {
    typed_blob(bytes, "")
}

/// Bytes of the browser's memory as a blob of the type `mime`.
pub(crate) fn typed_blob(bytes: &Uint8Array, mime: &str) -> Blob {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    // A blob of bytes can always be made; what a browser throws otherwise is none, and its uses say so.
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &options).unwrap_or_else(JsCast::unchecked_into)
}

/// What a rejected promise says of itself.
pub(crate) fn reason(error: &JsValue) -> String {
    let message = error.dyn_ref::<DomException>().map(DomException::message);
    let message = message.or_else(|| error.dyn_ref::<js_sys::Error>().map(|error| error.message().into()));
    message.filter(|message| !message.is_empty()).unwrap_or_else(|| "no reason was given".to_owned())
}
