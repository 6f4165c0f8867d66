//! The whole project as a zip: written photo by photo, so that memory never holds them all.

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

use headstart_protocol::{Command, ProjectManifest};
use js_sys::Array;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, BlobPropertyBag};

use super::Example;
use super::example::blob;
use crate::error::PageError;
use crate::state::Page;
use crate::{download, intake};

/// Where the head lies in the zip.
const HEAD: &str = "head.safetensors";

/// A zip that is being written.
pub(in crate::state) struct Writing {
    manifest: ProjectManifest,
    left: VecDeque<(Rc<Example>, String)>,
    of: usize,
    missing: HashSet<u32>,
    /// Blobs, which the browser need not hold in memory.
    parts: Array,
}

impl Page {
    /// Writes the project into a zip and hands it out.
    pub(crate) fn export_project(self) {
        if self.phase.read_untracked().ready().is_none() {
            return self.complain(PageError::EngineNotReady);
        }
        if self.teach.busy.read_untracked().is_some() {
            return self.complain(PageError::ZipBusy);
        }
        let manifest = self.teach.manifest();
        let paths = manifest.photos.iter().map(|photo| photo.path.clone());
        let left: VecDeque<_> = self.teach.photos().into_iter().zip(paths).collect();
        let of = left.len();
        self.teach.desk.update_value(|desk| {
            desk.writing = Some(Writing { manifest, left, of, missing: HashSet::new(), parts: Array::new() });
        });
        self.teach.busy.set(Some("Saving the project".to_owned()));
        self.tell(&Command::ZipBegin);
        match self.own_head() {
            Some(head) => self.tell(&Command::ZipAdd { path: HEAD.to_owned(), bytes: head.to_vec() }),
            None => self.write_next(),
        }
    }

    /// The next bytes of the zip are here.
    pub(in crate::state) fn zip_part(self, bytes: &[u8], last: bool) {
        let written = self.teach.desk.update_value(|desk| {
            let writing = desk.writing.as_ref()?;
            writing.parts.push(&blob(bytes, ""));
            if last { desk.writing.take() } else { None }
        });
        match written {
            Some(writing) => self.hand_out(&writing),
            None => self.write_next(),
        }
    }

    fn write_next(self) {
        let next = self.teach.desk.update_value(|desk| {
            let writing = desk.writing.as_mut()?;
            let next = writing.left.pop_front();
            Some((next, writing.of - writing.left.len(), writing.of))
        });
        match next {
            None => {}
            Some((Some((photo, path)), number, of)) => {
                self.teach.busy.set(Some(format!("Saving photo {number} of {of}")));
                spawn_local(async move {
                    match intake::read(&photo.file).await {
                        Ok(bytes) => self.tell(&Command::ZipAdd { path, bytes }),
                        Err(_) => {
                            self.teach.desk.update_value(|desk| {
                                if let Some(writing) = &mut desk.writing {
                                    writing.missing.insert(photo.id);
                                }
                            });
                            self.write_next();
                        }
                    }
                });
            }
            Some((None, ..)) => {
                let manifest = self.teach.desk.with_value(|desk| {
                    desk.writing.as_ref().map(|writing| {
                        let mut manifest = writing.manifest.clone();
                        manifest.photos.retain(|photo| !writing.missing.contains(&photo.id));
                        manifest
                    })
                });
                if let Some(manifest) = manifest {
                    self.tell(&Command::ZipFinish(Box::new(manifest)));
                }
            }
        }
    }

    fn hand_out(self, writing: &Writing) {
        self.teach.busy.set(None);
        if !writing.missing.is_empty() {
            self.complain(PageError::MissingInZip { count: writing.missing.len() });
        }
        let options = BlobPropertyBag::new();
        options.set_type("application/zip");
        match Blob::new_with_blob_sequence_and_options(&writing.parts, &options) {
            Ok(zip) => {
                download::download(&zip, "headstart-project.zip");
                self.announcement.set("The project is saved as a zip.".to_owned());
            }
            Err(_) => self.complain(PageError::ZipLost),
        }
    }

    /// The worker is gone, and with it the zips it was at.
    pub(in crate::state) fn zips_lost(self) {
        let lost = self.teach.desk.update_value(|desk| {
            desk.zips.clear();
            desk.writing.take().is_some() | desk.reading.take().is_some()
        });
        if lost {
            self.teach.busy.set(None);
            self.complain(PageError::ZipLost);
        }
    }
}
