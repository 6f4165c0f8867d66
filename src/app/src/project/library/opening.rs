//! Which project is open, and how one takes another one's place: one after the other.

use std::time::Duration;

use futures::lock::OwnedMutexGuard;
use leptos::prelude::*;

use super::Library;
use crate::error::PageError;
use crate::platform::dom::pause;
use crate::project::album::{classes, fill};
use crate::project::contents::Snapshot;
use crate::project::saving::{Claim, Loaded, ProjectDocument, SavedProject};

/// What a project is called that nobody has named.
pub(super) const UNNAMED: &str = "My project";
/// A project that was deleted is kept so many milliseconds: a week.
const KEPT: f64 = 7.0 * 24.0 * 3600.0 * 1000.0;
/// A database that could not be opened is tried again after this.
const AGAIN: Duration = Duration::from_secs(10);

impl Library {
    /// Opens the project that was worked on last. Where the database cannot be opened the page goes on without it, says so,
    /// and tries again.
    pub(crate) async fn start(self) {
        self.start_with(self.turn().await).await;
    }

    /// The same for who has the turn: it is given away only while nothing can be opened.
    pub(super) async fn start_with(self, mut turn: OwnedMutexGuard<()>) {
        loop {
            if self.saver.open.get_untracked().is_some() {
                return;
            }
            let Err(error) = self.begin().await else { return };
            self.album.journal.switch(true);
            self.saver.fail(error);
            self.opened.set(true);
            drop(turn);
            pause(AGAIN).await;
            turn = self.turn().await;
        }
    }

    /// The turn to open another project: one after the other.
    pub(super) async fn turn(self) -> OwnedMutexGuard<()> {
        self.turns.get_value().lock_owned().await
    }

    /// Waits until a project is open, or it is known that none can be.
    pub(crate) async fn ready(self) {
        if !self.opened.get_untracked() {
            // Whoever opens one holds the turn until then.
            drop(self.turn().await);
        }
    }

    pub(super) async fn begin(self) -> Result<(), PageError> {
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
        let is_due = |entry: &&SavedProject| match &entry.document {
            Ok(document) => document.incomplete || document.deleted.is_some_and(|deleted| now - deleted > KEPT),
            Err(_) => false,
        };
        let due: Vec<u32> =
            self.list.with_untracked(|list| list.iter().filter(is_due).map(|entry| entry.number).collect());
        for number in &due {
            // Another tab may be at work on it.
            if let Claim::Writer(_lock) = self.saver.claim(*number, false).await? {
                self.saver.remove(*number).await?;
            }
        }
        if due.is_empty() { Ok(()) } else { self.refresh().await }
    }

    pub(super) async fn leave(self) -> Result<(), PageError> {
        self.saver.leave().await?;
        self.opened.set(false);
        self.contents.show(Snapshot::default());
        if let Err(error) = self.refresh().await {
            self.notices.complain(error);
        }
        Ok(())
    }

    /// Where a project could not be opened, opens another one; the error is given back all the same.
    pub(super) async fn or_another(self, opened: Result<(), PageError>) -> Result<(), PageError> {
        let Err(error) = opened else { return Ok(()) };
        self.begin().await?;
        Err(error)
    }

    pub(super) async fn show(self, number: u32, by_force: bool) -> Result<(), PageError> {
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
            && let Err(error) = self.saver.sweep(number, std::mem::take(&mut loaded.swept)).await
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
        Ok(())
    }

    pub(super) async fn show_new(self, name: &str) -> Result<(), PageError> {
        self.contents.show(Snapshot { name: self.free_name(name), ..Snapshot::default() });
        self.keep_album().await
    }

    /// Makes a project of what is in the album, all of which is noted as unsaved.
    pub(super) async fn keep_album(self) -> Result<(), PageError> {
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
}

fn snapshot(loaded: Loaded) -> Snapshot {
    let ProjectDocument { name, size, classes: listed, settings, .. } = loaded.document;
    let classes = classes(&listed);
    fill(&classes, &loaded.photos);
    Snapshot { name, classes, size, settings, results: loaded.results, head: loaded.head, last_id: loaded.last_id }
}
