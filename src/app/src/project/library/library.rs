//! The projects on this machine: which there are, and which of them is open.

use std::sync::Arc;
use std::time::Duration;

use futures::lock::{Mutex, OwnedMutexGuard};
use headstart_protocol::ProjectManifest;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::entry::Entry;
use crate::error::PageError;
use crate::platform::dom::pause;
use crate::platform::storage;
use crate::project::album::{Album, Fresh, Original, classes, fill};
use crate::project::busy::Busy;
use crate::project::contents::{Contents, Snapshot};
use crate::project::notices::Notices;
use crate::project::saving::{Claim, Loaded, ProjectDocument, SavedProject, Saver};
use crate::project::training::Training;
use crate::ui::Announcer;

/// What a project is called that nobody has named.
const UNNAMED: &str = "My project";
/// A project that was deleted is kept so many milliseconds: a week.
const KEPT: f64 = 7.0 * 24.0 * 3600.0 * 1000.0;
/// A database that could not be opened is tried again after this.
const AGAIN: Duration = Duration::from_secs(10);
/// With so many photos at once it is asked whether there is room for them.
const MANY: usize = 100;

/// The projects. Copies name the same ones.
#[derive(Clone, Copy)]
pub(crate) struct Library {
    /// All of them, the one that was changed last first, deleted ones too.
    pub(crate) list: RwSignal<Vec<Entry>>,
    /// Whether a project is open, or it is known that none can be.
    pub(crate) opened: RwSignal<bool>,
    /// How many photos are read of the project that is being opened, and of how many.
    pub(crate) progress: RwSignal<Option<(usize, usize)>>,
    saver: Saver,
    contents: Contents,
    training: Training,
    album: Album,
    notices: Notices,
    busy: Busy,
    announcer: Announcer,
    turns: StoredValue<Arc<Mutex<()>>>,
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

    /// Opens the project that was worked on last. Where the database cannot be opened the page goes on without it, says so,
    /// and tries again.
    pub(crate) async fn start(self) {
        loop {
            let turn = self.turn().await;
            if self.saver.open.get_untracked().is_some() {
                return;
            }
            let Err(error) = self.begin().await else { return };
            drop(turn);
            self.album.journal.switch(true);
            self.saver.fail(error);
            self.opened.set(true);
            pause(AGAIN).await;
        }
    }

    /// The turn to open another project: one after the other.
    async fn turn(self) -> OwnedMutexGuard<()> {
        self.turns.get_value().lock_owned().await
    }

    /// Waits until a project is open, or it is known that none can be.
    pub(crate) async fn ready(self) {
        while !self.opened.get_untracked() {
            pause(Duration::from_millis(50)).await;
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

    async fn begin(self) -> Result<(), PageError> {
        if let Err(error) = self.saver.bring_over().await {
            self.notices.complain(error);
        }
        self.refresh().await?;
        self.clear_away().await?;
        if !self.album.is_empty() {
            // The visitor has begun one without a database.
            return self.keep_album().await;
        }
        self.opened.set(false);
        let numbers: Vec<u32> = self.list.with_untracked(|list| {
            list.iter()
                .filter(|entry| entry.document.is_ok() && entry.deleted().is_none())
                .map(|entry| entry.number)
                .collect()
        });
        for number in numbers {
            match self.show(number, false).await {
                Ok(()) => return Ok(()),
                Err(error) => self.notices.complain(error),
            }
        }
        self.show_new(UNNAMED).await
    }

    /// Removes what was deleted long ago, and copies that were cut short.
    async fn clear_away(self) -> Result<(), PageError> {
        let now = js_sys::Date::now();
        let is_due = |entry: &&Entry| match &entry.document {
            Ok(document) => document.incomplete || document.deleted.is_some_and(|deleted| now - deleted > KEPT),
            Err(_) => false,
        };
        let due: Vec<u32> =
            self.list.with_untracked(|list| list.iter().filter(is_due).map(|entry| entry.number).collect());
        for number in &due {
            // Another tab may be at work on it.
            if matches!(self.saver.claim(*number, false).await?, Claim::Writer(_)) {
                self.saver.remove(*number).await?;
            }
        }
        if due.is_empty() { Ok(()) } else { self.refresh().await }
    }

    /// Reads the list anew.
    pub(crate) async fn refresh(self) -> Result<(), PageError> {
        let mut list: Vec<Entry> = self.saver.projects().await?.into_iter().map(Entry::from).collect();
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
        self.ready().await;
        let turn = self.turn().await;
        if self.saver.open.get_untracked().is_none() && !self.album.is_empty() {
            return Err(PageError::Unsaved { count: self.album.journal.count.get_untracked() });
        }
        self.leave().await?;
        let name = self.free_name(&project.name);
        self.contents.show(Snapshot { name, ..project });
        let kept = self.keep_album().await;
        drop(turn);
        if let Err(error) = kept {
            // It is open, and saved once that can be.
            spawn_local(self.start());
            return Err(error);
        }
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
            let claim = self.saver.claim(number, false).await?;
            if matches!(claim, Claim::Reader) {
                return Err(PageError::OpenElsewhere);
            }
            let now = js_sys::Date::now();
            self.saver.change(number, |document| document.deleted = Some(now)).await?;
            drop(claim);
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
            let _claim = self.saver.claim(number, false).await?;
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
            let done = what.await;
            drop(turn);
            if let Err(error) = done {
                self.notices.complain(error);
                // Nothing is open where one was left and the other could not be opened.
                self.start().await;
            }
        });
    }

