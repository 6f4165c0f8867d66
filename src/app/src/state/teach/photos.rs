//! Photos of the project: putting them in, taking them out, moving them.

use std::rc::Rc;

use send_wrapper::SendWrapper;
use web_sys::Blob;

use super::project::Step;
use super::{Class, Example, ExampleState};
use crate::order::sort_by_key;
use crate::signal::ArcRwSignal;
use crate::state::Page;

/// A photo on its way into the project.
pub(super) struct Fresh {
    pub(super) name: String,
    pub(super) file: Blob,
    pub(super) burst: Option<u64>,
}

impl Page {
    /// Puts photos into a class and has them looked at.
    pub(super) fn put(self, class: &Class, fresh: Vec<Fresh>) {
        let photos: Vec<_> = fresh.into_iter().map(|fresh| Rc::new(self.example(class.id, fresh))).collect();
        if photos.is_empty() {
            return;
        }
        class.photos.update(|all| all.extend(photos.iter().cloned()));
        class.count();
        self.save_photos(photos.iter().map(|photo| photo.id));
        self.project_changed();
        self.ask(&photos);
    }

    fn example(self, class: u32, fresh: Fresh) -> Example {
        Example {
            id: self.teach.next_id(),
            name: fresh.name,
            burst: fresh.burst,
            file: SendWrapper::new(fresh.file),
            class: ArcRwSignal::new(class),
            state: ArcRwSignal::new(ExampleState::Pending),
        }
    }

    /// Takes a photo out of the project; that can be undone.
    pub(crate) fn remove_photo(self, photo: &Rc<Example>) {
        self.drop_photo(photo);
        self.remember(format!("removing “{}”", photo.name), Step::Photos(vec![photo.clone()]));
    }

    /// Takes out all photos of a class that could not be looked at; that can be undone.
    pub(crate) fn remove_failed(self, class: &Class) {
        let is_failed = |photo: &Rc<Example>| matches!(*photo.state.read_untracked(), ExampleState::Failed(_));
        let (failed, kept): (Vec<_>, Vec<_>) = class.photos.get_untracked().into_iter().partition(is_failed);
        class.photos.set(kept);
        class.count();
        self.forget_photos(failed.iter());
        self.project_changed();
        self.remember(format!("removing {} unreadable photos", failed.len()), Step::Photos(failed));
    }

    /// Moves a photo to another class; that can be undone.
    pub(crate) fn move_photo(self, photo: &Rc<Example>, to: u32) {
        let from = photo.class.get_untracked();
        if from == to || self.class(to).is_none() {
            return;
        }
        self.carry(photo, to);
        self.remember(format!("moving “{}”", photo.name), Step::Move(from, photo.clone()));
    }

    /// Moves a photo to the class `to`.
    pub(super) fn carry(self, photo: &Rc<Example>, to: u32) {
        let Some(target) = self.class(to) else { return };
        if let Some(class) = self.class(photo.class.get_untracked()) {
            class.photos.update(|photos| photos.retain(|other| other.id != photo.id));
            class.count();
        }
        photo.class.set(to);
        insert(&target, [photo.clone()]);
        self.project_changed();
    }

    /// Takes a photo out without a word.
    pub(super) fn drop_photo(self, photo: &Rc<Example>) {
        if let Some(class) = self.class(photo.class.get_untracked()) {
            class.photos.update(|photos| photos.retain(|other| other.id != photo.id));
            class.count();
        }
        self.forget_photos([photo].into_iter());
        self.project_changed();
    }

    /// Puts photos back that were removed.
    pub(super) fn put_back(self, photos: &[Rc<Example>]) {
        for photo in photos {
            if let Some(class) = self.class(photo.class.get_untracked()) {
                insert(&class, [photo.clone()]);
            }
        }
        self.ask_again(photos);
        self.project_changed();
    }

    /// Photos that are no more in the project are neither looked at nor kept.
    pub(super) fn forget_photos<'a>(self, photos: impl Iterator<Item = &'a Rc<Example>> + Clone) {
        self.save_no_more(photos.clone().map(|photo| photo.id));
        self.ask_no_more(photos);
    }

    /// Photos that are in the project again are kept, and looked at where they were not.
    pub(super) fn ask_again(self, photos: &[Rc<Example>]) {
        self.save_photos(photos.iter().map(|photo| photo.id));
        for photo in photos.iter().filter(|photo| photo.described().is_some()) {
            self.save_description(photo.id);
        }
        self.ask(photos);
    }

    /// Counts the class of a photo anew.
    pub(super) fn count_class_of(self, photo: &Example) {
        if let Some(class) = self.class(photo.class.get_untracked()) {
            class.count();
        }
    }
}

/// Puts photos into a class, in the order in which they were added to the project.
fn insert(class: &Class, photos: impl IntoIterator<Item = Rc<Example>>) {
    class.photos.update(|all| {
        all.extend(photos);
        sort_by_key(all, |photo| photo.id);
    });
    class.count();
}
