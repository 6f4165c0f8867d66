//! What can still be had of a project whose own document cannot be read: its photos, by the classes that their places name.

use std::collections::BTreeMap;

use headstart_protocol::{InputSize, PROJECT_VERSION, ProjectClass, ProjectManifest, ProjectPhoto, TrainingSettings};

use super::Saver;
use super::format::{PlaceDocument, read};
use crate::error::PageError;
use crate::project::album::{Original, zip_path};

/// The class of photos whose place cannot be read either.
const UNKNOWN: u32 = u32::MAX;

impl Saver {
    /// The photos of a project as one that can be written into a zip.
    ///
    /// # Errors
    /// The database cannot be opened or read.
    pub(crate) async fn rescue(self, project: u32) -> Result<(ProjectManifest, Vec<Original>), PageError> {
        let store = self.store();
        let database = store.database().await?;
        let placed = |(id, place): (u32, Option<String>)| Some((id, read::<PlaceDocument>(&place?).ok()?));
        let mut places: BTreeMap<_, _> = database.places(project).await?.into_iter().filter_map(placed).collect();
        let photo_store = store.photos(project);
        let (mut classes, mut photos, mut originals) = (BTreeMap::new(), Vec::new(), Vec::new());
        for id in database.photos(project).await? {
            let place = places.remove(&id);
            let (class, name, burst, part) = match place {
                Some(place) => (place.class, place.name, place.burst, place.part),
                None => (UNKNOWN, format!("photo-{id}"), None, None),
            };
            let class_name = if class == UNKNOWN { "Photos".to_owned() } else { format!("Class {class}") };
            let path = zip_path(&class_name, id, &name);
            classes.insert(class, ProjectClass { id: class, name: class_name, on: true });
            photos.push(ProjectPhoto { id, class, name, burst, part, path });
            originals.push(Original::stored(id, photo_store.clone(), 0));
        }
        let manifest = ProjectManifest {
            version: PROJECT_VERSION,
            size: InputSize::S150,
            classes: classes.into_values().collect(),
            photos,
            settings: TrainingSettings::default(),
        };
        Ok((manifest, originals))
    }
}
