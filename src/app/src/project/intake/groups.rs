//! Photos by the folders that they came in, and the classes that these become.

use headstart_archive::places;
use headstart_protocol::Part;
use leptos::prelude::*;

use crate::platform::dom::turn;
use crate::project::album::{Album, Class, DropTarget, Fresh};
use crate::project::classes::Edits;

/// Photos put in at once: more would be a long task.
pub(super) const SLICE: usize = 20;

/// Photos by the class that their folders name; those without one stand together.
pub(super) struct Groups(Vec<(Option<String>, Vec<Fresh>)>);

impl Groups {
    /// Puts photos, each with its path, together by the classes that all the paths tell apart.
    pub(super) fn of(photos: Vec<(String, Fresh)>) -> Self {
        let paths: Vec<&str> = photos.iter().map(|(path, _)| path.as_str()).collect();
        let places = places(&paths);
        let mut groups: Vec<(Option<String>, Vec<Fresh>)> = Vec::new();
        for (place, (_, mut photo)) in places.into_iter().zip(photos) {
            photo.part = place.part;
            // Files come folder by folder, so the last group is most often the one.
            match groups.iter_mut().rev().find(|group| group.0 == place.class) {
                Some(group) => group.1.push(photo),
                None => groups.push((place.class, vec![photo])),
            }
        }
        Self(groups)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether their folders hold any of them out.
    pub(super) fn is_split(&self) -> bool {
        Part::validating(self.photos().filter_map(|photo| photo.part)).is_some()
    }

    /// All photos.
    pub(super) fn photos(&self) -> impl Iterator<Item = &Fresh> {
        self.0.iter().flat_map(|group| &group.1)
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
                (_, Some(name)) => Some(class_called(album, &name)),
                (DropTarget::Anywhere, None) => Some(match otherwise {
                    Some(name) => class_called(album, name),
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

/// The class of that name, which may be new.
fn class_called(album: Album, name: &str) -> Class {
    album.class_named(name).unwrap_or_else(|| album.add_class(Some(name)))
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
