//! Looking, and mending.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use headstart_protocol::Examining;
use leptos::prelude::*;

use super::found::{Found, Identity, Mend, Placement};
use crate::engine::Engine;
use crate::error::PageError;
use crate::project::album::Album;
use crate::project::classes::Edits;
use crate::project::training::{Task, Training};
use crate::ui::Announcer;
use crate::wording::counted;

/// What the doctor does.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum DoctorState {
    /// It has not looked at this project since the page was opened.
    #[default]
    Idle,
    /// It looks, and how far it is once it has said so.
    Looking(Option<Examining>),
    /// It has looked.
    Done,
    /// It could not, and why.
    Failed(PageError),
}

impl DoctorState {
    /// The name in `data-state`.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Looking(_) => "looking",
            Self::Done => "done",
            Self::Failed(_) => "error",
        }
    }
}

/// The data doctor. Copies name the same one. What it finds is not saved.
#[derive(Clone, Copy)]
pub(crate) struct Doctor {
    pub(super) state: RwSignal<DoctorState>,
    /// All that was found at the last look.
    pub(super) found: RwSignal<Vec<Arc<Found>>>,
    /// The class of each photo of the classes that are on.
    pub(super) placement: Memo<Placement>,
    /// The same as it was at the last look.
    looked_at: RwSignal<Option<Placement>>,
    /// What the visitor said is fine.
    fine: RwSignal<HashSet<Identity>>,
    last_number: StoredValue<u32>,
    album: Album,
    training: Training,
    edits: Edits,
    announcer: Announcer,
    engine: StoredValue<Engine, LocalStorage>,
    task: Task,
}

impl Doctor {
    /// It has not looked yet.
    pub(crate) fn new(album: Album, training: Training, edits: Edits, engine: Engine, announcer: Announcer) -> Self {
        Self {
            state: RwSignal::new(DoctorState::Idle),
            found: RwSignal::new(Vec::new()),
            placement: Memo::new(move |_| placement(album)),
            looked_at: RwSignal::new(None),
            fine: RwSignal::new(HashSet::new()),
            last_number: StoredValue::new(0),
            album,
            training,
            edits,
            announcer,
            engine: StoredValue::new_local(engine),
            task: Task::new(),
        }
    }

    /// From now on looks whenever a head's training has ended.
    pub(crate) fn follow(self) {
        let has_ended = Memo::new(move |_| self.training.has_ended());
        Effect::new(move |before: Option<bool>| {
            let now = has_ended.get();
            if now && before == Some(false) {
                self.look();
            }
            now
        });
    }

    /// Looks at the project as it is now. A look that goes on is ended.
    pub(crate) fn look(self) {
        self.state.set(DoctorState::Looking(None));
        self.task.begin(async move {
            match self.examined().await {
                Ok(found) => self.took(found),
                Err(error) => {
                    self.found.set(Vec::new());
                    self.state.set(DoctorState::Failed(error));
                }
            }
        });
    }

    async fn examined(self) -> Result<Vec<Arc<Found>>, PageError> {
        let examination = self.training.examination().await?;
        self.looked_at.set(Some(self.placement.get_untracked()));
        let mut run = examination.begin(&self.engine.get_value()).await?;
        while let Some(progress) = run.next().await {
            self.state.set(DoctorState::Looking(Some(progress)));
        }
        let findings = run.outcome().await?;
        Ok(findings
            .iter()
            .filter_map(|finding| Found::of(self.next_number(), finding, &examination))
            .map(Arc::new)
            .collect())
    }

    /// Shows what was found.
    pub(super) fn took(self, found: Vec<Arc<Found>>) {
        self.found.set(found);
        self.state.set(DoctorState::Done);
        self.announcer.say(match self.open_untracked() {
            0 => "The data doctor found nothing.".to_owned(),
            count => format!("The data doctor found {}.", counted(count, "thing")),
        });
    }

    fn next_number(self) -> u32 {
        self.last_number.update_value(|last| *last += 1);
        self.last_number.get_value()
    }

    /// What was found, is still so, and is not said to be fine; tracked.
    pub(super) fn open(self) -> Vec<Arc<Found>> {
        let mut open = self.found.get();
        if !open.is_empty() {
            self.placement.with(|now| open.retain(|found| found.is_still_so(now)));
            self.fine.with(|fine| open.retain(|found| !fine.contains(&found.identity())));
            // A photo can only be moved to a class that is there.
            let classes: HashSet<u32> =
                self.album.classes.with(|classes| classes.iter().map(|class| class.id).collect());
            open.retain(|found| found.other.is_none_or(|other| classes.contains(&other)));
        }
        open
    }

    fn open_untracked(self) -> usize {
        untrack(|| self.open().len())
    }

    /// Whether photos or classes are others than at the last look; tracked.
    pub(super) fn is_out_of_date(self) -> bool {
        let placement = self.placement;
        self.looked_at.with(|before| before.as_ref().is_some_and(|before| placement.with(|now| now != before)))
    }

    /// Mends it, where that changes the project; what the visitor does by hand is shown by the view.
    pub(super) fn mend(self, found: &Found, mend: Mend) {
        let first = found.photos.first().map(|first| &first.photo);
        match (mend, first, self.album.class(found.class)) {
            (Mend::Move(class), Some(photo), _) => self.edits.move_photo(photo, class),
            (Mend::Remove, Some(photo), _) => self.edits.remove_photo(photo),
            (Mend::Split, _, Some(class)) => {
                let now = self.placement.get_untracked();
                let ids: HashSet<u32> = found.left(&now).map(|photo| photo.photo.id).collect();
                // Of a recording one frame stands for all.
                let bursts: HashSet<u64> = found.left(&now).filter_map(|photo| photo.photo.burst).collect();
                let mut photos = class.photos.get_untracked();
                photos.retain(|photo| {
                    ids.contains(&photo.id) || photo.burst.is_some_and(|burst| bursts.contains(&burst))
                });
                self.edits.split_class(&class, photos);
            }
            _ => {}
        }
    }

    /// Takes it off the list until the page is left.
    pub(super) fn dismiss(self, found: &Found) {
        self.fine.update(|fine| {
            fine.insert(found.identity());
        });
        self.announcer.say("Taken off the list.");
    }

    /// Another project is in the place.
    pub(crate) fn reset(self) {
        self.task.end();
        self.found.set(Vec::new());
        self.fine.set(HashSet::new());
        self.looked_at.set(None);
        self.state.set(DoctorState::Idle);
    }
}

/// The class of each photo of the classes that are on; tracked.
fn placement(album: Album) -> Placement {
    let mut all = HashMap::new();
    album.classes.with(|classes| {
        for class in classes.iter().filter(|class| class.on.get()) {
            class.photos.with(|photos| all.extend(photos.iter().map(|photo| (photo.id, class.id))));
        }
    });
    all
}
