//! A class of the project.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use headstart_protocol::Part;
use leptos::prelude::*;

use super::{Example, ExampleState, Tally};

/// A class of the project. Clones name the same class.
#[derive(Clone)]
pub(crate) struct Class {
    /// Never used for another class of the project.
    pub(crate) id: u32,
    /// Never used for another class of the page: classes of two projects may have the same `id`.
    pub(crate) key: u64,
    pub(crate) name: ArcRwSignal<String>,
    /// Whether it takes part in training.
    pub(crate) on: ArcRwSignal<bool>,
    /// Its photos, the newest last.
    pub(crate) photos: ArcRwSignal<Vec<Arc<Example>>>,
    /// How many of them there are, in each state.
    pub(crate) tally: ArcRwSignal<Tally>,
}

impl Class {
    /// An empty class.
    pub(crate) fn new(id: u32, name: String, on: bool) -> Self {
        static KEYS: AtomicU64 = AtomicU64::new(0);
        Self {
            id,
            key: KEYS.fetch_add(1, Ordering::Relaxed),
            name: ArcRwSignal::new(name),
            on: ArcRwSignal::new(on),
            photos: ArcRwSignal::new(Vec::new()),
            tally: ArcRwSignal::new(Tally::default()),
        }
    }

    /// Puts photos into it, in the order in which they were added to the project.
    pub(crate) fn insert(&self, photos: impl IntoIterator<Item = Arc<Example>>) {
        self.photos.update(|all| {
            all.extend(photos);
            Example::sort(all);
        });
        self.count();
    }

    /// Takes out the photo of that number.
    pub(crate) fn remove(&self, photo: u32) {
        self.photos.update(|photos| photos.retain(|other| other.id != photo));
        self.count();
    }

    /// Counts its photos anew.
    pub(crate) fn count(&self) {
        let mut tally = Tally::default();
        for photo in self.photos.read_untracked().iter() {
            let part = photo.part.get_untracked();
            tally.in_parts += usize::from(part.is_some());
            match &*photo.state.read_untracked() {
                ExampleState::Pending => tally.pending += 1,
                ExampleState::Ready(_) => tally.ready += 1,
                ExampleState::Failed(_) => {
                    tally.failed += 1;
                    continue;
                }
            }
            match part {
                Some(Part::Validation) => tally.validation += 1,
                Some(Part::Test) => tally.test += 1,
                Some(Part::Training) | None => {}
            }
        }
        if *self.tally.read_untracked() != tally {
            self.tally.set(tally);
        }
    }
}
