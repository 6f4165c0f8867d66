//! Photos are asked about one by one; the engine's queue says when.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use futures::channel::oneshot;
use futures::future::AbortHandle;
use headstart_protocol::{DESCRIPTOR_RECIPE, Description, InputSize, TrainingSettings};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::progress::Progress;
use crate::engine::{Engine, ReadPhoto, Source};
use crate::error::PageError;
use crate::platform::dom::{now, spawn_abortable};
use crate::project::album::{Album, Described, Example, ExampleState, Recipe};
use crate::project::notices::Notices;
use crate::ui::Announcer;
use crate::wording::counted;

/// What has photos described. Copies name the same one.
#[derive(Clone, Copy)]
pub(crate) struct Describer {
    pub(crate) progress: RwSignal<Progress>,
    album: Album,
    settings: RwSignal<TrainingSettings>,
    notices: Notices,
    announcer: Announcer,
    engine: StoredValue<Engine, LocalStorage>,
    desk: StoredValue<Desk, LocalStorage>,
}

/// What there is to remember.
#[derive(Default)]
struct Desk {
    /// The photos that are being asked about, by their number.
    asked: HashMap<u32, AbortHandle>,
    /// Photos that the project had already: their names, and the classes they are in.
    duplicates: Vec<(String, String)>,
    /// Who waits until nothing is asked about.
    waiting: Vec<oneshot::Sender<()>>,
}

impl Describer {
    /// Nothing is asked about yet.
    pub(crate) fn new(
        album: Album,
        settings: RwSignal<TrainingSettings>,
        notices: Notices,
        announcer: Announcer,
        engine: Engine,
    ) -> Self {
        Self {
            progress: RwSignal::new(Progress::default()),
            album,
            settings,
            notices,
            announcer,
            engine: StoredValue::new_local(engine),
            desk: StoredValue::new_local(Desk::default()),
        }
    }

    /// Has those of `photos` described that were not.
    pub(crate) fn ask(self, photos: &[Arc<Example>]) {
        let pending = |photo: &&Arc<Example>| matches!(*photo.state.read_untracked(), ExampleState::Pending);
        self.ask_anew(photos.iter().filter(pending).cloned().collect());
    }

    /// Has those of `photos` described again that lack augmented views, or that another base, size or release described.
    pub(crate) fn ask_again(self, photos: impl Iterator<Item = Arc<Example>>) {
        let wanted = self.views() as usize;
        let Some(recipe) = self.recipe() else { return };
        let is_due = |described: &Described| described.views() < wanted || described.recipe != recipe;
        let lacks = |photo: &Arc<Example>| photo.described().is_some_and(|described| is_due(&described));
        self.ask_anew(photos.filter(lacks).collect());
    }

    /// Once the engine is ready, has those photos of the album described again that another base, size or release
    /// described.
    pub(crate) fn check_recipes(self) {
        spawn_local(async move {
            self.engine.get_value().ready_at_last().await;
            let Some(recipe) = self.recipe() else { return };
            let is_other = |photo: &Arc<Example>| photo.described().is_some_and(|described| described.recipe != recipe);
            self.ask_anew(self.album.photos().into_iter().filter(is_other).collect());
        });
    }

    /// Waits until no photo is asked about.
    pub(crate) async fn idle(self) {
        while self.progress.with_untracked(Progress::is_busy) {
            let (sender, waiter) = oneshot::channel();
            self.desk.update_value(|desk| desk.waiting.push(sender));
            // Dropped is as good as told.
            let _ = waiter.await;
        }
    }

