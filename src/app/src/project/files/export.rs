//! The whole project as a zip, written photo by photo, so that memory never holds them all; and the head as a file.

use std::rc::Rc;

use headstart_protocol::{MOST_PHOTOS, ProjectManifest, TrainingSettings, ZipAdd, ZipFinish};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::engine::Engine;
use crate::error::PageError;
use crate::platform::download::{ZipFile, download};
use crate::platform::files::blob;
use crate::project::album::{Album, Original};
use crate::project::busy::Busy;
use crate::project::head::OwnHead;
use crate::project::notices::Notices;
use crate::ui::Announcer;

/// What the zip is called.
const NAME: &str = "headstart-project.zip";
/// Photos that are named where they could not be read, at most.
const NAMED: usize = 20;
/// Where the head lies in the zip.
const HEAD: &str = "head.safetensors";

/// A project on its way into a zip.
struct Project {
    manifest: ProjectManifest,
    /// The bytes of the manifest's photos, in their order.
    originals: Vec<Original>,
    head: Option<Rc<Vec<u8>>>,
}

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
        let manifest = self.album.manifest(self.settings.get_untracked());
        let originals = self.album.photos().iter().map(|photo| (*photo.original).clone()).collect();
        self.save(Project { manifest, originals, head: self.head.bytes() });
    }

    /// Writes the photos of a project that cannot be opened into a zip and hands it out.
    pub(crate) fn save_rescued(self, manifest: ProjectManifest, originals: Vec<Original>) {
        self.save(Project { manifest, originals, head: None });
    }

    fn save(self, project: Project) {
        if !self.engine.with_value(Engine::is_ready) {
            return self.notices.complain(PageError::EngineNotReady);
        }
        if project.originals.len() > MOST_PHOTOS {
            return self.notices.complain(PageError::TooManyForZip { limit: MOST_PHOTOS });
        }
        let Some(turn) = self.busy.try_zip_turn() else { return self.notices.complain(PageError::ZipBusy) };
        self.busy.begin("Saving the project".to_owned());
        spawn_local(async move {
            // At once: a browser asks for a file only right after a click.
            let saved = match ZipFile::begin(NAME, about_bytes(&project.originals)).await {
                Some(zip) => self.save_into(zip, project).await.map(|()| true),
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

    async fn save_into(self, zip: ZipFile, project: Project) -> Result<(), PageError> {
        match self.write(&zip, project).await {
            Ok(()) => zip.finish(NAME).await,
            Err(error) => {
                zip.abort().await;
                Err(error)
            }
        }
    }

    /// Writes head, photos and manifest, and tells which photos could not be read any more.
    async fn write(self, zip: &ZipFile, project: Project) -> Result<(), PageError> {
        let engine = self.engine.get_value();
        let Project { mut manifest, originals, head } = project;
        let mut first = true;
        let mut add = async |path: String, bytes: Vec<u8>| {
            let part = engine.ask(ZipAdd { first: std::mem::take(&mut first), path, bytes }).await?;
            zip.write(&part).await
        };
        if let Some(head) = head {
            add(HEAD.to_owned(), head.to_vec()).await?;
        }
        let mut missing = Vec::new();
        for (number, (photo, original)) in manifest.photos.iter().zip(&originals).enumerate() {
            self.busy.begin(format!("Saving photo {} of {}", number + 1, originals.len()));
            match original.read().await {
                Ok(bytes) => add(photo.path.clone(), bytes.to_vec()).await?,
                Err(_) => missing.push((photo.id, photo.name.clone())),
            }
        }
        manifest.photos.retain(|photo| missing.iter().all(|missing| missing.0 != photo.id));
        zip.write(&engine.ask(ZipFinish { first, manifest }).await?).await?;
        if !missing.is_empty() {
            let names = missing.iter().take(NAMED).map(|photo| photo.1.clone()).collect();
            self.notices.complain(PageError::MissingInZip { count: missing.len(), names });
        }
        Ok(())
    }
}

/// About how many bytes the photos have, going by those that were read before.
fn about_bytes(photos: &[Original]) -> u64 {
    let known: Vec<u64> = photos.iter().filter_map(Original::bytes).collect();
    known.iter().sum::<u64>() / known.len().max(1) as u64 * photos.len() as u64
}
