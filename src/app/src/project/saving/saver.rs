//! What writes the open project: its state, and how it comes by a project and loses it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::claim::{Claim, Said, Tab};
use super::database::Ending;
use super::store::{Store, StoreNews};
use crate::error::PageError;
use crate::platform::dom::{now, pause};
use crate::project::album::{Album, Change};
use crate::project::head::OwnHead;
use crate::project::training::Training;
use crate::ui::Announcer;

/// Changes that come so shortly after one another are written together (debounced).
const CALM: Duration = Duration::from_millis(100);
/// What could not be written is tried again after this.
pub(super) const AGAIN: Duration = Duration::from_secs(10);
/// A connection that ended is made anew after this.
const RECONNECT: Duration = Duration::from_secs(1);
/// Who leaves a project waits for what is unsaved so many milliseconds, as long as none of it can be written.
const PATIENCE: f64 = 20_000.0;
/// Milliseconds in which a tab that is to hand a project over may write what is unsaved; the other one waits longer.
const HAND_OVER: f64 = 2_000.0;
/// How often to look.
const GLANCE: Duration = Duration::from_millis(50);

/// How far the project is saved, as the page says it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SavingState {
    /// Everything is on the disk.
    Saved,
    /// Something is on its way there.
    Saving,
    /// Something cannot be saved, and why.
    Failed(PageError),
    /// Another tab writes the project.
    ReadOnly,
}

impl SavingState {
    /// The name in `data-state`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Saving => "saving",
            Self::Failed(_) => "failed",
            Self::ReadOnly => "readonly",
        }
    }
}

/// What writes the open project into the browser's database. Copies are the same one.
#[derive(Clone, Copy)]
pub(crate) struct Saver {
    /// Whether another tab has the project open and only reads it.
    pub(crate) has_reader: RwSignal<bool>,
    /// Whether a tab with an earlier release keeps the database from being opened.
    pub(crate) is_blocked: RwSignal<bool>,
    /// The number of the project that is open.
    pub(crate) open: RwSignal<Option<u32>>,
    /// Why something is not saved, for as long as it is not.
    pub(super) trouble: RwSignal<Option<PageError>>,
    pub(super) album: Album,
    pub(super) training: Training,
    pub(super) head: OwnHead,
    pub(super) announcer: Announcer,
    pub(super) desk: StoredValue<Desk, LocalStorage>,
}

/// What there is to remember.
pub(super) struct Desk {
    pub(super) store: Store,
    pub(super) tab: Rc<Tab>,
    pub(super) project: Option<OpenProject>,
    /// What could not be written, and waits for the next try.
    pub(super) parked: BTreeMap<Change, PageError>,
    /// Whether the disk is full: the bytes of photos that are removed are then removed at once.
    pub(super) is_full: bool,
    /// Whether the connection is about to end without our doing: nothing is written to it any more.
    pub(super) is_ending: bool,
    /// Whether it has: what the database has is to be looked at first.
    pub(super) is_lost: bool,
    /// Whether the project is being written again from the beginning.
    pub(super) is_anew: bool,
    pub(super) is_scheduled: bool,
    pub(super) is_writing: bool,
    /// Whether it is tried again later.
    pub(super) is_waiting: bool,
    /// Whether the browser was asked to keep what this site stores.
    pub(super) was_persisted: bool,
}

/// The project that is open.
pub(super) struct OpenProject {
    pub(super) created: f64,
    /// Held for as long as the project is open.
    claim: Claim,
}