    /// No answer is wanted any more for these photos.
    pub(crate) fn withdraw<'a>(self, photos: impl Iterator<Item = &'a Arc<Example>>) {
        let mut handles = Vec::new();
        self.desk.update_value(|desk| handles.extend(photos.filter_map(|photo| desk.asked.remove(&photo.id))));
        if !handles.is_empty() {
            self.progress.update(|progress| progress.withdraw(handles.len()));
            handles.iter().for_each(AbortHandle::abort);
            self.rest();
        }
    }

    /// Lets the engine forget what it keeps of photos that are not in the album.
    pub(crate) fn forget_others(self) {
        let photos = self.album.photos();
        let keep = photos.iter().filter_map(|photo| photo.described()).map(|described| described.hash).collect();
        let engine = self.engine.get_value();
        spawn_local(async move { engine.forget_photos(keep).await });
    }

    fn ask_anew(self, photos: Vec<Arc<Example>>) {
        let mut fresh = photos;
        self.desk.with_value(|desk| fresh.retain(|photo| !desk.asked.contains_key(&photo.id)));
        self.progress.update(|progress| progress.add(fresh.len()));
        for photo in fresh {
            let id = photo.id;
            // Aborted where the photo is withdrawn.
            let handle = spawn_abortable(self.describe(photo));
            self.desk.update_value(|desk| drop(desk.asked.insert(id, handle)));
        }
    }

    async fn describe(self, photo: Arc<Example>) {
        let engine = self.engine.get_value();
        // Read when its turn comes.
        let how = || (self.fix_size(), self.views());
        let original = (*photo.original).clone();
        let read: ReadPhoto = Rc::new(move || {
            let original = original.clone();
            Box::pin(async move { Ok(original.read().await?.to_vec()) })
        });
        let described = engine.describe(Source::Kept(read), how).await;
        let is_wanted = self.desk.try_update_value(|desk| desk.asked.remove(&photo.id)).flatten().is_some();
        if !is_wanted {
            return;
        }
        match (described, self.recipe()) {
            (Ok(description), Some(recipe)) => self.note(&photo, description, recipe),
            // The engine has ended since: nobody knows which base it was.
            (Ok(_), None) => return self.ask_anew(vec![photo]),
            (Err(error), recipe) => self.note_failure(&photo, error, recipe.as_ref()),
        }
        self.progress.update(|progress| progress.step(now()));
        self.rest();
    }

    /// What photos are described with now; none while the engine is not ready.
    fn recipe(self) -> Option<Recipe> {
        let base = self.engine.with_value(Engine::base)?;
        Some(Recipe { base, version: DESCRIPTOR_RECIPE, size: self.fix_size() })
    }

    /// Augmented views of each photo that heads are trained on.
    fn views(self) -> u32 {
        self.settings.with_untracked(|settings| settings.views)
    }

    /// At which size photos are described; fixed with the first.
    pub(crate) fn fix_size(self) -> InputSize {
        let album = self.album;
        album.size.get_untracked().unwrap_or_else(|| {
            let size = self.engine.with_value(Engine::size).unwrap_or(InputSize::S150);
            album.size.set(Some(size));
            album.journal.project_changed();
            size
        })
    }

    fn note(self, photo: &Arc<Example>, description: Description, recipe: Recipe) {
        if let Some(class) = self.twin_of(photo, &description) {
            self.desk.update_value(|desk| desk.duplicates.push((photo.name.clone(), class)));
            if let Some(class) = self.album.class_of(photo) {
                class.remove(photo.id);
            }
            self.album.forget(std::slice::from_ref(photo));
            self.album.note_change();
            return;
        }
        photo.state.set(ExampleState::Ready(Arc::new(Described::of(description, recipe))));
        if !self.album.read_only.get_untracked() {
            self.album.journal.described([photo.id].into_iter());
        }
        self.count(photo);
    }

    fn note_failure(self, photo: &Arc<Example>, error: PageError, recipe: Option<&Recipe>) {
        // One that was described before, with the same base, can be trained on all the same.
        let is_ready =
            photo.described().is_some_and(|described| recipe.is_none_or(|recipe| described.recipe == *recipe));
        if is_ready {
            return self.notices.complain(error);
        }
        photo.state.set(ExampleState::Failed(error));
        self.count(photo);
    }

    fn count(self, photo: &Example) {
        if let Some(class) = self.album.class_of(photo) {
            class.count();
        }
    }

    /// The class of another photo with the same bytes, if there is one.
    fn twin_of(self, photo: &Example, description: &Description) -> Option<String> {
        let classes = self.album.classes.read_untracked();
        let is_twin = |other: &Arc<Example>| {
            other.id != photo.id
                && matches!(&*other.state.read_untracked(), ExampleState::Ready(ready) if ready.hash == description.hash)
        };
        let class = classes.iter().find(|class| class.photos.read_untracked().iter().any(is_twin))?;
        Some(class.name.get_untracked())
    }

    /// Goes on with what waited for the last photo, if this was the last.
    fn rest(self) {
        if self.progress.with_untracked(Progress::is_busy) {
            return;
        }
        let (mut duplicates, mut waiting) = (Vec::new(), Vec::new());
        self.desk.update_value(|desk| {
            duplicates = std::mem::take(&mut desk.duplicates);
            waiting = std::mem::take(&mut desk.waiting);
        });
        match duplicates.as_slice() {
            [] => {}
            [(name, class)] => {
                self.notices.complain(PageError::Duplicate { name: name.clone(), class: class.clone() });
            }
            many => self.notices.complain(PageError::Duplicates { count: many.len() }),
        }
        let done = self.progress.with_untracked(|progress| progress.done);
        if done > 0 {
            self.announcer.say(format!("{} looked at.", counted(done, "photo")));
        }
        drop(waiting);
    }
}
