//! Photos by the folders that they came in, and the classes that these become.

use leptos::prelude::*;

use crate::platform::dom::turn;
use crate::project::album::{Album, Class, DropTarget, Fresh, same};
use crate::project::classes::Edits;

/// Photos put in at once: more would be a long task.
pub(super) const SLICE: usize = 20;

/// Photos by their folder; those without one stand together.
#[derive(Default)]
pub(super) struct Groups(Vec<(Option<String>, Vec<Fresh>)>);

impl Groups {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All photos.
    pub(super) fn photos(&self) -> impl Iterator<Item = &Fresh> {
        self.0.iter().flat_map(|group| &group.1)
    }

    /// Puts a photo to those of the same folder.
    pub(super) fn add(&mut self, folder: Option<&str>, photo: Fresh) {
        let fits = |group: &&mut (Option<String>, Vec<Fresh>)| match (&group.0, folder) {
            (Some(name), Some(folder)) => same(name, folder),
            (None, None) => true,
            _ => false,
        };
        // Files come folder by folder, so the last group is most often the one.
        match self.0.iter_mut().rev().find(fits) {
            Some(group) => group.1.push(photo),
            None => self.0.push((folder.map(ToOwned::to_owned), vec![photo])),
        }
    }

    /// Puts the photos into the classes that their folders name. `otherwise` names the class of those without a folder. Gives
    /// back how many could not be put: their class went, or another project was opened, meanwhile.
    pub(super) async fn put(self, album: Album, edits: Edits, place: DropTarget, otherwise: Option<&str>) -> usize {
        let mut left = 0;
        // What is dropped on a class goes into it, unless it is several folders: those are classes themselves.
        let several = self.0.len() > 1;
        for (folder, photos) in self.0 {
            let class = match (place, folder) {
                (DropTarget::Class(key), _) if !several => album.class_with_key(key),
                (DropTarget::Class(key), None) => album.class_with_key(key),
                (_, Some(name)) => album.class_named(&name).or_else(|| Some(album.add_class(Some(&name)))),
                (DropTarget::Anywhere, None) => Some(match otherwise {
                    Some(name) => album.add_class(Some(name)),
                    None => class_at_hand(album),
                }),
            };
            let Some(class) = class else {
                left += photos.len();
                continue;
            };
            let mut photos = photos.into_iter().peekable();
            while photos.peek().is_some() {
                left += edits.put(&class, photos.by_ref().take(SLICE).collect());
                turn().await;
            }
        }
        left
    }
}

/// The class that was last worked on, or one without photos, or a new one.
fn class_at_hand(album: Album) -> Class {
    let active = album.active.get_untracked().and_then(|id| album.class(id));
    let empty = || {
        let classes = album.classes.read_untracked();
        classes.iter().find(|class| class.photos.read_untracked().is_empty()).cloned()
    };
    active.or_else(empty).unwrap_or_else(|| album.add_class(None))
}
