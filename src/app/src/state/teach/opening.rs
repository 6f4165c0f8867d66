//! Bringing back the project that was saved.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use headstart_protocol::{ProjectManifest, ProjectPhoto};
use send_wrapper::SendWrapper;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, VisibilityState};

use super::storage::{HEAD, MANIFEST, RUN};
use super::training::Taught;
use super::{Class, Described, Example, ExampleState};
use crate::database::Database;
use crate::dom::{document, ev, window_event_listener};
use crate::error::PageError;
use crate::pause::{pause, turn};
use crate::signal::ArcRwSignal;
use crate::state::Page;

/// A database that does not answer for so long is taken to be out of order.
const PATIENCE: Duration = Duration::from_secs(10);

/// Photos brought back at once: more would hold up the page.
const SLICE: usize = 100;

/// What was saved.
struct Saved {
    manifest: Option<ProjectManifest>,
    /// In the order of their numbers.
    photos: Vec<(u32, Blob)>,
    descriptions: HashMap<u32, Described>,
    head: Option<Vec<u8>>,
    run: Option<Taught>,
}

impl Page {
    /// Brings the saved project back, and saves changes from then on.
    pub(in crate::state) fn open_project(self) {
        window_event_listener(ev::visibilitychange, move |_| {
            if document().visibility_state() == VisibilityState::Hidden {
                self.save_now();
            }
        });
        spawn_local(async move {
            match read().await {
                // It came too late, and the page went on without it.
                Ok(_) if self.storage_is_broken() => {}
                Ok((database, saved)) => {
                    self.bring_back(saved).await;
                    self.use_database(Rc::new(database));
                }
                Err(error) => self.storage_failed(error),
            }
            self.teach.opened.set(true);
        });
        spawn_local(async move {
            pause(PATIENCE).await;
            if !self.teach.opened.get_untracked() {
                self.storage_failed(PageError::NotOpened { detail: "it does not answer".to_owned() });
                self.teach.opened.set(true);
            }
        });
    }

    async fn bring_back(self, saved: Saved) {
        let teach = self.teach;
        if let Some(manifest) = saved.manifest {
            let used =
                manifest.classes.iter().map(|class| class.id).chain(manifest.photos.iter().map(|photo| photo.id));
            teach.keep_clear_of(used.max().unwrap_or_default());
            teach.keep_clear_of(saved.photos.last().map_or(0, |photo| photo.0));
            teach.settings.set(manifest.settings);
            let classes = classes(&manifest);
            let mut files: HashMap<u32, Blob> = saved.photos.into_iter().collect();
            let mut descriptions = saved.descriptions;
            let mut photos = Vec::with_capacity(manifest.photos.len());
            for (index, photo) in manifest.photos.into_iter().enumerate() {
                if index % SLICE == SLICE - 1 {
                    turn().await;
                }
                if let Some(file) = files.remove(&photo.id) {
                    let described = descriptions.remove(&photo.id);
                    photos.push(example(photo, file, described));
                }
            }
            let size = fill(&classes, &photos).then_some(manifest.size);
            teach.size.set(size);
            teach.classes.set(classes);
            // Files that no photo of the project names.
            self.save_no_more(files.into_keys());
        }
        teach.desk.update_value(|desk| desk.head = saved.head.map(Rc::new));
        if let Some(run) = saved.run {
            teach.history.set(run.result.history.clone());
            teach.stale.set(!self.is_as_taught(&run));
            teach.result.set(Some(Rc::new(run)));
        }
        self.open_head();
        self.ask(&teach.photos());
    }
}

/// The classes of a project, without photos.
pub(super) fn classes(manifest: &ProjectManifest) -> Vec<Class> {
    manifest.classes.iter().map(|class| Class::new(class.id, class.name.clone(), class.on)).collect()
}

/// A photo of a project, with what was said of it.
pub(super) fn example(photo: ProjectPhoto, file: Blob, described: Option<Described>) -> Rc<Example> {
    let state = described.map_or(ExampleState::Pending, |described| ExampleState::Ready(Rc::new(described)));
    Rc::new(Example {
        id: photo.id,
        name: photo.name,
        burst: photo.burst,
        file: SendWrapper::new(file),
        class: ArcRwSignal::new(photo.class),
        state: ArcRwSignal::new(state),
    })
}

/// Puts photos into their classes; whether there were any.
pub(super) fn fill(classes: &[Class], photos: &[Rc<Example>]) -> bool {
    for class in classes {
        let own = photos.iter().filter(|photo| photo.class.get_untracked() == class.id);
        class.photos.set(own.cloned().collect());
        class.count();
    }
    !photos.is_empty()
}

async fn read() -> Result<(Database, Saved), PageError> {
    let unreadable =
        || PageError::NotOpened { detail: "its list of photos is damaged or of another release".to_owned() };
    let database = Database::open().await?;
    let manifest = database.document(MANIFEST).await?;
    let manifest: Option<ProjectManifest> =
        manifest.map(|bytes| postcard::from_bytes(&bytes).map_err(|_| unreadable())).transpose()?;
    let head = database.document(HEAD).await?;
    // Figures that cannot be read are no loss: training makes new ones.
    let run = database.document(RUN).await?.and_then(|bytes| postcard::from_bytes(&bytes).ok());
    let (mut photos, mut descriptions) = (Vec::new(), HashMap::new());
    loop {
        let some = database.photos(photos.last().map(|(id, _)| *id)).await?;
        if some.is_empty() {
            break;
        }
        photos.extend(some);
        turn().await;
    }
    let mut last = None;
    loop {
        let some = database.descriptions(last).await?;
        let Some((id, _)) = some.last() else { break };
        last = Some(*id);
        descriptions.extend(some);
        turn().await;
    }
    Ok((database, Saved { manifest, photos, descriptions, head, run }))
}
