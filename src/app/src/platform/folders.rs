//! Files with the folders that they lie in: dropped folders are walked through, however many files they hold.

use headstart_archive::is_litter;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use super::file_kind::{FileKind, file_kind};

/// A file that the visitor gave, not read yet.
pub(crate) struct Given {
    pub(crate) file: File,
    /// Its folders and its name, with `/` between; the bare name where it was given alone.
    pub(crate) path: String,
}

impl Given {
    /// What it is taken for.
    pub(crate) fn kind(&self) -> FileKind {
        // The folder that was picked may be called as it likes.
        let below = self.path.split_once('/').map_or("", |(_, below)| below);
        if is_litter(below) { FileKind::Litter } else { file_kind(&self.file.name(), &self.file.type_()) }
    }
}

/// What a walk found.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) files: Vec<Given>,
    /// Files that were passed over because they are no photos, and the first one's name.
    pub(crate) others: usize,
    pub(crate) example: Option<String>,
    /// Paths of files and folders that the browser could not read.
    pub(crate) unreadable: Vec<String>,
}

impl Found {
    /// Notes a file that is no photo.
    pub(crate) fn pass_over(&mut self, name: String) {
        self.others += 1;
        self.example.get_or_insert(name);
    }
}

/// The files of a file input or a clipboard.
pub(crate) fn listed(list: &FileList) -> Vec<Given> {
    let files = (0..list.length()).filter_map(|index| list.get(index));
    files
        .map(|file| {
            let path = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
            let path = path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
            Given { file, path }
        })
        .collect()
}

/// What was dropped: it must be taken while the drop is handled, and is walked through later.
pub(crate) fn dropped(transfer: &DataTransfer) -> Vec<FileSystemEntry> {
    let items = transfer.items();
    let items = (0..items.length()).filter_map(|index| items.get(index)).filter(|item| item.kind() == "file");
    items.filter_map(|item| item.webkit_get_as_entry().ok().flatten()).collect()
}

/// Walks through what was dropped, folder by folder.
pub(crate) async fn walk(entries: Vec<FileSystemEntry>) -> Found {
    let mut found = Found::default();
    // Taken from the end, so reversed to keep the order.
    let mut open: Vec<(FileSystemEntry, String)> =
        entries.into_iter().rev().map(|entry| (entry, String::new())).collect();
    while let Some((entry, folder)) = open.pop() {
        let name = entry.name();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        if entry.is_directory() {
            if folder.is_empty() || !is_litter(&name) {
                let (mut inside, is_whole) = children(entry.unchecked_ref()).await;
                inside.reverse();
                open.extend(inside.into_iter().map(|child| (child, path.clone())));
                if !is_whole {
                    found.unreadable.push(path);
                }
            }
            continue;
        }
        if is_litter(&name) {
            continue;
        }
        match file(entry.unchecked_ref()).await {
            Ok(file) => found.files.push(Given { file, path }),
            Err(_) => found.unreadable.push(path),
        }
    }
    found
}

/// What lies in a folder, and whether that is all of it; the browser gives it a hundred at a time.
async fn children(folder: &FileSystemDirectoryEntry) -> (Vec<FileSystemEntry>, bool) {
    let reader = folder.create_reader();
    let mut all = Vec::new();
    loop {
        let read = promised(|resolve, reject| reader.read_entries_with_callback_and_callback(resolve, reject));
        let Ok(some) = read.await else { return (all, false) };
        let some: Array = some.unchecked_into();
        if some.length() == 0 {
            return (all, true);
        }
        all.extend(some.iter().map(JsValue::unchecked_into::<FileSystemEntry>));
    }
}

async fn file(entry: &FileSystemFileEntry) -> Result<File, JsValue> {
    let file = promised(|resolve, reject| {
        entry.file_with_callback_and_callback(resolve, reject);
        Ok(())
    });
    Ok(file.await?.unchecked_into())
}

/// The answer of a function that takes callbacks.
async fn promised(ask: impl Fn(&Function, &Function) -> Result<(), JsValue>) -> Result<JsValue, JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(error) = ask(&resolve, &reject) {
            // Rejecting a promise does not fail.
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(promise).await
}

/// Whether files are being dragged, and not text or a photo of the page.
pub(crate) fn carries_files(transfer: &DataTransfer) -> bool {
    transfer.types().iter().any(|kind| kind == "Files")
}
