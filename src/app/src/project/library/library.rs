//! The projects on this machine: which there are, and which of them is open.

use std::sync::Arc;

use futures::lock::Mutex;
use headstart_protocol::ProjectManifest;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::opening::UNNAMED;
use crate::error::PageError;
use crate::platform::storage;
use crate::project::album::{Album, Fresh, Original, free};
use crate::project::busy::Busy;
use crate::project::contents::{Contents, Snapshot};
use crate::project::notices::Notices;
use crate::project::saving::{Claim, SavedProject, Saver};
use crate::project::training::Training;
use crate::ui::Announcer;

/// With so many photos at once it is asked whether there is room for them.
const MANY: usize = 100;

/// The projects. Copies name the same ones.
#[derive(Clone, Copy)]
pub(crate) struct Library {
    /// All of them, the one that was changed last first, deleted ones too.
    pub(crate) list: RwSignal<Vec<SavedProject>>,
    /// Whether a project is open, or it is known that none can be.
    pub(crate) opened: RwSignal<bool>,
    /// How many photos are read of the project that is being opened, and of how many.
    pub(crate) progress: RwSignal<Option<(usize, usize)>>,
    pub(super) saver: Saver,
    pub(super) contents: Contents,
    pub(super) training: Training,
    pub(super) album: Album,
    pub(super) notices: Notices,
    pub(super) busy: Busy,
    pub(super) announcer: Announcer,
    pub(super) turns: StoredValue<Arc<Mutex<()>>>,
}

