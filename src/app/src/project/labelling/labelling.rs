//! The photos that wait for a label, and what may be done with them.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use futures::future::AbortHandle;
use headstart_protocol::WireError;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::{Blob, HtmlVideoElement};

use super::candidate::Candidate;
use super::figures::Figure;
use super::sketch::Sketch;
use super::watch::Looks;
use crate::answer::{Answer, HeadAnswer};
use crate::camera::Camera;
use crate::engine::{Classified, Engine, Source};
use crate::error::PageError;
use crate::platform::dom::spawn_abortable;
use crate::platform::files::Picked;
use crate::project::album::{Album, Class, Example};
use crate::project::classes::{Edits, Undo};
use crate::project::head::{Head, OwnHead};
use crate::project::notices::Notices;
use crate::project::training::Training;
use crate::wording::class_title;

/// The first that is shown large is the best of so many, where as many were given.
const CHOICE: usize = 12;
/// Refusals that are shown, at most: the last.
const REFUSALS: usize = 4;

/// A photo that cannot be answered: its number, its name, and why.
pub(super) type Refusal = (u64, String, PageError);

/// The photos that wait for a label. Copies name the same ones.
#[derive(Clone, Copy)]
pub(crate) struct Labelling {
    /// The one that the visitor is asked about. No answer takes it away.
    pub(super) front: RwSignal<Option<Candidate>>,
    /// Those behind it, in the order in which they are to be asked about.
    pub(super) queue: RwSignal<Vec<Candidate>>,
    /// Photos that were labelled in this visit.
    pub(super) labelled: RwSignal<u32>,
    /// The accuracies of this visit's heads, the newest last.
    pub(super) figures: RwSignal<Vec<Figure>>,
    /// The last photos that cannot be answered.
    pub(super) refused: RwSignal<Vec<Refusal>>,
    /// When the camera was turned on for this, while it looks.
    pub(super) watch: RwSignal<Option<u64>>,
    /// Whether the visitor wants the camera for this: where it fails, that is told here.
    pub(crate) wants_camera: RwSignal<bool>,
    /// What the camera has seen since.
    pub(super) looks: RwSignal<Looks>,
    pub(super) album: Album,
    pub(super) camera: Camera,
    pub(super) engine: StoredValue<Engine, LocalStorage>,
    pub(super) notices: Notices,
    /// The video that shows the camera's picture, while there is one.
    pub(super) video: StoredValue<Option<HtmlVideoElement>, LocalStorage>,
    /// All frames that were kept: none is kept that shows the same as one of them.
    pub(super) sketches: StoredValue<Vec<Sketch>>,
    /// Whether the camera was on already before it was wanted here.
    pub(super) was_on: StoredValue<bool>,
    edits: Edits,
    undo: Undo,
    head: OwnHead,
    training: Training,
    last_id: StoredValue<u64>,
    /// Ends the asking about a photo.
    asking: StoredValue<HashMap<u64, AbortHandle>>,
}

impl Labelling {
    /// No photo waits. Those that will are answered by `head`, labelled through `edits`, and learned by `training`.
    #[expect(clippy::too_many_arguments, reason = "one a part")]
    pub(crate) fn new(
        album: Album,
        edits: Edits,
        undo: Undo,
        head: OwnHead,
        training: Training,
        camera: Camera,
        notices: Notices,
        engine: Engine,
    ) -> Self {
        Self {
            front: RwSignal::new(None),
            queue: RwSignal::new(Vec::new()),
            labelled: RwSignal::new(0),
            figures: RwSignal::new(Vec::new()),
            refused: RwSignal::new(Vec::new()),
            watch: RwSignal::new(None),
            wants_camera: RwSignal::new(false),
            looks: RwSignal::new(Looks::default()),
            album,
            camera,
            engine: StoredValue::new_local(engine),
            notices,
            video: StoredValue::new_local(None),
            sketches: StoredValue::new(Vec::new()),
            was_on: StoredValue::new(false),
            edits,
            undo,
            head,
            training,
            last_id: StoredValue::new(0),
            asking: StoredValue::default(),
        }
    }