impl Saver {
    /// What saves these. It has no project before one is opened. `deployment` is unlike that of every other page of the
    /// origin.
    pub(crate) fn new(album: Album, training: Training, head: OwnHead, announcer: Announcer, deployment: &str) -> Self {
        let saver: Rc<std::cell::OnceCell<Self>> = Rc::default();
        let heard = saver.clone();
        let store = Store::new(format!("headstart {deployment}"), move |news| {
            if let Some(saver) = heard.get() {
                saver.hear(news);
            }
        });
        let tab = Rc::new(Tab::new(&format!("headstart {deployment}")));
        let desk = Desk {
            store,
            tab: tab.clone(),
            project: None,
            parked: BTreeMap::new(),
            is_full: false,
            is_ending: false,
            is_lost: false,
            is_anew: false,
            is_scheduled: false,
            is_writing: false,
            is_waiting: false,
            was_persisted: false,
        };
        let this = *saver.get_or_init(|| Self {
            has_reader: RwSignal::new(false),
            is_blocked: RwSignal::new(false),
            open: RwSignal::new(None),
            trouble: RwSignal::new(None),
            album,
            training,
            head,
            announcer,
            desk: StoredValue::new_local(desk),
        });
        tab.listen(move |project, said| this.hear_tab(project, said));
        album.journal.listen(move || this.schedule(CALM));
        this
    }

    /// How far the project is saved; tracked.
    pub(crate) fn state(self) -> SavingState {
        let unsaved = self.album.journal.count.get();
        if self.album.read_only.get() {
            SavingState::ReadOnly
        } else if let Some(error) = self.trouble.get() {
            SavingState::Failed(error)
        } else if unsaved > 0 || self.open.get().is_none() {
            SavingState::Saving
        } else {
            SavingState::Saved
        }
    }

    /// Where projects are kept.
    pub(super) fn store(self) -> Store {
        self.desk.with_value(|desk| desk.store.clone())
    }

    /// This tab among others.
    pub(super) fn tab(self) -> Rc<Tab> {
        self.desk.with_value(|desk| desk.tab.clone())
    }

    /// Asks to write this project, or takes it over from the tab that does.
    ///
    /// # Errors
    /// The database cannot be written.
    pub(crate) async fn claim(self, project: u32, by_force: bool) -> Result<Claim, PageError> {
        let tab = self.tab();
        let lost = move || self.lose(project);
        let claim = if by_force { tab.take_over(project, lost).await } else { tab.claim(project, lost).await };
        if matches!(claim, Claim::Writer(_)) {
            self.store().database().await?.claim(project, &tab.name).await.map_err(PageError::from)?;
            tab.say(project, &Said::Writing(tab.name.clone()));
        } else {
            tab.say(project, &Said::Reading);
        }
        Ok(claim)
    }

    /// The album shows this project from now on, which is on the disk.
    pub(crate) fn adopt(self, number: u32, created: f64, claim: Claim) {
        let is_reader = matches!(claim, Claim::Reader);
        self.desk.update_value(|desk| {
            desk.project = Some(OpenProject { created, claim });
            desk.parked.clear();
            desk.is_full = false;
        });
        self.album.journal.switch(!is_reader);
        self.album.read_only.set(is_reader);
        self.has_reader.set(false);
        self.is_blocked.set(false);
        self.trouble.set(None);
        self.open.set(Some(number));
    }

