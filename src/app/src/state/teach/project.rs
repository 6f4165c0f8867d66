//! The project as a whole.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use headstart_protocol::{
    Epoch, HeadSummary, InputSize, PROJECT_VERSION, PhotoHash, ProjectClass, ProjectManifest, ProjectPhoto,
    TrainingSettings,
};
use web_sys::{File, HtmlVideoElement};

use super::archive::Writing;
use super::comparison::{Contest, Errand};
use super::intake::Place;
use super::notice::Notice;
use super::recording::{HandsFree, RecordingState};
use super::storage::Store;
use super::training::Plan;
use super::zip_in::Reading;
use super::{Class, Describing, Example, Run, Taught};
use crate::queue::PhotoId;
use crate::signal::{RwSignal, StoredValue};
use crate::state::Page;
use crate::teach::names;
use crate::teach::undo::UndoStack;

/// The project as the views see it. Copies name the same state.
#[derive(Clone, Copy)]
pub(crate) struct Teach {
    /// Whether what was saved is back, or known not to come.
    pub(crate) opened: RwSignal<bool>,
    /// The classes in their order.
    pub(crate) classes: RwSignal<Vec<Class>>,
    /// At which size photos are described; none until the first is.
    pub(crate) size: RwSignal<Option<InputSize>>,
    /// How to train.
    pub(crate) settings: RwSignal<TrainingSettings>,
    /// How far the engine is with the photos.
    pub(crate) describing: RwSignal<Describing>,
    /// The training run.
    pub(crate) run: RwSignal<Run>,
    /// The epochs of the run that goes on, or of the last one.
    pub(crate) history: RwSignal<Vec<Epoch>>,
    /// The last run that ended with a head.
    pub(crate) result: RwSignal<Option<Rc<Taught>>>,
    /// Whether photos or classes changed since that run.
    pub(crate) stale: RwSignal<bool>,
    /// What the head that answers beside the shipped one says of itself.
    pub(crate) own: RwSignal<Option<Rc<HeadSummary>>>,
    /// The CNN that learns the same photos from scratch, and both learners' curves.
    pub(crate) contest: Contest,
    /// What went wrong.
    pub(crate) notices: RwSignal<Vec<Notice>>,
    /// What can be taken back.
    pub(crate) undo: RwSignal<UndoStack<Step>>,
    /// The class that was last worked on: pasted photos go there.
    pub(crate) active: RwSignal<Option<u32>>,
    /// The class whose camera is open.
    pub(crate) recorder: RwSignal<Option<u32>>,
    /// What the recorder does.
    pub(crate) recording: RwSignal<RecordingState>,
    /// How it records by itself.
    pub(crate) hands_free: RwSignal<HandsFree>,
    /// What is being read, written or drawn, in words.
    pub(crate) busy: RwSignal<Option<String>>,
    pub(super) desk: StoredValue<Desk>,
}

/// What the project has to remember and no view shows.
#[derive(Default)]
pub(in crate::state) struct Desk {
    last_id: u32,
    /// The head that answers beside the shipped one, as a file.
    pub(super) head: Option<Rc<Vec<u8>>>,
    /// A head that the worker has still to accept.
    pub(super) candidate: Option<Rc<Vec<u8>>>,
    /// The photos that the worker was, or will be, asked to describe.
    pub(super) asked: HashMap<PhotoId, Rc<Example>>,
    /// When the last ones were described, for the rate.
    pub(super) described_at: VecDeque<f64>,
    /// Photos that the project had already: their names, and the classes they are in.
    pub(super) duplicates: Vec<(String, String)>,
    /// What the run was asked to learn.
    pub(super) plan: Option<Plan>,
    pub(super) last_run: u32,
    /// What waits for the head's run to end, or for photos to be handed to the worker.
    pub(super) errand: Option<Errand>,
    /// The photos that the worker keeps for the CNN.
    pub(super) kept: HashSet<PhotoHash>,
    /// Whether training starts as soon as the last photo was looked at, and whether it goes on from the head before.
    pub(super) armed: Option<bool>,
    /// Epochs that no view has seen yet.
    pub(super) fresh_epochs: Vec<Epoch>,
    pub(super) writing: Option<Writing>,
    pub(super) reading: Option<Reading>,
    /// Zips that wait to be read.
    pub(super) zips: VecDeque<(File, Place)>,
    pub(super) store: Store,
    /// The recording that goes on.
    pub(super) burst: Option<u64>,
    /// Where the camera's picture can be taken from.
    pub(super) video: Option<HtmlVideoElement>,
}

/// A step that can be taken back.
#[derive(Clone)]
pub(crate) enum Step {
    /// Photos were removed, each from its class.
    Photos(Vec<Rc<Example>>),
    /// A photo was moved away from this class.
    Move(u32, Rc<Example>),
    /// A class was removed from this place.
    Class(usize, Class),
    /// Another project took this one's place.
    Project(Box<Snapshot>),
}

/// A project that another one took the place of.
#[derive(Clone, Default)]
pub(crate) struct Snapshot {
    pub(super) classes: Vec<Class>,
    pub(super) size: Option<InputSize>,
    pub(super) settings: TrainingSettings,
    pub(super) result: Option<Rc<Taught>>,
    pub(super) own: Option<Rc<HeadSummary>>,
    pub(super) head: Option<Rc<Vec<u8>>>,
    pub(super) stale: bool,
}

