//! Zips that come in: projects, or photos in folders.

use std::collections::HashMap;
use std::rc::Rc;

use headstart_protocol::{Failure, PROJECT_VERSION, ProjectManifest, Unzipped};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

use super::Place;
use super::example::blob;
use super::intake::{Group, join};
use super::opening::{classes, example, fill};
use super::photos::Fresh;
use super::project::Snapshot;
use crate::error::PageError;
use crate::state::Page;
use crate::teach::file_kind::{FileKind, file_kind, folder, stem};

/// The largest zip that is read: it passes through memory whole.
const LARGEST: u64 = 1 << 30;

/// A zip that is being read.
pub(in crate::state) struct Reading {
    name: String,
    place: Place,
    files: Vec<(String, Blob)>,
    head: Option<Vec<u8>>,
}

impl Page {
    /// Reads a zip, after those before it.
    pub(crate) fn read_zip(self, zip: File, place: Place) {
        self.teach.desk.update_value(|desk| desk.zips.push_back((zip, place)));
        self.read_next_zip();
    }

    /// Reads the next zip that waits, once the engine is ready and has nothing else of the kind to do.
    pub(in crate::state) fn read_next_zip(self) {
        if self.phase.read_untracked().ready().is_none() {
            return;
        }
        let next = self.teach.desk.update_value(|desk| {
            if desk.reading.is_some() || desk.writing.is_some() {
                return None;
            }
            let (zip, place) = desk.zips.pop_front()?;
            desk.reading = Some(Reading { name: zip.name(), place, files: Vec::new(), head: None });
            Some(zip)
        });
        let Some(zip) = next else { return };
        // Sizes are whole numbers far below 2^53.
        let bytes = zip.size() as u64;
        if bytes > LARGEST {
            return self.zip_refused(PageError::ZipTooLarge { bytes, limit: LARGEST }.into());
        }
        self.teach.busy.set(Some(format!("Opening “{}”", zip.name())));
        spawn_local(async move {
            if let Err(error) = self.send_zip(&zip).await {
                self.zip_refused(error.into());
            }
        });
    }

    /// A file out of the zip.
    pub(in crate::state) fn zip_file(self, path: String, bytes: Vec<u8>) {
        self.teach.desk.update_value(|desk| {
            if let Some(reading) = &mut desk.reading {
                match file_kind(name(&path), "") {
                    FileKind::Head => reading.head = Some(bytes),
                    _ => reading.files.push((path, blob(&bytes, ""))),
                }
            }
        });
    }

    /// The zip was read to its end.
    pub(in crate::state) fn zip_read(self, unzipped: Unzipped) {
        let Some(reading) = self.finish_reading() else { return };
        match unzipped.project {
            Some(manifest) if manifest.version > PROJECT_VERSION => self.complain(PageError::NewerProject),
            Some(manifest) => self.replace_by(manifest, reading),
            None => {
                if unzipped.passed_over > 0 {
                    let count = unzipped.passed_over as usize;
                    self.complain(PageError::NoPhotos { count, example: format!("in “{}”", reading.name) });
                } else if reading.files.is_empty() && reading.head.is_none() {
                    self.complain(PageError::NothingToAdd);
                }
                let mut groups: Vec<Group> = Vec::new();
                for (path, file) in reading.files {
                    let photo = Fresh { name: name(&path).to_owned(), file, burst: None };
                    join(&mut groups, folder(&path), photo);
                }
                spawn_local(async move {
                    self.put_groups(groups, reading.place, Some(stem(&reading.name))).await;
                });
            }
        }
        self.read_next_zip();
    }

    /// The zip cannot be read.
    pub(in crate::state) fn zip_refused(self, failure: Failure) {
        if self.finish_reading().is_some() {
            self.complain(failure);
        }
        self.read_next_zip();
    }

    fn finish_reading(self) -> Option<Reading> {
        let reading = self.teach.desk.update_value(|desk| desk.reading.take());
        if reading.is_some() {
            self.teach.busy.set(None);
        }
        reading
    }

    /// Puts the project out of a zip in the place of the present one.
    fn replace_by(self, mut manifest: ProjectManifest, reading: Reading) {
        // Numbers of this page's own, so that the project before can be brought back.
        let mut numbers = HashMap::new();
        for class in &mut manifest.classes {
            let number = self.teach.next_id();
            numbers.insert(class.id, number);
            class.id = number;
        }
        let classes = classes(&manifest);
        let mut files: HashMap<String, Blob> = reading.files.into_iter().collect();
        let mut missing = 0;
        let photos = manifest.photos.into_iter().filter_map(|mut photo| {
            let found = numbers.get(&photo.class).copied().zip(files.remove(&photo.path));
            let Some((class, file)) = found else {
                missing += 1;
                return None;
            };
            photo.class = class;
            photo.id = self.teach.next_id();
            Some(example(photo, file, None))
        });
        fill(&classes, &photos.collect::<Vec<_>>());
        let project = Snapshot {
            classes,
            size: Some(manifest.size),
            settings: manifest.settings,
            head: reading.head.map(Rc::new),
            ..Snapshot::default()
        };
        self.replace_project(project, "opening a project");
        if missing > 0 {
            self.complain(PageError::MissingPhotos { count: missing });
        }
    }
}

/// The last part of a path.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
