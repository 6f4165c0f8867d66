//! The classes, and what may be done with them.

use std::rc::Rc;

use headstart_protocol::Failure;

use super::project::Step;
use super::{Example, ExampleState};
use crate::error::PageError;
use crate::signal::ArcRwSignal;
use crate::state::Page;
use crate::teach::counts::Tally;
use crate::teach::names;
use crate::wording::counted;

/// A class of the project. Copies name the same class.
#[derive(Clone)]
pub(crate) struct Class {
    /// Never used for another class of the project.
    pub(crate) id: u32,
    pub(crate) name: ArcRwSignal<String>,
    /// Whether it takes part in training.
    pub(crate) on: ArcRwSignal<bool>,
    /// Its photos, the newest last.
    pub(crate) photos: ArcRwSignal<Vec<Rc<Example>>>,
    /// How many of them there are, in each state.
    pub(crate) tally: ArcRwSignal<Tally>,
}

impl Class {
    /// An empty class.
    pub(super) fn new(id: u32, name: String, on: bool) -> Self {
        Self {
            id,
            name: ArcRwSignal::new(name),
            on: ArcRwSignal::new(on),
            photos: ArcRwSignal::new(Vec::new()),
            tally: ArcRwSignal::new(Tally::default()),
        }
    }

    /// Counts its photos anew.
    pub(super) fn count(&self) {
        let mut tally = Tally::default();
        for photo in self.photos.read_untracked().iter() {
            match &*photo.state.read_untracked() {
                ExampleState::Pending => tally.pending += 1,
                ExampleState::Ready(_) => tally.ready += 1,
                ExampleState::Failed(_) => tally.failed += 1,
            }
        }
        if *self.tally.read_untracked() != tally {
            self.tally.set(tally);
        }
    }
}

impl Page {
    /// The class of that number.
    pub(crate) fn class(self, id: u32) -> Option<Class> {
        self.teach.classes.read_untracked().iter().find(|class| class.id == id).cloned()
    }

    /// The class of that name.
    pub(super) fn class_named(self, name: &str) -> Option<Class> {
        let classes = self.teach.classes.read_untracked();
        classes.iter().find(|class| names::same(&class.name.read_untracked(), name)).cloned()
    }

    /// Adds an empty class, named as wished where the name is free.
    pub(crate) fn add_class(self, wish: Option<&str>) -> Class {
        let taken = self.class_names(None);
        let name = wish.map_or_else(|| names::numbered(&taken), |wish| names::free(wish, &taken));
        let class = Class::new(self.teach.next_id(), name, true);
        self.teach.classes.update(|classes| classes.push(class.clone()));
        self.project_changed();
        class
    }

    /// Gives a class another name.
    ///
    /// # Errors
    /// A name that it cannot have; the one before is kept.
    pub(crate) fn rename_class(self, class: &Class, name: &str) -> Result<(), Failure> {
        let name = names::checked(name, &self.class_names(Some(class.id))).map_err(Failure::from)?;
        if *class.name.read_untracked() != name {
            class.name.set(name);
            self.project_changed();
        }
        Ok(())
    }

    /// Lets a class take part in training, or not.
    pub(crate) fn switch_class(self, class: &Class, on: bool) {
        class.on.set(on);
        self.project_changed();
    }

    /// Takes a class away with its photos; that can be undone.
    pub(crate) fn remove_class(self, class: &Class) {
        let index = self.teach.classes.read_untracked().iter().position(|other| other.id == class.id);
        let Some(index) = index else { return };
        if self.teach.recorder.read_untracked().as_ref().is_some_and(|recorder| *recorder == class.id) {
            self.close_recorder();
        }
        self.teach.classes.update(|classes| drop(classes.remove(index)));
        let photos = class.photos.read_untracked();
        self.forget_photos(photos.iter());
        let label = format!("removing “{}” with {}", class.name.read_untracked(), counted(photos.len(), "photo"));
        drop(photos);
        self.remember(label, Step::Class(index, class.clone()));
        self.project_changed();
    }

    /// All names but that of the class `except`.
    fn class_names(self, except: Option<u32>) -> Vec<String> {
        let classes = self.teach.classes.read_untracked();
        let others = classes.iter().filter(|class| Some(class.id) != except);
        others.map(|class| class.name.get_untracked()).collect()
    }

    /// The two or more classes that take part, or why there is no training.
    pub(super) fn classes_to_train(self) -> Result<Vec<Class>, PageError> {
        let classes = self.teach.classes.read_untracked();
        let on: Vec<_> = classes.iter().filter(|class| *class.on.read_untracked()).cloned().collect();
        if on.len() < 2 {
            return Err(PageError::TooFewClasses);
        }
        match on.iter().find(|class| class.tally.read_untracked().usable() == 0) {
            Some(empty) => Err(PageError::EmptyClass { name: empty.name.get_untracked() }),
            None => Ok(on),
        }
    }
}
