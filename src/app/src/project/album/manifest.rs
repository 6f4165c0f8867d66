//! The project as a list: what stands beside the photos in a zip.

use std::sync::Arc;

use headstart_protocol::{InputSize, PROJECT_VERSION, ProjectClass, ProjectManifest, ProjectPhoto, TrainingSettings};
use leptos::prelude::*;

use super::{Album, Class, Example, names};

impl Album {
    /// The classes without their photos.
    pub(crate) fn listed_classes(self) -> Vec<ProjectClass> {
        let classes = self.classes.read_untracked();
        let listed = |class: &Class| ProjectClass {
            id: class.id,
            name: class.name.get_untracked(),
            on: class.on.get_untracked(),
        };
        classes.iter().map(listed).collect()
    }

    /// The project without its photos' bytes.
    pub(crate) fn manifest(self, settings: TrainingSettings) -> ProjectManifest {
        let classes = self.classes.read_untracked();
        let name_of = |id| classes.iter().find(|class| class.id == id).map(|class| class.name.get_untracked());
        let photo = |photo: Arc<Example>| {
            let class = photo.class.get_untracked();
            ProjectPhoto {
                id: photo.id,
                class,
                name: photo.name.clone(),
                burst: photo.burst,
                part: photo.part.get_untracked(),
                path: names::zip_path(&name_of(class).unwrap_or_default(), photo.id, &photo.name),
            }
        };
        ProjectManifest {
            version: PROJECT_VERSION,
            size: self.size.get_untracked().unwrap_or(InputSize::S150),
            classes: self.listed_classes(),
            photos: self.photos().into_iter().map(photo).collect(),
            settings,
        }
    }
}

/// The classes of a project, without photos.
pub(crate) fn classes(listed: &[ProjectClass]) -> Vec<Class> {
    listed.iter().map(|class| Class::new(class.id, class.name.clone(), class.on)).collect()
}

/// Puts photos into their classes; whether there were any.
pub(crate) fn fill(classes: &[Class], photos: &[Arc<Example>]) -> bool {
    for class in classes {
        let own = photos.iter().filter(|photo| photo.class.get_untracked() == class.id);
        class.photos.set(own.cloned().collect());
        class.count();
    }
    !photos.is_empty()
}
