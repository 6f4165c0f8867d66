//! Having photos looked at, one after the other.

use std::collections::HashSet;
use std::rc::Rc;

use headstart_protocol::{Description, Failure, InputSize};

use super::{Described, Example, ExampleState};
use crate::dom::window;
use crate::error::PageError;
use crate::queue::PhotoId;
use crate::state::Page;
use crate::wording::{counted, fixed, seconds_left};

/// The rate is taken over so many of the last photos.
const RATE_OVER: usize = 16;

/// How far the engine is with the photos that it was asked to look at.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Describing {
    pub(crate) done: usize,
    pub(crate) of: usize,
    /// Photos a second, once it is known.
    pub(crate) rate: Option<f64>,
}

impl Describing {
    /// Whether photos wait.
    pub(crate) fn is_busy(self) -> bool {
        self.done < self.of
    }

    /// Progress in words.
    pub(crate) fn words(self) -> String {
        let progress = format!("Looking at photo {} of {}", (self.done + 1).min(self.of), self.of);
        match self.rate {
            Some(rate) if rate > 0.0 => {
                let left = seconds_left((self.of - self.done.min(self.of)) as f64 / rate);
                format!("{progress} · {} a second, {left}", fixed(rate, 1))
            }
            _ => progress,
        }
    }
}

impl Page {
    /// Has those of `photos` looked at that were not.
    pub(super) fn ask(self, photos: &[Rc<Example>]) {
        let pending = |photo: &&Rc<Example>| matches!(*photo.state.read_untracked(), ExampleState::Pending);
        self.ask_anew(&photos.iter().filter(pending).cloned().collect::<Vec<_>>());
    }

    /// Has all `photos` looked at but those that wait for it; whether there are any.
    pub(super) fn ask_anew(self, photos: &[Rc<Example>]) -> bool {
        let known: HashSet<u32> =
            self.teach.desk.with_value(|desk| desk.asked.values().map(|photo| photo.id).collect());
        let fresh: Vec<_> = photos.iter().filter(|photo| !known.contains(&photo.id)).collect();
        if fresh.is_empty() {
            return false;
        }
        self.session.update_value(|session| {
            self.teach.desk.update_value(|desk| {
                for photo in &fresh {
                    let id = session.next_id();
                    session.queue.add_patient(id);
                    desk.asked.insert(id, Rc::clone(photo));
                }
            });
        });
        self.teach.describing.update(|describing| {
            if !describing.is_busy() {
                *describing = Describing::default();
            }
            describing.of += fresh.len();
        });
        self.send_photos();
        true
    }

    /// No answer is wanted any more for these photos.
    pub(super) fn ask_no_more<'a>(self, photos: impl Iterator<Item = &'a Rc<Example>>) {
        let ids: HashSet<u32> = photos.map(|photo| photo.id).collect();
        let removed = self.teach.desk.update_value(|desk| {
            let before = desk.asked.len();
            desk.asked.retain(|_, photo| !ids.contains(&photo.id));
            before - desk.asked.len()
        });
        if removed > 0 {
            self.teach.describing.update(|describing| describing.of -= removed.min(describing.of - describing.done));
            self.described_all();
        }
    }

    /// The photo that is to be described under that number, if it is still wanted.
    pub(in crate::state) fn asked(self, id: PhotoId) -> Option<Rc<Example>> {
        self.teach.desk.with_value(|desk| desk.asked.get(&id).cloned())
    }

    /// At which size photos are described; fixed with the first.
    pub(in crate::state) fn fix_size(self) -> InputSize {
        if let Some(size) = self.teach.size.get_untracked() {
            return size;
        }
        let size = self.phase.read_untracked().ready().map_or(InputSize::S150, |ready| ready.size);
        self.teach.size.set(Some(size));
        self.save_manifest();
        size
    }

    /// The engine has looked at a photo.
    pub(in crate::state) fn described(self, id: PhotoId, description: Description) {
        let Some(photo) = self.looked_at(id) else { return };
        let twin = self.twin_of(&photo, &description);
        if let Some(class) = twin {
            self.teach.desk.update_value(|desk| desk.duplicates.push((photo.name.clone(), class)));
            self.drop_photo(&photo);
        } else {
            photo.state.set(ExampleState::Ready(Rc::new(Described::from(description))));
            self.save_description(photo.id);
            self.count_class_of(&photo);
        }
        self.described_all();
    }

    /// The engine could not look at a photo, or the browser could not read it.
    pub(in crate::state) fn description_failed(self, id: PhotoId, failure: Failure) {
        let Some(photo) = self.looked_at(id) else { return };
        photo.state.set(ExampleState::Failed(failure));
        self.count_class_of(&photo);
        self.described_all();
    }

    fn looked_at(self, id: PhotoId) -> Option<Rc<Example>> {
        let now = window().performance().map(|clock| clock.now()).unwrap_or_default();
        let (photo, rate) = self.teach.desk.update_value(|desk| {
            let photo = desk.asked.remove(&id)?;
            desk.described_at.push_back(now);
            if desk.described_at.len() > RATE_OVER {
                desk.described_at.pop_front();
            }
            let span = now - desk.described_at.front().copied().unwrap_or(now);
            let rate = (span > 0.0).then(|| (desk.described_at.len() - 1) as f64 * 1000.0 / span);
            Some((photo, rate))
        })?;
        self.teach.describing.update(|describing| {
            describing.done += 1;
            describing.rate = rate;
        });
        Some(photo)
    }

    /// The class of another photo with the same bytes, if there is one.
    fn twin_of(self, photo: &Example, description: &Description) -> Option<String> {
        let classes = self.teach.classes.read_untracked();
        let is_twin = |other: &Rc<Example>| {
            other.id != photo.id
                && matches!(&*other.state.read_untracked(), ExampleState::Ready(ready) if ready.hash == description.hash)
        };
        let class = classes.iter().find(|class| class.photos.read_untracked().iter().any(is_twin))?;
        Some(class.name.get_untracked())
    }

    /// Goes on with what waited for the last photo.
    fn described_all(self) {
        if self.teach.describing.get_untracked().is_busy() {
            return;
        }
        let duplicates = self.teach.desk.update_value(|desk| {
            desk.described_at.clear();
            std::mem::take(&mut desk.duplicates)
        });
        match duplicates.as_slice() {
            [] => {}
            [(name, class)] => {
                self.complain(PageError::Duplicate { name: name.clone(), class: class.clone() });
            }
            many => self.complain(PageError::Duplicates { count: many.len() }),
        }
        let done = self.teach.describing.get_untracked().done;
        if done > 0 {
            self.announcement.set(format!("{} looked at.", counted(done, "photo")));
        }
        self.train_if_armed();
    }
}