impl Library {
    /// No project is open yet.
    pub(crate) fn new(
        saver: Saver,
        contents: Contents,
        training: Training,
        album: Album,
        notices: Notices,
        busy: Busy,
        announcer: Announcer,
    ) -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            opened: RwSignal::new(false),
            progress: RwSignal::new(None),
            saver,
            contents,
            training,
            album,
            notices,
            busy,
            announcer,
            turns: StoredValue::new(Arc::default()),
        }
    }

    /// Whether another tab writes the open project.
    pub(crate) fn is_reader(self) -> bool {
        self.album.read_only.get_untracked()
    }

    /// The project that is open, to see later whether it still is.
    pub(crate) fn open_number(self) -> Option<u32> {
        self.saver.open.get_untracked()
    }

    /// Says so where many photos come and the browser may not grant the space for them.
    pub(crate) async fn check_room<'a>(self, photos: impl Iterator<Item = &'a Fresh>) {
        let photos: Vec<&Fresh> = photos.collect();
        if photos.len() < MANY {
            return;
        }
        // Sizes are whole numbers far below 2^53.
        let bytes: f64 = photos.iter().map(|photo| photo.file.size()).sum();
        if let Some(room) = storage::room().await.filter(|room| *room < bytes) {
            self.notices.complain(PageError::LittleRoom { bytes: bytes as u64, room: room as u64 });
        }
    }

    /// Reads the list anew.
    pub(crate) async fn refresh(self) -> Result<(), PageError> {
        let mut list = self.saver.projects().await?;
        list.sort_by(|a, b| b.changed().total_cmp(&a.changed()));
        self.list.set(list);
        Ok(())
    }

    /// Opens another project; the one before is saved and stays where it is.
    pub(crate) fn open(self, number: u32) {
        self.act(async move {
            if self.saver.open.get_untracked() == Some(number) {
                return Ok(());
            }
            self.leave().await?;
            let opened = self.show(number, false).await;
            self.or_another(opened).await
        });
    }

    /// Begins an empty project beside the others.
    pub(crate) fn begin_new(self) {
        self.act(async move {
            self.leave().await?;
            self.show_new(UNNAMED).await?;
            self.announcer.say("A new project is open.");
            Ok(())
        });
    }

    /// Opens what came as a zip as a project of its own, beside the others.
    ///
    /// # Errors
    /// The open project cannot be left: then nothing has changed.
    pub(crate) async fn import(self, project: Snapshot, head: Option<Vec<u8>>) -> Result<(), PageError> {
        let turn = self.turn().await;
        if self.saver.open.get_untracked().is_none() && !self.album.is_empty() {
            return Err(PageError::Unsaved { count: self.album.journal.count.get_untracked() });
        }
        self.leave().await?;
        let name = self.free_name(&project.name);
        self.contents.show(Snapshot { name, ..project });
        if let Err(error) = self.keep_album().await {
            // It is open, and saved once that can be.
            spawn_local(self.start_with(turn));
            return Err(error);
        }
        drop(turn);
        if let Some(head) = head {
            self.contents.open_own_head(head);
        }
        self.announcer.say("The project is open.");
        Ok(())
    }

    /// Copies a project.
    pub(crate) fn duplicate(self, number: u32) {
        self.act(async move {
            if self.saver.open.get_untracked() == Some(number) {
                self.saver.settle().await?;
            }
            self.busy.begin("Copying the project");
            let copied = self.saver.duplicate(number, |name| self.free_name(&format!("{name} (copy)"))).await;
            self.busy.end();
            copied?;
            self.refresh().await
        });
    }

    /// Deletes a project, which can be undone for a week.
    pub(crate) fn delete(self, number: u32) {
        self.act(async move {
            let is_open = self.saver.open.get_untracked() == Some(number);
            if is_open && self.is_reader() {
                return Err(PageError::OpenElsewhere);
            }
            if is_open {
                self.leave().await?;
            }
            {
                let Claim::Writer(_lock) = self.saver.claim(number, false).await? else {
                    return Err(PageError::OpenElsewhere);
                };
                let now = js_sys::Date::now();
                self.saver.change(number, |document| document.deleted = Some(now)).await?;
            }
            self.announcer.say("The project is deleted. It can be brought back for a week.");
            if is_open { self.begin().await } else { self.refresh().await }
        });
    }

    /// Brings a deleted project back.
    pub(crate) fn undelete(self, number: u32) {
        self.act(async move {
            self.saver.change(number, |document| document.deleted = None).await?;
            self.refresh().await
        });
    }

    /// Removes a deleted project for good, to make room.
    pub(crate) fn remove(self, number: u32) {
        self.act(async move {
            let Claim::Writer(_lock) = self.saver.claim(number, false).await? else {
                return Err(PageError::OpenElsewhere);
            };
            self.saver.remove(number).await?;
            self.refresh().await
        });
    }

    /// The photos of a project that cannot be opened go to `save`, as one that can.
    pub(crate) fn rescue(self, number: u32, save: impl FnOnce(ProjectManifest, Vec<Original>) + 'static) {
        self.act(async move {
            let (manifest, originals) = self.saver.rescue(number).await?;
            save(manifest, originals);
            Ok(())
        });
    }

    /// Writes the open project from now on, in place of the tab that does.
    pub(crate) fn take_over(self) {
        let Some(number) = self.saver.open.get_untracked() else { return };
        self.act(async move {
            if !self.is_reader() {
                return Ok(());
            }
            if self.album.journal.count.get_untracked() > 0 {
                // The other tab has taken it over before all of this tab's changes were saved.
                self.album.name.set(self.free_name(&self.album.name.get_untracked()));
                return self.keep_album().await;
            }
            // As the other tab leaves it.
            self.show(number, true).await?;
            self.announcer.say("This tab saves the project now.");
            Ok(())
        });
    }

    fn act(self, what: impl Future<Output = Result<(), PageError>> + 'static) {
        spawn_local(async move {
            let turn = self.turn().await;
            if let Err(error) = what.await {
                self.notices.complain(error);
                // Nothing is open where one was left and the other could not be opened. Nobody else has a turn before that.
                self.start_with(turn).await;
            }
        });
    }

    /// A name that no other project has.
    pub(super) fn free_name(self, wish: &str) -> String {
        let taken: Vec<String> = self.list.with_untracked(|list| {
            list.iter().filter(|entry| entry.deleted().is_none()).map(SavedProject::name).collect()
        });
        free(if wish.trim().is_empty() { UNNAMED } else { wish }, &taken)
    }
}