impl Teach {
    /// An empty project.
    pub(in crate::state) fn new() -> Self {
        Self {
            opened: RwSignal::new(false),
            classes: RwSignal::new(Vec::new()),
            size: RwSignal::new(None),
            settings: RwSignal::new(TrainingSettings::default()),
            describing: RwSignal::new(Describing::default()),
            run: RwSignal::new(Run::default()),
            history: RwSignal::new(Vec::new()),
            result: RwSignal::new(None),
            stale: RwSignal::new(false),
            own: RwSignal::new(None),
            contest: Contest::new(),
            notices: RwSignal::new(Vec::new()),
            undo: RwSignal::new(UndoStack::default()),
            active: RwSignal::new(None),
            recorder: RwSignal::new(None),
            recording: RwSignal::new(RecordingState::default()),
            hands_free: RwSignal::new(HandsFree::default()),
            busy: RwSignal::new(None),
            desk: StoredValue::new(Desk::default()),
        }
    }

    /// Augmented views of each photo that heads are trained on.
    pub(in crate::state) fn views(self) -> u32 {
        self.settings.with_untracked(|settings| settings.views)
    }

    /// A number that the project has not used.
    pub(super) fn next_id(self) -> u32 {
        self.desk.update_value(|desk| {
            desk.last_id += 1;
            desk.last_id
        })
    }

    /// Numbers up to `used` are taken.
    pub(super) fn keep_clear_of(self, used: u32) {
        self.desk.update_value(|desk| desk.last_id = desk.last_id.max(used));
    }

    /// Every photo, in the order in which they were added.
    pub(super) fn photos(self) -> Vec<Rc<Example>> {
        let classes = self.classes.read_untracked();
        let mut all: Vec<_> = classes.iter().flat_map(|class| class.photos.get_untracked()).collect();
        Example::sort(&mut all);
        all
    }

    /// The photo of that number.
    pub(crate) fn photo(self, id: u32) -> Option<Rc<Example>> {
        let classes = self.classes.read_untracked();
        classes.iter().find_map(|class| class.photos.read_untracked().iter().find(|photo| photo.id == id).cloned())
    }

    /// The project without its photos' bytes.
    pub(super) fn manifest(self) -> ProjectManifest {
        let classes = self.classes.read_untracked();
        let name_of = |id| classes.iter().find(|class| class.id == id).map(|class| class.name.get_untracked());
        ProjectManifest {
            version: PROJECT_VERSION,
            size: self.size.get_untracked().unwrap_or(InputSize::S150),
            classes: classes
                .iter()
                .map(|class| ProjectClass {
                    id: class.id,
                    name: class.name.get_untracked(),
                    on: class.on.get_untracked(),
                })
                .collect(),
            photos: self
                .photos()
                .into_iter()
                .map(|photo| {
                    let class = photo.class.get_untracked();
                    ProjectPhoto {
                        id: photo.id,
                        class,
                        name: photo.name.clone(),
                        burst: photo.burst,
                        path: names::zip_path(&name_of(class).unwrap_or_default(), photo.id, &photo.name),
                    }
                })
                .collect(),
            settings: self.settings.get_untracked(),
        }
    }

    /// All that another project would take the place of.
    pub(super) fn snapshot(self) -> Snapshot {
        Snapshot {
            classes: self.classes.get_untracked(),
            size: self.size.get_untracked(),
            settings: self.settings.get_untracked(),
            result: self.result.get_untracked(),
            own: self.own.get_untracked(),
            head: self.desk.with_value(|desk| desk.head.clone()),
            stale: self.stale.get_untracked(),
        }
    }
}

impl Page {
    /// Begins an empty project; the one before can be brought back.
    pub(crate) fn new_project(self) {
        self.replace_project(Snapshot::default(), "beginning a new project");
    }

    /// Puts another project in this one's place, which can be brought back.
    pub(super) fn replace_project(self, project: Snapshot, label: &str) {
        let before = self.teach.snapshot();
        self.put_in_place(project);
        if !before.classes.is_empty() || before.head.is_some() {
            self.remember(label, Step::Project(Box::new(before)));
        }
    }

    /// Takes the last step back.
    pub(crate) fn undo(self) {
        let Some((label, step)) = self.teach.undo.update(UndoStack::pop) else { return };
        match step {
            Step::Photos(photos) => self.put_back(&photos),
            Step::Move(class, photo) => self.carry(&photo, class),
            Step::Class(index, class) => {
                let photos = class.photos.get_untracked();
                self.teach.classes.update(|classes| classes.insert(index.min(classes.len()), class));
                self.ask_again(&photos);
                self.project_changed();
            }
            Step::Project(project) => self.put_in_place(*project),
        }
        self.announcement.set(format!("Undone: {label}."));
    }

    /// Notes a step that can be taken back.
    pub(super) fn remember(self, label: impl Into<String>, step: Step) {
        let label = label.into();
        self.announcement.set(format!("Done: {label}. It can be undone."));
        self.teach.undo.update(|undo| undo.push(label, step));
    }

    fn put_in_place(self, project: Snapshot) {
        let teach = self.teach;
        self.close_recorder();
        self.stop_training();
        self.forget_comparisons();
        teach.run.set(Run::default());
        self.forget_photos(teach.photos().iter());
        teach.classes.set(project.classes);
        teach.size.set(project.size);
        teach.settings.set(project.settings);
        teach.history.set(project.result.as_ref().map(|result| result.result.history.clone()).unwrap_or_default());
        teach.result.set(project.result);
        teach.active.set(None);
        teach.desk.update_value(|desk| {
            desk.plan = None;
            desk.candidate = None;
            desk.head = project.head;
        });
        self.open_head();
        teach.own.set(project.own);
        self.ask_again(&teach.photos());
        teach.stale.set(project.stale);
        self.save_manifest();
        self.save_run();
    }

    /// Classes, photos or settings are other than before.
    pub(super) fn project_changed(self) {
        self.teach.stale.set(true);
        self.save_manifest();
    }
}
