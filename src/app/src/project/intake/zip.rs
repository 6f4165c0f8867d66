//! Zips that come in: projects, or photos in folders.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use headstart_archive::{class_of_zip, file_name, folder_of_zip};
use headstart_protocol::{PROJECT_VERSION, ProjectManifest, Unzipped, ZipBytes, ZipSlice};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{Blob, File};

use super::Intake;
use super::groups::Groups;
use crate::error::{LeftOutOfZip, PageError};
use crate::platform::file_kind::{FileKind, file_kind, stem};
use crate::platform::files::{self, blob, reason};
use crate::project::album::{DropTarget, Example, Fresh, classes, fill};
use crate::project::contents::Snapshot;
use crate::wording::counted;

/// Zips that wait to be read, one after the other.
#[derive(Default)]
pub(super) struct Zips {
    /// Each with where it was dropped, and the project that was open then.
    waiting: VecDeque<(File, DropTarget, Option<u32>)>,
    is_reading: bool,
}

/// What a zip held. Its files are the browser's: parts of the zip, or what it puts on its disk where it is much.
struct Contained {
    project: Option<ProjectManifest>,
    went: Unzipped,
    files: Vec<(String, Blob)>,
    head: Option<Vec<u8>>,
}

impl Intake {
    /// Reads a zip, after those before it.
    pub(crate) fn read_zip(self, zip: File, place: DropTarget) {
        let project = self.library.open_number();
        self.zips.update_value(|zips| zips.waiting.push_back((zip, place, project)));
        let was_reading = self.zips.try_update_value(|zips| std::mem::replace(&mut zips.is_reading, true));
        if was_reading == Some(false) {
            spawn_local(self.read_zips());
        }
    }

    async fn read_zips(self) {
        while let Some((zip, place, project)) = self.zips.try_update_value(|zips| zips.waiting.pop_front()).flatten() {
            self.engine.get_value().ready_at_last().await;
            let turn = self.busy.zip_turn().await;
            self.busy.begin(format!("Opening “{}”", zip.name()));
            let read = self.unzip(&zip).await;
            self.busy.end();
            drop(turn);
            // Whatever becomes of one, those behind it have their turn.
            match read {
                Ok(contained) => self.put_contained(&zip.name(), contained, (place, project)).await,
                Err(PageError::EngineStopped) => self.notices.complain(PageError::ZipLost),
                Err(error) => self.notices.complain(error),
            }
        }
        self.zips.update_value(|zips| zips.is_reading = false);
    }

    async fn unzip(self, zip: &File) -> Result<Contained, PageError> {
        let reading = self.engine.get_value().open_zip(zip).await?;
        let of = reading.contents().files;
        let (mut found, mut head) = (Vec::new(), None);
        loop {
            let ZipSlice { files: slice, end } = reading.next().await?;
            for file in slice {
                let bytes = match file.bytes {
                    ZipBytes::Within { start, count } => part(zip, start, count)?,
                    ZipBytes::Unpacked(bytes) => blob(&bytes, ""),
                };
                match file_kind(file_name(&file.path), "") {
                    FileKind::Head => head = Some(bytes),
                    _ => found.push((file.path, bytes)),
                }
            }
            if let Some(went) = end {
                let head = match head {
                    Some(head) => Some(files::bytes(&head).await?.to_vec()),
                    None => None,
                };
                return Ok(Contained { project: reading.contents().project.clone(), went, files: found, head });
            }
            // Those in zips in the zip are not known beforehand.
            let of = found.len().max(of as usize);
            self.busy.begin(format!("Opening “{}”: {} of {}", zip.name(), found.len(), counted(of, "file")));
        }
    }

    async fn put_contained(self, zip: &str, contained: Contained, (place, project): (DropTarget, Option<u32>)) {
        self.library.ready().await;
        let Contained { project: manifest, went, files, head } = contained;
        let left_out = LeftOutOfZip {
            files: went.left_out,
            count: went.left_out_count as usize,
            of_project: manifest.is_some(),
            has_rest: went.files > 0,
        };
        match manifest {
            Some(manifest) if manifest.version > PROJECT_VERSION => self.notices.complain(PageError::NewerProject),
            Some(manifest) => {
                if let Err(error) = self.open_project(stem(zip), manifest, files, head).await {
                    return self.notices.complain(error);
                }
            }
            None if self.is_elsewhere(project) => {
                self.notices.complain(PageError::GivenElsewhere { count: files.len() });
            }
            None if self.library.is_reader() => self.notices.complain(PageError::TakenOver),
            None => {
                if went.passed_over > 0 {
                    let count = went.passed_over as usize;
                    self.notices.complain(PageError::NoPhotos { count, example: format!("in “{zip}”") });
                } else if went.files == 0 && left_out.count == 0 {
                    self.notices.complain(PageError::NothingToAdd);
                }
                let folder = folder_of_zip(zip, files.iter().map(|(path, _)| path.as_str()));
                let photo = |(path, file): (String, Blob)| {
                    let fresh = Fresh { name: file_name(&path).to_owned(), file, burst: None, part: None };
                    let path = match &folder {
                        Some(folder) => format!("{folder}/{path}"),
                        None => path,
                    };
                    (path, fresh)
                };
                let groups = Groups::of(files.into_iter().map(photo).collect());
                self.put(groups, place, Some(&class_of_zip(zip))).await;
                if let Some(head) = head
                    && let Err(error) = self.contents.open_head(Rc::new(head)).await
                {
                    self.notices.complain(error);
                }
            }
        }
        if left_out.count > 0 {
            self.notices.complain(PageError::LeftOut(left_out));
        }
    }

    /// Opens the project out of a zip beside the others.
    ///
    /// # Errors
    /// Why the present one stays open.
    async fn open_project(
        self,
        name: &str,
        manifest: ProjectManifest,
        files: Vec<(String, Blob)>,
        head: Option<Vec<u8>>,
    ) -> Result<(), PageError> {
        let classes = classes(&manifest.classes);
        let mut files: HashMap<String, Blob> = files.into_iter().collect();
        let mut photos = Vec::new();
        let last =
            manifest.classes.iter().map(|class| class.id).chain(manifest.photos.iter().map(|photo| photo.id)).max();
        for photo in manifest.photos {
            // Those that are not there could not be read, which was said.
            let Some(file) = files.remove(&photo.path) else { continue };
            let fresh = Fresh { name: photo.name, file, burst: photo.burst, part: photo.part };
            photos.push(Arc::new(Example::new(photo.id, photo.class, fresh)));
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
        self.library.import(project, head).await
    }
}

/// A part of a zip, which stays where it is: the browser copies nothing.
fn part(zip: &Blob, start: u64, count: u64) -> Result<Blob, PageError> {
    // Sizes are whole numbers far below 2^53.
    let part = zip.slice_with_f64_and_f64(start as f64, (start + count) as f64);
    part.map_err(|error| PageError::UnreadableFile { detail: reason(&error) })
}