    /// From now on each new head answers all that waits anew, its accuracy is noted, and all is put away where `project` says that
    /// another one is open.
    pub(crate) fn follow(self, project: RwSignal<Option<u32>>) {
        Effect::new(move |before: Option<Option<Rc<Vec<u8>>>>| {
            let open = |head: &Head| head.summary.is_some().then(|| head.bytes.clone());
            let head = self.head.current.with(|head| head.as_ref().and_then(open));
            if let Some(head) = &head
                && !before.flatten().is_some_and(|before| Rc::ptr_eq(&before, head))
            {
                untrack(|| self.ask_again());
            }
            head
        });
        Effect::new(move |before: Option<Option<u32>>| {
            let (open, taught) = (project.get(), self.training.result.get());
            let before = before.flatten();
            if before.is_some() && open.is_some() && before != open {
                untrack(|| self.leave_project());
            }
            // With the last block trained it is another figure: the photos held out are others.
            if let Some(taught) = taught.filter(|taught| taught.tuned.is_none())
                && let Some(accuracy) = taught.result.accuracy()
            {
                let figure = Figure { photos: taught.photos.len(), accuracy };
                self.figures.update(|figures| figure.join(figures));
            }
            open.or(before)
        });
    }

    /// How many wait.
    pub(super) fn waiting(self) -> usize {
        self.queue.with(Vec::len) + usize::from(self.front.with(Option::is_some))
    }

    /// Whether a head is there to answer, and a class to put photos into; within a view, what depends on it.
    pub(super) fn is_possible(self) -> bool {
        self.head.is_open() && self.album.classes.with(|classes| !classes.is_empty())
    }

    /// Whether something was labelled that no run has learned.
    pub(super) fn can_train(self) -> bool {
        self.labelled.get() > 0 && self.album.changed.get()
    }

    /// Whether a run is on its way: of these there is one at a time.
    pub(super) fn is_training(self) -> Signal<bool> {
        self.training.is_on()
    }

    /// Takes photos without a label, and has them answered.
    pub(super) fn add(self, picked: impl IntoIterator<Item = Picked>) {
        if self.album.read_only.get_untracked() {
            return self.notices.complain(PageError::TakenOver);
        }
        self.refused.update(Vec::clear);
        for picked in picked {
            match picked {
                Picked::File(file) => {
                    let candidate = self.candidate(file.name(), file.into(), None, None);
                    self.queue.update(|queue| queue.push(candidate.clone()));
                    self.ask(&candidate);
                }
                Picked::Refused { name, error } => self.refuse(name, error),
            }
        }
    }

    /// A photo with a number of its own.
    fn candidate(self, name: String, file: Blob, watch: Option<u64>, said: Option<HeadAnswer>) -> Candidate {
        self.last_id.update_value(|last| *last += 1);
        let id = self.last_id.get_value();
        Candidate { id, name, file: SendWrapper::new(file), watch, said: ArcRwSignal::new(said) }
    }

    /// Keeps a photo that is answered already; a frame of the camera, which was turned on at `watch`.
    pub(super) fn keep(self, name: String, file: Blob, watch: Option<u64>, said: HeadAnswer) {
        let candidate = self.candidate(name, file, watch, Some(said));
        self.queue.update(|queue| queue.push(candidate));
        self.sort();
    }

    /// Puts the photo that is asked about into a class. It can be undone.
    pub(super) fn label(self, class: &Class) {
        let Some(candidate) = self.front.get_untracked() else { return };
        if self.edits.put(class, vec![candidate.labelled(class.id)]) > 0 {
            return self.notices.complain(PageError::GivenElsewhere { count: 1 });
        }
        let Some(photo) = class.photos.with_untracked(|photos| photos.last().cloned()) else { return };
        self.withdraw(candidate.id);
        self.labelled.update(|labelled| *labelled += 1);
        let title = class_title(&class.name.read_untracked());
        self.undo
            .push(format!("labelling “{}” as {title}", candidate.name), move || self.take_back(candidate, &photo));
    }

    /// The photo is not labelled any more, and is asked about again.
    fn take_back(self, candidate: Candidate, photo: &Arc<Example>) {
        // It is gone already where the project had it twice.
        if self.album.photo(photo.id).is_some() {
            if let Some(class) = self.album.class_of(photo) {
                class.remove(photo.id);
            }
            self.edits.forget(std::slice::from_ref(photo));
            self.album.note_change();
        }
        self.labelled.update(|labelled| *labelled = labelled.saturating_sub(1));
        self.ask_about(candidate);
    }

