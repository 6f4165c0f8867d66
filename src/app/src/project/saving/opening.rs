//! Reading a project from the database.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use headstart_protocol::TrainingSettings;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Saver;
use super::batch::Batch;
use super::database::Database;
use super::format::{PlaceDocument, ProjectDocument, read};
use super::writing::CHECKPOINT_STATE;
use crate::error::PageError;
use crate::project::album::{Described, DocumentKind, Example, ExampleState, Original};
use crate::project::training::{Interrupted, InterruptedInfo, Results};

/// A project as it was saved.
pub(crate) struct Loaded {
    /// Its own document.
    pub(crate) document: ProjectDocument,
    /// Its photos, in the order of their numbers.
    pub(crate) photos: Vec<Arc<Example>>,
    /// The head's file.
    pub(crate) head: Option<Vec<u8>>,
    /// What runs came to.
    pub(crate) results: Results,
    /// The run that was going on.
    pub(crate) interrupted: Option<Interrupted>,
    /// Photos whose bytes are stored and that are in no class any more: taken out of the project on an earlier visit.
    pub(crate) swept: Vec<u32>,
    /// Places that could not be read: their photos are left where they are.
    pub(crate) unreadable: usize,
    /// The highest number that a photo or class ever had.
    pub(crate) last_id: u32,
}

impl Saver {
    /// Reads a project. `progress` hears how many photos are read, and of how many.
    ///
    /// # Errors
    /// [`PageError::NewerProject`] and [`PageError::NotOpened`].
    pub(crate) async fn load(self, project: u32, progress: impl Fn(usize, usize)) -> Result<Loaded, PageError> {
        let store = self.store();
        let database = store.database().await?;
        let missing = || PageError::NotOpened { detail: "it is not there any more".to_owned() };
        let mut document: ProjectDocument = read(&database.project(project).await?.ok_or_else(missing)?)?;
        if document.settings.check().is_err() {
            document.settings = TrainingSettings::default();
        }
        let total = database.count(project).await? as usize;
        let places = database.places(project).await?;
        let mut numbers: Vec<u32> = places.iter().map(|place| place.0).collect();
        let mut descriptions = HashMap::new();
        let mut after = None;
        loop {
            let some = database.descriptions(project, after).await?;
            let Some((last, _)) = some.last() else { break };
            after = Some(*last);
            numbers.extend(some.iter().map(|described| described.0));
            descriptions.extend(some.into_iter().filter_map(|(id, described)| Some((id, described?))));
            progress(descriptions.len(), total);
        }
        let stored = database.photos(project).await?;
        let photo_store = store.photos(project);
        let mut photos = Vec::with_capacity(places.len());
        let mut unreadable = 0;
        numbers.extend(document.classes.iter().map(|class| class.id));
        numbers.extend(&stored);
        let placed: HashSet<u32> = places.iter().map(|place| place.0).collect();
        let swept = stored.into_iter().filter(|id| !placed.contains(id)).collect();
        for (id, place) in places {
            let place: Option<PlaceDocument> = place.and_then(|place| read(&place).ok());
            numbers.extend(place.iter().map(|place| place.class));
            let Some(place) = place.filter(|place| document.classes.iter().any(|class| class.id == place.class)) else {
                unreadable += 1;
                continue;
            };
            let described: Option<Described> = descriptions.remove(&id);
            let state = described.map_or(ExampleState::Pending, |described| ExampleState::Ready(Arc::new(described)));
            let original = Original::stored(id, Rc::clone(&photo_store), place.bytes);
            let PlaceDocument { class, part, name, burst, .. } = place;
            photos.push(Arc::new(Example::kept(id, (class, part), name, burst, original, state)));
        }
        let head = database.document(project, DocumentKind::Head.name()).await?;
        let results = Results {
            run: result(&database, project, DocumentKind::Run).await?.map(Arc::new),
            cnn: result(&database, project, DocumentKind::Cnn).await?.map(Arc::new),
            curve: result(&database, project, DocumentKind::Curve).await?.map(Arc::new),
        };
        let info: Option<InterruptedInfo> = result(&database, project, DocumentKind::Checkpoint).await?;
        let state = database.document(project, CHECKPOINT_STATE).await?;
        let interrupted = info.map(|info| Interrupted { info, bytes: Arc::new(state.unwrap_or_default()) });
        // Even what cannot be read keeps its number.
        let last_id = numbers.into_iter().max().unwrap_or_default();
        Ok(Loaded { document, photos, head, results, interrupted, swept, unreadable, last_id })
    }

    /// Removes the bytes of photos that are in no class any more.
    ///
    /// # Errors
    /// The database cannot be opened or written.
    pub(crate) async fn sweep(self, project: u32, gone: Vec<u32>) -> Result<(), PageError> {
        if gone.is_empty() {
            return Ok(());
        }
        let batch = Batch { gone, ..Batch::default() };
        Ok(self.store().database().await?.write(project, &self.tab().name, &batch).await?)
    }
}

/// A result of training. One that cannot be read is no loss: training makes a new one.
async fn result<T: DeserializeOwned>(
    database: &Database,
    project: u32,
    kind: DocumentKind,
) -> Result<Option<T>, PageError> {
    #[derive(Deserialize)]
    struct Kept<T> {
        #[expect(dead_code, reason = "read before the rest")]
        version: u32,
        result: T,
    }
    let bytes = database.document(project, kind.name()).await?.unwrap_or_default();
    let kept = std::str::from_utf8(&bytes).ok().and_then(|json| read::<Kept<T>>(json).ok());
    Ok(kept.map(|kept| kept.result))
}
