//! Bringing back the project that was saved.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};
use headstart_protocol::ProjectManifest;
use leptos::prelude::*;
use web_sys::Blob;

use super::Saver;
use super::database::Database;
use super::saver::{HEAD, MANIFEST, RUN};
use crate::error::PageError;
use crate::platform::dom::{pause, turn};
use crate::project::album::{Described, Example, ExampleState, Fresh, classes, fill};
use crate::project::training::Taught;

/// A database that does not answer for so long is taken to be out of order.
const PATIENCE: Duration = Duration::from_secs(10);

/// Photos brought back at once: more would be a long task.
const SLICE: usize = 100;

/// What was saved.
struct Saved {
    manifest: Option<ProjectManifest>,
    /// In the order of their numbers.
    photos: Vec<(u32, Blob)>,
    descriptions: HashMap<u32, Described>,
    head: Option<Vec<u8>>,
    run: Option<Taught>,
}

/// What is not part of the album.
pub(crate) struct BroughtBack {
    /// The head's file.
    pub(crate) head: Option<Vec<u8>>,
    /// The last run.
    pub(crate) run: Option<Taught>,
}

impl Saver {
    /// Brings the saved project back into the album, and saves changes from then on; gives back what else was saved.
    pub(crate) async fn open(self) -> Option<BroughtBack> {
        let opened = select(Box::pin(read()), Box::pin(pause(PATIENCE))).await;
        match opened {
            Either::Left((Ok((database, saved)), _)) => {
                let brought_back = self.bring_back(saved).await;
                self.use_database(database);
                Some(brought_back)
            }
            Either::Left((Err(error), _)) => {
                self.fail(error);
                None
            }
            Either::Right(_) => {
                self.fail(PageError::NotOpened { detail: "it does not answer".to_owned() });
                None
            }
        }
    }

    async fn bring_back(self, saved: Saved) -> BroughtBack {
        let album = self.album;
        if let Some(manifest) = saved.manifest {
            let used =
                manifest.classes.iter().map(|class| class.id).chain(manifest.photos.iter().map(|photo| photo.id));
            album.keep_clear_of(used.max().unwrap_or_default());
            album.keep_clear_of(saved.photos.last().map_or(0, |photo| photo.0));
            self.settings.set(manifest.settings);
            let classes = classes(&manifest);
            let mut files: HashMap<u32, Blob> = saved.photos.into_iter().collect();
            let mut descriptions = saved.descriptions;
            let mut photos = Vec::with_capacity(manifest.photos.len());
            for (index, photo) in manifest.photos.into_iter().enumerate() {
                if index % SLICE == SLICE - 1 {
                    turn().await;
                }
                if let Some(file) = files.remove(&photo.id) {
                    let described = descriptions.remove(&photo.id).map(Arc::new);
                    let state = described.map_or(ExampleState::Pending, ExampleState::Ready);
                    let fresh = Fresh { name: photo.name, file, burst: photo.burst };
                    photos.push(Arc::new(Example::new(photo.id, photo.class, fresh, state)));
                }
            }
            album.size.set(fill(&classes, &photos).then_some(manifest.size));
            album.classes.set(classes);
            // Files that no photo of the project names.
            album.journal.photos_went(files.into_keys());
        }
        BroughtBack { head: saved.head, run: saved.run }
    }
}

async fn read() -> Result<(Database, Saved), PageError> {
    let unreadable =
        || PageError::NotOpened { detail: "its list of photos is damaged or of another release".to_owned() };
    let database = Database::open().await?;
    let manifest = database.document(MANIFEST).await?;
    let manifest: Option<ProjectManifest> =
        manifest.map(|bytes| postcard::from_bytes(&bytes).map_err(|_| unreadable())).transpose()?;
    let head = database.document(HEAD).await?;
    // Figures that cannot be read are no loss: training makes new ones.
    let run = database.document(RUN).await?.and_then(|bytes| postcard::from_bytes(&bytes).ok());
    let (mut photos, mut descriptions) = (Vec::new(), HashMap::new());
    loop {
        let some = database.photos(photos.last().map(|(id, _)| *id)).await?;
        if some.is_empty() {
            break;
        }
        photos.extend(some);
        turn().await;
    }
    let mut last = None;
    loop {
        let some = database.descriptions(last).await?;
        let Some((id, _)) = some.last() else { break };
        last = Some(*id);
        descriptions.extend(some);
        turn().await;
    }
    Ok((database, Saved { manifest, photos, descriptions, head, run }))
}
