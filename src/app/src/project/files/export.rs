//! The whole project as a zip, written photo by photo, so that memory never holds them all; and the head as a file.

use std::collections::HashSet;

use headstart_protocol::{TrainingSettings, ZipAdd, ZipFinish};
use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{Blob, BlobPropertyBag};

use crate::engine::Engine;
use crate::error::PageError;
use crate::platform::download::download;
use crate::platform::files::blob;
use crate::project::album::Album;
use crate::project::busy::Busy;
use crate::project::head::OwnHead;
use crate::project::notices::Notices;
use crate::ui::Announcer;

/// Where the head lies in the zip.
const HEAD: &str = "head.safetensors";

/// What hands the project out. Copies are the same one.
#[derive(Clone, Copy)]
pub(crate) struct Export {
    album: Album,
    settings: RwSignal<TrainingSettings>,
    head: OwnHead,
    notices: Notices,
    busy: Busy,
    announcer: Announcer,
    engine: StoredValue<Engine, LocalStorage>,
}

impl Export {
    /// Hands out `album` with its settings and its head; says in `busy` what it does.
    pub(crate) fn new(
        album: Album,
        settings: RwSignal<TrainingSettings>,
        head: OwnHead,
        notices: Notices,
        busy: Busy,
        announcer: Announcer,
        engine: Engine,
    ) -> Self {
        Self { album, settings, head, notices, busy, announcer, engine: StoredValue::new_local(engine) }
    }

    /// Hands the head out as a file.
    pub(crate) fn save_head(self) {
        if let Some(head) = self.head.bytes() {
            download(&blob(&head, "application/octet-stream"), "my-head.safetensors");
        }
    }

    /// Writes the project into a zip and hands it out.
    pub(crate) fn save_project(self) {
        if !self.engine.with_value(Engine::is_ready) {
            return self.notices.complain(PageError::EngineNotReady);
        }
        let Some(turn) = self.busy.try_zip_turn() else { return self.notices.complain(PageError::ZipBusy) };
        self.busy.begin("Saving the project".to_owned());
        spawn_local(async move {
            let written = self.write().await;
            self.busy.end();
            drop(turn);
            match written {
                Ok(zip) => {
                    download(&zip, "headstart-project.zip");
                    self.announcer.say("The project is saved as a zip.");
                }
                Err(PageError::EngineStopped) => self.notices.complain(PageError::ZipLost),
                Err(error) => self.notices.complain(error),
            }
        });
    }

    async fn write(self) -> Result<Blob, PageError> {
        let engine = self.engine.get_value();
        let mut manifest = self.album.manifest(self.settings.get_untracked());
        let photos = self.album.photos();
        // Blobs, which the browser need not hold in memory.
        let parts = Array::new();
        let mut first = true;
        let mut add = async |path: String, bytes: Vec<u8>| {
            let part = engine.ask(ZipAdd { first: std::mem::take(&mut first), path, bytes }).await?;
            parts.push(&blob(&part, ""));
            Ok::<_, PageError>(())
        };
        if let Some(head) = self.head.bytes() {
            add(HEAD.to_owned(), head.to_vec()).await?;
        }
        let mut missing = HashSet::new();
        for (number, photo) in photos.iter().enumerate() {
            self.busy.begin(format!("Saving photo {} of {}", number + 1, photos.len()));
            let Some(path) = manifest.photos.get(number).map(|photo| photo.path.clone()) else { break };
            match photo.original.read().await {
                Ok(bytes) => add(path, bytes.to_vec()).await?,
                Err(_) => drop(missing.insert(photo.id)),
            }
        }
        manifest.photos.retain(|photo| !missing.contains(&photo.id));
        let last = engine.ask(ZipFinish { first, manifest }).await?;
        parts.push(&blob(&last, ""));
        if !missing.is_empty() {
            self.notices.complain(PageError::MissingInZip { count: missing.len() });
        }
        let options = BlobPropertyBag::new();
        options.set_type("application/zip");
        Blob::new_with_blob_sequence_and_options(&parts, &options).map_err(|_| PageError::ZipLost)
    }
}