    /// Writes what is unsaved and leaves the project to other tabs.
    ///
    /// # Errors
    /// [`PageError::Unsaved`] where that cannot be: the project stays open.
    pub(crate) async fn leave(self) -> Result<(), PageError> {
        self.settle().await?;
        self.album.journal.switch(false);
        self.album.journal.clear();
        self.desk.update_value(|desk| drop(desk.project.take()));
        self.album.read_only.set(false);
        self.open.set(None);
        Ok(())
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// [`PageError::Unsaved`] where that cannot be: something does not go, or another tab writes the project now.
    pub(crate) async fn settle(self) -> Result<(), PageError> {
        let count = self.album.journal.count;
        if self.album.read_only.get_untracked() && count.get_untracked() > 0 {
            return Err(PageError::Unsaved { count: count.get_untracked() });
        }
        if !self.album.read_only.get_untracked() {
            self.try_again();
            let (mut fewest, mut since) = (usize::MAX, now());
            while count.get_untracked() > 0 {
                if count.get_untracked() < fewest {
                    (fewest, since) = (count.get_untracked(), now());
                }
                let is_stuck = self.desk.with_value(|desk| !desk.is_writing && !desk.parked.is_empty());
                if is_stuck || now() - since > PATIENCE {
                    return Err(PageError::Unsaved { count: count.get_untracked() });
                }
                pause(GLANCE).await;
            }
        }
        Ok(())
    }

    /// Nothing can be saved, or this cannot, and why.
    pub(crate) fn fail(self, error: PageError) {
        if self.trouble.get_untracked().as_ref() != Some(&error) {
            self.trouble.set(Some(error));
        }
    }

    /// Writes at once what is still to be written: the page may be closed.
    pub(crate) fn save_now(self) {
        spawn_local(self.write());
    }

    /// The page is left: another one may write the project from now on, even while the browser keeps this one for the way back.
    pub(crate) fn let_go(self) {
        self.desk.update_value(|desk| {
            if let Some(open) = &mut desk.project {
                open.claim = Claim::Reader;
            }
        });
    }

    /// Tries again what could not be written.
    pub(crate) fn try_again(self) {
        self.desk.update_value(|desk| desk.parked.clear());
        self.save_now();
    }

    pub(super) fn schedule(self, after: Duration) {
        let was_scheduled = self.desk.try_update_value(|desk| std::mem::replace(&mut desk.is_scheduled, true));
        if was_scheduled == Some(false) {
            set_timeout(move || spawn_local(self.write()), after);
        }
    }

    /// Tries again later.
    pub(super) fn try_later(self, after: Duration) {
        let is_waiting = self.desk.try_update_value(|desk| std::mem::replace(&mut desk.is_waiting, true));
        if is_waiting == Some(false) {
            let again = move || {
                self.desk.update_value(|desk| desk.is_waiting = false);
                self.try_again();
            };
            set_timeout(again, after);
        }
    }

    /// Another tab writes this project from now on.
    pub(super) fn lose(self, project: u32) {
        if self.open.get_untracked() == Some(project) && !self.album.read_only.get_untracked() {
            // What is not saved yet, and what was begun and ends later, stays noted: it can be kept as a project of its own.
            self.album.journal.forget_descriptions();
            self.desk.update_value(|desk| {
                if let Some(open) = &mut desk.project {
                    open.claim = Claim::Reader;
                }
            });
            self.album.read_only.set(true);
            self.announcer.say("Another tab has taken this project over. Here it can only be looked at.");
        }
    }

    fn hear_tab(self, project: u32, said: Said) {
        if self.open.get_untracked() != Some(project) {
            return;
        }
        let is_writer = !self.album.read_only.get_untracked();
        match said {
            Said::Reading => self.has_reader.set(is_writer),
            Said::HandOver if is_writer => spawn_local(async move {
                self.try_again();
                let since = now();
                while self.album.journal.count.get_untracked() > 0 && now() - since < HAND_OVER {
                    pause(GLANCE).await;
                }
                self.lose(project);
            }),
            Said::Writing(name) if name != self.tab().name => self.lose(project),
            Said::HandOver | Said::Writing(_) => {}
        }
    }

    fn hear(self, news: StoreNews) {
        match news {
            StoreNews::Blocked => self.is_blocked.set(true),
            StoreNews::Ending(ending) => spawn_local(self.reconnect(ending)),
        }
    }

    /// The connection ends: what only the database has is taken out while that can be, and written again where it is gone.
    async fn reconnect(self, ending: Ending) {
        self.desk.update_value(|desk| desk.is_ending = true);
        self.fail(match ending {
            Ending::Newer => PageError::NewerRelease,
            Ending::Deletion => PageError::StorageCleared,
            Ending::Closed => PageError::NotSaved { detail: "the browser has closed its database".to_owned() },
        });
        if ending != Ending::Closed {
            for photo in self.album.photos().into_iter().chain(self.album.removed_photos()) {
                // What cannot be read is named when it is written again.
                let _ = photo.original.take_out().await;
            }
        }
        self.desk.update_value(|desk| {
            desk.is_ending = false;
            desk.is_lost = true;
        });
        self.store().close();
        self.try_later(RECONNECT);
    }
}
