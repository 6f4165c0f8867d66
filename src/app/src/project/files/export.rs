//! The whole project as a zip, written photo by photo, so that memory never holds them all; and the head as a file.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use headstart_protocol::{MOST_PHOTOS, TrainingSettings, ZipAdd, ZipFinish};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::engine::Engine;
use crate::error::PageError;
use crate::platform::download::{ZipFile, download};
use crate::platform::files::{self, blob};
use crate::project::album::{Album, Example};
use crate::project::busy::Busy;
use crate::project::head::OwnHead;
use crate::project::notices::Notices;
use crate::ui::Announcer;

/// What the zip is called.
const NAME: &str = "headstart-project.zip";
/// Photos that are named where they could not be read, at most.
const NAMED: usize = 20;
/// Photos that are asked for their sizes, at most.
const ASKED: usize = 200;
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
        let photos = self.album.photos();
        if photos.len() > MOST_PHOTOS {
            return self.notices.complain(PageError::TooManyForZip { limit: MOST_PHOTOS });
        }
        let Some(turn) = self.busy.try_zip_turn() else { return self.notices.complain(PageError::ZipBusy) };
        self.busy.begin("Saving the project".to_owned());
        spawn_local(async move {
            // At once: a browser asks for a file only right after a click.
            let saved = match ZipFile::begin(NAME, about_bytes(&photos)).await {
                Some(zip) => self.save_into(zip, &photos).await.map(|()| true),
                None => Ok(false),
            };
            self.busy.end();
            drop(turn);
            match saved {
                Ok(true) => self.announcer.say("The project is saved as a zip."),
                Ok(false) => {}
                Err(PageError::EngineStopped) => self.notices.complain(PageError::ZipLost),
                Err(error) => self.notices.complain(error),
            }
        });
    }

    async fn save_into(self, zip: ZipFile, photos: &[Arc<Example>]) -> Result<(), PageError> {
        match self.write(&zip, photos).await {
            Ok(()) => zip.finish(NAME).await,
            Err(error) => {
                zip.abort().await;
                Err(error)
            }
        }
    }

    /// Writes head, photos and manifest, and tells which photos could not be read any more.
    async fn write(self, zip: &ZipFile, photos: &[Arc<Example>]) -> Result<(), PageError> {
        let engine = self.engine.get_value();
        let mut manifest = self.album.manifest(self.settings.get_untracked());
        let mut paths: HashMap<u32, String> =
            manifest.photos.iter().map(|photo| (photo.id, photo.path.clone())).collect();
        let mut first = true;
        let mut add = async |path: String, bytes: Vec<u8>| {
            let part = engine.ask(ZipAdd { first: std::mem::take(&mut first), path, bytes }).await?;
            zip.write(&part).await
        };
        if let Some(head) = self.head.bytes() {
            add(HEAD.to_owned(), head.to_vec()).await?;
        }
        let mut missing = Vec::new();
        for (number, photo) in photos.iter().enumerate() {
            self.busy.begin(format!("Saving photo {} of {}", number + 1, photos.len()));
            // One that was deleted meanwhile has none.
            let Some(path) = paths.remove(&photo.id) else { continue };
            match files::read(&photo.file).await {
                Ok(bytes) => add(path, bytes).await?,
                Err(_) => missing.push(photo),
            }
        }
        let left_out: HashSet<u32> = missing.iter().map(|photo| photo.id).chain(paths.into_keys()).collect();
        manifest.photos.retain(|photo| !left_out.contains(&photo.id));
        zip.write(&engine.ask(ZipFinish { first, manifest }).await?).await?;
        if !missing.is_empty() {
            let names = missing.iter().take(NAMED).map(|photo| photo.name.clone()).collect();
            self.notices.complain(PageError::MissingInZip { count: missing.len(), names });
        }
        Ok(())
    }
}

/// About how many bytes the photos have. Of many only some are asked: for a file's size the browser may go to the disk.
fn about_bytes(photos: &[Arc<Example>]) -> u64 {
    let step = photos.len().div_ceil(ASKED).max(1);
    let sizes: Vec<f64> = photos.iter().step_by(step).map(|photo| photo.file.size()).collect();
    let mean = sizes.iter().sum::<f64>() / sizes.len().max(1) as f64;
    // Sizes are whole numbers far below 2^53.
    (mean * photos.len() as f64) as u64
}
