//! What the visitor gives: photos, folders, zips and heads, sorted without reading them.

use wasm_bindgen_futures::spawn_local;
use web_sys::{File, FileSystemEntry};

use super::Class;
use super::photos::Fresh;
use crate::error::PageError;
use crate::folders::{self, Found, Given};
use crate::pause::turn;
use crate::state::Page;
use crate::teach::file_kind::{FileKind, folder};
use crate::teach::names::same;

/// Photos put in at once: more would hold up the page.
const SLICE: usize = 100;

/// Where files were dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On a class.
    Class(u32),
    /// Beside the classes.
    Anywhere,
}

/// Photos of one folder.
pub(super) type Group = (Option<String>, Vec<Fresh>);

impl Page {
    /// Takes files that were picked or pasted.
    pub(crate) fn take_given(self, given: Vec<Given>, place: Place) {
        if !given.is_empty() {
            spawn_local(self.take(Found { files: given, ..Found::default() }, place));
        }
    }

    /// Takes files and folders that were dropped.
    pub(crate) fn take_entries(self, entries: Vec<FileSystemEntry>, place: Place) {
        if entries.is_empty() {
            return self.complain(PageError::NothingDropped);
        }
        spawn_local(async move {
            self.teach.busy.set(Some("Looking through your folders".to_owned()));
            let found = folders::walk(entries).await;
            self.teach.busy.set(None);
            self.take(found, place).await;
        });
    }

    async fn take(self, mut found: Found, place: Place) {
        let mut groups: Vec<Group> = Vec::new();
        let (mut zips, mut heads) = (Vec::new(), Vec::new());
        for (index, given) in std::mem::take(&mut found.files).into_iter().enumerate() {
            if index % (4 * SLICE) == 4 * SLICE - 1 {
                turn().await;
            }
            match given.kind() {
                FileKind::Photo => add(&mut groups, given),
                FileKind::Zip => zips.push(given.file),
                FileKind::Head => heads.push(given.file),
                FileKind::Litter => {}
                FileKind::Other => found.pass_over(given.file.name()),
            }
        }
        match found.example {
            Some(example) => self.complain(PageError::NoPhotos { count: found.others, example }),
            None if groups.is_empty() && zips.is_empty() && heads.is_empty() => self.complain(PageError::NothingToAdd),
            None => {}
        }
        self.put_groups(groups, place, None).await;
        heads.into_iter().for_each(|head: File| self.import_head(head));
        zips.into_iter().for_each(|zip| self.read_zip(zip, place));
    }

    /// Puts photos into the classes that their folders name. `otherwise` names the class of those without a folder.
    pub(super) async fn put_groups(self, groups: Vec<Group>, place: Place, otherwise: Option<&str>) {
        // What is dropped on a class goes into it, unless it is several folders: those are classes themselves.
        let several = groups.len() > 1;
        for (folder, photos) in groups {
            let class = match (place, folder) {
                (Place::Class(id), _) if !several => self.class(id),
                (Place::Class(id), None) => self.class(id),
                (_, Some(name)) => self.class_named(&name).or_else(|| Some(self.add_class(Some(&name)))),
                (Place::Anywhere, None) => Some(match otherwise {
                    Some(name) => self.add_class(Some(name)),
                    None => self.class_at_hand(),
                }),
            };
            // The class may have been removed while the files were read.
            let Some(class) = class else { continue };
            let mut photos = photos.into_iter().peekable();
            while photos.peek().is_some() {
                self.put(&class, photos.by_ref().take(SLICE).collect());
                turn().await;
            }
        }
    }

    /// The class that was last worked on, or one without photos, or a new one.
    fn class_at_hand(self) -> Class {
        let active = self.teach.active.get_untracked().and_then(|id| self.class(id));
        let empty = || {
            let classes = self.teach.classes.read_untracked();
            classes.iter().find(|class| class.photos.read_untracked().is_empty()).cloned()
        };
        active.or_else(empty).unwrap_or_else(|| self.add_class(None))
    }
}

fn add(groups: &mut Vec<Group>, given: Given) {
    let photo = Fresh { name: given.file.name(), file: given.file.into(), burst: None };
    join(groups, folder(&given.path), photo);
}

/// Puts a photo to those of the same folder.
pub(super) fn join(groups: &mut Vec<Group>, folder: Option<&str>, photo: Fresh) {
    let fits = |group: &&mut Group| match (&group.0, folder) {
        (Some(name), Some(folder)) => same(name, folder),
        (None, None) => true,
        _ => false,
    };
    // Files come folder by folder, so the last group is most often the one.
    match groups.iter_mut().rev().find(fits) {
        Some(group) => group.1.push(photo),
        None => groups.push((folder.map(ToOwned::to_owned), vec![photo])),
    }
}
