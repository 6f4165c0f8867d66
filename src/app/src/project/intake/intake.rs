//! Taking what was picked, dropped or pasted.

use std::rc::Rc;

use headstart_archive::{FIRST_BYTES, is_picture};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{File, FileSystemEntry};

use super::groups::{Groups, SLICE};
use super::zip::Zips;
use crate::engine::Engine;
use crate::error::PageError;
use crate::platform::dom::turn;
use crate::platform::file_kind::FileKind;
use crate::platform::files;
use crate::platform::folders::{self, Found, Given};
use crate::project::album::{Album, DropTarget, Fresh};
use crate::project::busy::Busy;
use crate::project::classes::Edits;
use crate::project::contents::Contents;
use crate::project::library::Library;
use crate::project::notices::Notices;

/// What takes files into the project. Copies are the same one.
#[derive(Clone, Copy)]
pub(crate) struct Intake {
    pub(super) album: Album,
    pub(super) edits: Edits,
    pub(super) contents: Contents,
    pub(super) library: Library,
    pub(super) notices: Notices,
    pub(super) busy: Busy,
    pub(super) engine: StoredValue<Engine, LocalStorage>,
    pub(super) zips: StoredValue<Zips, LocalStorage>,
}

impl Intake {
    /// Takes files into `contents`.
    pub(crate) fn new(
        album: Album,
        edits: Edits,
        contents: Contents,
        library: Library,
        notices: Notices,
        busy: Busy,
        engine: Engine,
    ) -> Self {
        let (engine, zips) = (StoredValue::new_local(engine), StoredValue::new_local(Zips::default()));
        Self { album, edits, contents, library, notices, busy, engine, zips }
    }

    /// Takes files that were picked or pasted.
    pub(crate) fn take_given(self, given: Vec<Given>, place: DropTarget) {
        if !given.is_empty() {
            let project = self.library.open_number();
            spawn_local(self.take(Found { files: given, ..Found::default() }, place, project));
        }
    }

    /// Takes files and folders that were dropped.
    pub(crate) fn take_entries(self, entries: Vec<FileSystemEntry>, place: DropTarget) {
        if entries.is_empty() {
            return self.notices.complain(PageError::NothingDropped);
        }
        let project = self.library.open_number();
        spawn_local(async move {
            self.busy.begin("Looking through your folders".to_owned());
            let found = folders::walk(entries).await;
            self.busy.end();
            self.take(found, place, project).await;
        });
    }

    /// `project` was open when they were given.
    async fn take(self, mut found: Found, place: DropTarget, project: Option<u32>) {
        // What is given before the project is there goes into it all the same.
        self.library.ready().await;
        if self.library.is_reader() {
            return self.notices.complain(PageError::TakenOver);
        }
        let (mut photos, mut zips, mut heads) = (Vec::new(), Vec::new(), Vec::new());
        for (index, given) in std::mem::take(&mut found.files).into_iter().enumerate() {
            if index % (4 * SLICE) == 4 * SLICE - 1 {
                turn().await;
            }
            match given.kind() {
                FileKind::Other if !begins_as_picture(&given.file).await => found.pass_over(given.file.name()),
                FileKind::Photo | FileKind::Other => {
                    let photo = Fresh { name: given.file.name(), file: given.file.into(), burst: None, part: None };
                    photos.push((given.path, photo));
                }
                FileKind::Zip => zips.push(given.file),
                FileKind::Head => heads.push(given.file),
                FileKind::Litter => {}
            }
        }
        let groups = Groups::of(photos);
        let is_unread = !found.unreadable.is_empty();
        if is_unread {
            self.notices.complain(PageError::Unreadable { paths: std::mem::take(&mut found.unreadable) });
        }
        match found.example {
            Some(example) => self.notices.complain(PageError::NoPhotos { count: found.others, example }),
            None if is_unread && groups.is_empty() && zips.is_empty() && heads.is_empty() => {}
            None if groups.is_empty() && zips.is_empty() && heads.is_empty() => {
                self.notices.complain(PageError::NothingToAdd);
            }
            None => {}
        }
        self.library.check_room(groups.photos()).await;
        if self.is_elsewhere(project) {
            return self.notices.complain(PageError::GivenElsewhere { count: groups.photos().count() });
        }
        self.put(groups, place, None).await;
        heads.into_iter().for_each(|head| self.open_head(head));
        zips.into_iter().for_each(|zip| self.read_zip(zip, place));
    }

    /// Puts photos into the classes that their folders name, and says how many could not be put, and how their folders split
    /// them.
    pub(super) async fn put(self, groups: Groups, place: DropTarget, otherwise: Option<&str>) {
        let is_split = groups.is_split();
        let left = groups.put(self.album, self.edits, place, otherwise).await;
        self.tell_left(left);
        if let Some(split) = untrack(|| self.album.split()).words().filter(|_| is_split && left == 0) {
            self.notices.tell(format!("Your folders became one project that is split as they say: {split}"));
        }
    }

    /// Says how many photos could not be put anywhere.
    pub(super) fn tell_left(self, count: usize) {
        if count > 0 {
            self.notices.complain(PageError::GivenElsewhere { count });
        }
    }

    /// Whether another project is open than `given`, if one was open at all.
    pub(super) fn is_elsewhere(self, given: Option<u32>) -> bool {
        given.is_some() && self.library.open_number() != given
    }

    /// Opens a head from a file. It takes the place of the present one once the engine accepts it; that can be undone.
    pub(crate) fn open_head(self, file: File) {
        if self.library.is_reader() {
            return self.notices.complain(PageError::TakenOver);
        }
        spawn_local(async move {
            let opened = async { self.contents.open_head(Rc::new(files::read(&file).await?)).await };
            if let Err(error) = opened.await {
                self.notices.complain(error);
            }
        });
    }
}

/// Whether a file whose name does not say so is a picture: its first bytes do.
async fn begins_as_picture(file: &File) -> bool {
    let Ok(first) = file.slice_with_i32_and_i32(0, FIRST_BYTES as i32) else { return false };
    files::bytes(&first).await.is_ok_and(|first| is_picture(&first.to_vec()))
}