    async fn leave(self) -> Result<(), PageError> {
        self.saver.leave().await?;
        self.opened.set(false);
        self.contents.show(Snapshot::default());
        if let Err(error) = self.refresh().await {
            self.notices.complain(error);
        }
        Ok(())
    }

    /// Where a project could not be opened, opens another one; the error is given back all the same.
    async fn or_another(self, opened: Result<(), PageError>) -> Result<(), PageError> {
        let Err(error) = opened else { return Ok(()) };
        self.begin().await?;
        Err(error)
    }

    async fn show(self, number: u32, by_force: bool) -> Result<(), PageError> {
        let claim = self.saver.claim(number, by_force).await?;
        self.album.journal.switch(false);
        let loaded = self.saver.load(number, |read, of| self.progress.set(Some((read, of)))).await;
        self.progress.set(None);
        let mut loaded = loaded?;
        let created = loaded.document.created;
        let interrupted = loaded.interrupted.take();
        if loaded.unreadable > 0 {
            self.notices.complain(PageError::UnreadablePlaces { count: loaded.unreadable });
        }
        if matches!(claim, Claim::Writer(_))
            && let Err(error) = self.saver.sweep(number).await
        {
            // What is left there takes room, and no more.
            self.notices.complain(error);
        }
        self.contents.show(snapshot(loaded));
        self.album.journal.clear();
        let is_writer = matches!(claim, Claim::Writer(_));
        self.saver.adopt(number, created, claim);
        let was_last = self.list.with_untracked(|list| {
            list.iter().find(|entry| entry.deleted().is_none()).is_some_and(|entry| entry.number == number)
        });
        if is_writer && !was_last {
            // The next visit begins with it.
            self.album.journal.project_changed();
        }
        self.opened.set(true);
        if let Some(interrupted) = interrupted.filter(|_| is_writer) {
            self.training.resume(interrupted);
        }
        self.refresh().await
    }

    async fn show_new(self, name: &str) -> Result<(), PageError> {
        self.contents.show(Snapshot { name: self.free_name(name), ..Snapshot::default() });
        self.keep_album().await
    }

    /// Makes a project of what is in the album, all of which is noted as unsaved.
    async fn keep_album(self) -> Result<(), PageError> {
        self.album.journal.switch(true);
        let created = js_sys::Date::now();
        if self.album.name.read_untracked().is_empty() {
            self.album.name.set(self.free_name(UNNAMED));
        }
        self.opened.set(true);
        let number = self.saver.add(&self.album.name.get_untracked(), created).await?;
        let claim = self.saver.claim(number, false).await?;
        self.saver.adopt(number, created, claim);
        self.album.note_all();
        self.refresh().await
    }

    /// A name that no other project has.
    fn free_name(self, wish: &str) -> String {
        let taken: Vec<String> = self
            .list
            .with_untracked(|list| list.iter().filter(|entry| entry.deleted().is_none()).map(Entry::name).collect());
        crate::project::album::free(if wish.trim().is_empty() { UNNAMED } else { wish }, &taken)
    }
}

impl From<SavedProject> for Entry {
    fn from(saved: SavedProject) -> Self {
        Self { number: saved.number, photos: saved.photos, document: saved.document }
    }
}

fn snapshot(loaded: Loaded) -> Snapshot {
    let ProjectDocument { name, size, classes: listed, settings, .. } = loaded.document;
    let classes = classes(&listed);
    fill(&classes, &loaded.photos);
    Snapshot { name, classes, size, settings, results: loaded.results, head: loaded.head, last_id: loaded.last_id }
}
