//! Zips that come in: projects, or photos in folders.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use headstart_protocol::{PROJECT_VERSION, ProjectManifest, Unzipped};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{Blob, File};

use super::Intake;
use super::groups::Groups;
use crate::error::PageError;
use crate::platform::file_kind::{FileKind, file_kind, folder, stem};
use crate::platform::files::blob;
use crate::project::album::{DropTarget, Example, Fresh, classes, fill};
use crate::project::contents::Snapshot;

/// The largest zip that is read: it passes through memory whole.
const LARGEST: u64 = 1 << 30;

/// Zips that wait to be read, one after the other.
#[derive(Default)]
pub(super) struct Zips {
    waiting: VecDeque<(File, DropTarget)>,
    is_reading: bool,
}

/// What a zip held.
struct Contained {
    unzipped: Unzipped,
    files: Vec<(String, Blob)>,
    head: Option<Vec<u8>>,
}

impl Intake {
    /// Reads a zip, after those before it.
    pub(crate) fn read_zip(self, zip: File, place: DropTarget) {
        self.zips.update_value(|zips| zips.waiting.push_back((zip, place)));
        let was_reading = self.zips.try_update_value(|zips| std::mem::replace(&mut zips.is_reading, true));
        if was_reading == Some(false) {
            spawn_local(self.read_zips());
        }
    }

    async fn read_zips(self) {
        while let Some((zip, place)) = self.zips.try_update_value(|zips| zips.waiting.pop_front()).flatten() {
            self.engine.get_value().ready_at_last().await;
            let turn = self.busy.zip_turn().await;
            self.busy.begin(format!("Opening “{}”", zip.name()));
            let read = self.unzip(&zip).await;
            self.busy.end();
            drop(turn);
            match read {
                Ok(contained) => self.put_contained(&zip.name(), contained, place).await,
                Err(PageError::EngineStopped) => {
                    self.zips.update_value(|zips| zips.waiting.clear());
                    self.notices.complain(PageError::ZipLost);
                }
                Err(error) => self.notices.complain(error),
            }
        }
        self.zips.update_value(|zips| zips.is_reading = false);
    }

    async fn unzip(self, zip: &File) -> Result<Contained, PageError> {
        // Sizes are whole numbers far below 2^53.
        let bytes = zip.size() as u64;
        if bytes > LARGEST {
            return Err(PageError::ZipTooLarge { bytes, limit: LARGEST });
        }
        let mut reading = self.engine.get_value().read_zip(zip).await?;
        let (mut files, mut head) = (Vec::new(), None);
        while let Some(file) = reading.next().await {
            match file_kind(name(&file.path), "") {
                FileKind::Head => head = Some(file.bytes),
                _ => files.push((file.path, blob(&file.bytes, ""))),
            }
        }
        let unzipped = reading.outcome().await?;
        Ok(Contained { unzipped, files, head })
    }

    async fn put_contained(self, zip: &str, contained: Contained, place: DropTarget) {
        let Contained { unzipped, files, head } = contained;
        match unzipped.project {
            Some(manifest) if manifest.version > PROJECT_VERSION => self.notices.complain(PageError::NewerProject),
            Some(manifest) => self.open_project(stem(zip), manifest, files, head).await,
            None => {
                if unzipped.passed_over > 0 {
                    let count = unzipped.passed_over as usize;
                    self.notices.complain(PageError::NoPhotos { count, example: format!("in “{zip}”") });
                } else if files.is_empty() && head.is_none() {
                    self.notices.complain(PageError::NothingToAdd);
                }
                let mut groups = Groups::default();
                for (path, file) in files {
                    groups.add(folder(&path), Fresh { name: name(&path).to_owned(), file, burst: None });
                }
                groups.put(self.album, self.edits, place, Some(stem(zip))).await;
            }
        }
    }

    /// Opens the project out of a zip beside the others.
    async fn open_project(
        self,
        name: &str,
        manifest: ProjectManifest,
        files: Vec<(String, Blob)>,
        head: Option<Vec<u8>>,
    ) {
        let classes = classes(&manifest.classes);
        let mut files: HashMap<String, Blob> = files.into_iter().collect();
        let mut missing = 0;
        let mut photos = Vec::new();
        let last =
            manifest.classes.iter().map(|class| class.id).chain(manifest.photos.iter().map(|photo| photo.id)).max();
        for photo in manifest.photos {
            match files.remove(&photo.path) {
                Some(file) => {
                    let fresh = Fresh { name: photo.name, file, burst: photo.burst };
                    photos.push(Arc::new(Example::new(photo.id, photo.class, fresh)));
                }
                None => missing += 1,
            }
        }
        Example::sort(&mut photos);
        fill(&classes, &photos);
        let project = Snapshot {
            name: name.to_owned(),
            classes,
            size: Some(manifest.size),
            settings: manifest.settings,
            last_id: last.unwrap_or_default(),
            ..Snapshot::default()
        };
        if let Err(error) = self.library.import(project, head).await {
            return self.notices.complain(error);
        }
        if missing > 0 {
            self.notices.complain(PageError::MissingPhotos { count: missing });
        }
    }
}

/// The last part of a path.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
