//! What a visitor does to classes and photos; what takes something away can be undone.

use std::sync::Arc;

use headstart_protocol::Part;
use leptos::prelude::*;

use super::Undo;
use crate::error::PageError;
use crate::project::album::{Album, Class, Example, ExampleState, Fresh, checked};
use crate::project::describing::Describer;
use crate::wording::counted;

/// What may be done to the album. Copies work on the same one.
#[derive(Clone, Copy)]
pub(crate) struct Edits {
    album: Album,
    describer: Describer,
    undo: Undo,
}

impl Edits {
    /// Edits of `album`, whose photos `describer` has described.
    pub(crate) fn new(album: Album, describer: Describer, undo: Undo) -> Self {
        Self { album, describer, undo }
    }

    /// Gives a class another name.
    ///
    /// # Errors
    /// A name that it cannot have; the one before is kept.
    pub(crate) fn rename(self, class: &Class, name: &str) -> Result<(), PageError> {
        let name = checked(name, &self.album.class_names(Some(class.id)))?;
        if *class.name.read_untracked() != name {
            class.name.set(name);
            self.album.note_change();
        }
        Ok(())
    }

    /// Lets a class take part in training, or not.
    pub(crate) fn switch(self, class: &Class, on: bool) {
        class.on.set(on);
        self.album.note_change();
    }

    /// Takes a class away with its photos.
    pub(crate) fn remove_class(self, class: &Class) {
        let classes = self.album.classes;
        let index = classes.read_untracked().iter().position(|other| other.id == class.id);
        let Some(index) = index else { return };
        classes.update(|classes| drop(classes.remove(index)));
        let photos = class.photos.get_untracked();
        self.forget(&photos);
        self.album.note_change();
        let label = format!("removing “{}” with {}", class.name.read_untracked(), counted(photos.len(), "photo"));
        let class = class.clone();
        self.undo.push(label, move || {
            classes.update(|classes| classes.insert(index.min(classes.len()), class));
            self.remember(&photos);
            self.album.note_change();
        });
    }

    /// Puts photos into a class and has them described; not where the class is not in the open project any more, or nothing can
    /// be changed in it. Gives back how many were not put.
    pub(crate) fn put(self, class: &Class, fresh: Vec<Fresh>) -> usize {
        if self.album.class_with_key(class.key).is_none() || self.album.read_only.get_untracked() {
            return fresh.len();
        }
        let photos = self.album.put(class, fresh);
        self.describer.ask(&photos);
        0
    }

    /// Takes a photo out of the project.
    pub(crate) fn remove_photo(self, photo: &Arc<Example>) {
        self.remove_photos(format!("removing “{}”", photo.name), vec![photo.clone()]);
    }

    /// Takes out all photos of a class that could not be described.
    pub(crate) fn remove_failed(self, class: &Class) {
        let mut failed = class.photos.get_untracked();
        failed.retain(|photo| matches!(*photo.state.read_untracked(), ExampleState::Failed(_)));
        self.remove_photos(format!("removing {} unreadable photos", failed.len()), failed);
    }

    /// Moves a photo to another class.
    pub(crate) fn move_photo(self, photo: &Arc<Example>, to: u32) {
        let from = photo.class.get_untracked();
        // A photo can be dragged even where nothing can be pressed.
        if from == to || self.album.class(to).is_none() || self.album.read_only.get_untracked() {
            return;
        }
        self.carry(photo, to);
        let photo = photo.clone();
        self.undo.push(format!("moving “{}”", photo.name), move || self.carry(&photo, from));
    }

    /// Moves photos of a class to a new one that is named after it.
    pub(crate) fn split_class(self, class: &Class, photos: Vec<Arc<Example>>) {
        if self.album.class_with_key(class.key).is_none() || self.album.read_only.get_untracked() {
            return;
        }
        let (id, name) = (class.id, class.name.get_untracked());
        let new = self.album.add_class(Some(&name));
        photos.iter().for_each(|photo| self.carry(photo, new.id));
        self.undo.push(format!("splitting “{name}” into two classes"), move || {
            photos.iter().for_each(|photo| self.carry(photo, id));
            // It stays where it was given other photos meanwhile.
            if new.photos.with_untracked(Vec::is_empty) {
                self.album.classes.update(|classes| classes.retain(|class| class.key != new.key));
                self.album.note_change();
            }
        });
    }

    /// Forgets how folders split the photos: all of them may be trained on.
    pub(crate) fn forget_split(self) {
        let photos = self.album.photos().into_iter();
        let before: Vec<_> = photos.filter_map(|photo| Some((photo.part.get_untracked()?, photo))).collect();
        if before.is_empty() || self.album.read_only.get_untracked() {
            return;
        }
        let nothing = before.iter().map(|(_, photo)| (None, photo.clone())).collect();
        self.divide(nothing);
        self.undo.push("forgetting how your folders split the photos", move || {
            self.divide(before.into_iter().map(|(part, photo)| (Some(part), photo)).collect());
        });
    }

    /// Photos are of these parts now.
    fn divide(self, photos: Vec<(Option<Part>, Arc<Example>)>) {
        self.album.journal.photos_moved(photos.iter().map(|(_, photo)| photo.id));
        for (part, photo) in photos {
            photo.part.set(part);
        }
        self.album.classes.read_untracked().iter().for_each(Class::count);
        self.album.note_change();
    }

    /// Photos that are no more in the project are neither described nor kept.
    pub(crate) fn forget(self, photos: &[Arc<Example>]) {
        self.album.forget(photos);
        self.describer.withdraw(photos.iter());
    }

    /// Photos that are in the project again are kept, and described where they were not.
    pub(crate) fn remember(self, photos: &[Arc<Example>]) {
        self.album.remember(photos);
        self.describer.ask(photos);
    }

    fn remove_photos(self, label: String, photos: Vec<Arc<Example>>) {
        for photo in &photos {
            if let Some(class) = self.album.class_of(photo) {
                class.remove(photo.id);
            }
        }
        self.forget(&photos);
        self.album.note_change();
        self.undo.push(label, move || {
            for photo in &photos {
                if let Some(class) = self.album.class_of(photo) {
                    class.insert([photo.clone()]);
                }
            }
            self.remember(&photos);
            self.album.note_change();
        });
    }

    fn carry(self, photo: &Arc<Example>, to: u32) {
        let Some(target) = self.album.class(to) else { return };
        if let Some(class) = self.album.class_of(photo) {
            class.remove(photo.id);
        }
        photo.class.set(to);
        target.insert([photo.clone()]);
        self.album.journal.photos_moved([photo.id].into_iter());
        self.album.note_change();
    }
}