    /// Leaves the photo that is asked about without a label. It can be undone.
    pub(super) fn skip(self) {
        let Some(candidate) = self.front.get_untracked() else { return };
        self.withdraw(candidate.id);
        self.undo.push(format!("skipping “{}”", candidate.name), move || self.ask_about(candidate));
    }

    /// Asks about this one now.
    fn ask_about(self, candidate: Candidate) {
        if let Some(before) = self.front.get_untracked() {
            self.queue.update(|queue| queue.push(before));
            self.sort();
        }
        self.front.set(Some(candidate.clone()));
        // There may be another head since.
        self.ask(&candidate);
    }

    /// Puts all away that waits.
    pub(super) fn clear(self) {
        self.asking.update_value(|asking| asking.drain().for_each(|(_, task)| task.abort()));
        self.front.set(None);
        self.queue.update(Vec::clear);
        self.refused.update(Vec::clear);
        self.sketches.update_value(Vec::clear);
    }

    /// Another project is open.
    fn leave_project(self) {
        self.stop_watching();
        self.clear();
        self.labelled.set(0);
        self.figures.update(Vec::clear);
    }

    /// Trains a head on what is labelled, anew.
    pub(super) fn train(self) {
        self.training.train(false);
    }

    /// Has all that waits answered by the head that answers now. What the one before said counts until then.
    fn ask_again(self) {
        let behind = self.queue.get_untracked();
        self.front.get_untracked().iter().chain(&behind).for_each(|candidate| self.ask(candidate));
    }

    fn ask(self, candidate: &Candidate) {
        let engine = self.engine.get_value();
        let asked = candidate.clone();
        let task = spawn_abortable(async move {
            let classified = engine.classify(Source::File(Blob::clone(&asked.file)), || false).await;
            self.asking.update_value(|asking| drop(asking.remove(&asked.id)));
            self.settle(asked, own_answer(classified));
        });
        let before = self.asking.try_update_value(|asking| asking.insert(candidate.id, task)).flatten();
        if let Some(before) = before {
            before.abort();
        }
    }

    /// A photo has its answer; none where no head is open any more: the next one is asked.
    fn settle(self, candidate: Candidate, said: Result<Option<HeadAnswer>, PageError>) {
        match said {
            Ok(Some(said)) => {
                candidate.said.set(Some(said));
                self.sort();
            }
            Ok(None) => {}
            Err(error) => {
                self.withdraw(candidate.id);
                self.refuse(candidate.name, error);
            }
        }
    }

    fn refuse(self, name: String, error: PageError) {
        self.last_id.update_value(|last| *last += 1);
        let id = self.last_id.get_value();
        self.refused.update(|refused| {
            refused.push((id, name, error));
            if refused.len() > REFUSALS {
                refused.remove(0);
            }
        });
    }

    /// A photo does not wait any more.
    fn withdraw(self, id: u64) {
        if let Some(task) = self.asking.try_update_value(|asking| asking.remove(&id)).flatten() {
            task.abort();
        }
        if self.front.with_untracked(|front| front.as_ref().is_some_and(|front| front.id == id)) {
            self.front.set(None);
            self.fill(1);
        } else {
            self.queue.update(|queue| queue.retain(|candidate| candidate.id != id));
            self.fill(CHOICE);
        }
    }

    /// Puts what waits behind the first in its order.
    fn sort(self) {
        self.queue.update(|queue| Candidate::sort(queue));
        self.fill(CHOICE);
    }

    /// Asks about the first of those that wait, where nothing is asked: once so many, or all, are answered.
    fn fill(self, least: usize) {
        if self.front.with_untracked(Option::is_some) {
            return;
        }
        let is_due = self.queue.with_untracked(|queue| {
            let answered = queue.iter().take_while(|candidate| candidate.doubt().is_some()).count();
            answered > 0 && (answered >= least || answered == queue.len())
        });
        if is_due {
            let first = self.queue.try_update(|queue| queue.remove(0));
            self.front.set(first);
        }
    }
}

/// What the visitor's own head says, where one is open.
///
/// # Errors
/// Why there is no answer.
pub(super) fn own_answer(classified: Result<Classified, PageError>) -> Result<Option<HeadAnswer>, PageError> {
    // One probability a class was promised.
    let answer = Answer::new(classified?).ok_or(PageError::Message(WireError::Malformed))?;
    Ok(answer.own)
}
