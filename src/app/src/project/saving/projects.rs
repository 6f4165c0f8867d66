//! What is done to projects as a whole.

use super::Saver;
use super::batch::Batch;
use super::claim::Claim;
use super::database::Database;
use super::format::{FORMAT, ProjectDocument, read, written};
use super::saved_project::SavedProject;
use crate::error::PageError;
use crate::project::album::DocumentKind;

/// Photos copied at once.
const SLICE: usize = 8;

impl Saver {
    /// All projects.
    ///
    /// # Errors
    /// The database cannot be opened or read.
    pub(crate) async fn projects(self) -> Result<Vec<SavedProject>, PageError> {
        let database = self.store().database().await?;
        let mut projects = Vec::new();
        for (number, document) in database.projects().await? {
            projects.push(SavedProject { number, photos: database.count(number).await?, document: read(&document) });
        }
        Ok(projects)
    }

    /// Adds an empty project; its number.
    ///
    /// # Errors
    /// The database cannot be opened or written.
    pub(crate) async fn add(self, name: &str, created: f64) -> Result<u32, PageError> {
        let document =
            ProjectDocument { name: name.to_owned(), created, changed: created, ..ProjectDocument::default() };
        Ok(self.store().database().await?.add_project(&written(&document)).await?)
    }

    /// Changes the document of a project that is not open; one that cannot be read is left as it is.
    ///
    /// # Errors
    /// The database cannot be opened or written.
    pub(crate) async fn change(self, project: u32, change: impl FnOnce(&mut ProjectDocument)) -> Result<(), PageError> {
        let changed = |json: &str| {
            let mut document: ProjectDocument = read(json).ok()?;
            change(&mut document);
            Some(written(&document))
        };
        Ok(self.store().database().await?.change_project(project, changed).await?)
    }

    /// Removes a project with all that it has.
    ///
    /// # Errors
    /// The database cannot be opened or written.
    pub(crate) async fn remove(self, project: u32) -> Result<(), PageError> {
        Ok(self.store().database().await?.remove_project(project).await?)
    }

    /// Copies a project as it is on the disk under another name, which `name` makes of the first.
    ///
    /// # Errors
    /// The database cannot be opened, read or written: nothing stays of the copy, then.
    pub(crate) async fn duplicate(self, project: u32, name: impl Fn(&str) -> String) -> Result<u32, PageError> {
        let database = self.store().database().await?;
        let missing = || PageError::NotOpened { detail: "it is not there any more".to_owned() };
        let mut document: ProjectDocument = read(&database.project(project).await?.ok_or_else(missing)?)?;
        // It was changed when the first was: the next visit begins with the first.
        document = ProjectDocument {
            version: FORMAT,
            name: name(&document.name),
            created: js_sys::Date::now(),
            incomplete: true,
            ..document
        };
        let copy = database.add_project(&written(&document)).await?;
        // No other tab takes it for a copy that was cut short.
        let _claim: Claim = self.claim(copy, false).await?;
        let copied = copy_photos(&database, (project, copy), &self.tab().name).await;
        if let Err(error) = copied {
            self.remove(copy).await?;
            return Err(error);
        }
        self.change(copy, |document| document.incomplete = false).await?;
        Ok(copy)
    }
}

async fn copy_photos(database: &Database, (from, to): (u32, u32), writer: &str) -> Result<(), PageError> {
    for slice in database.places(from).await?.chunks(SLICE) {
        let mut batch = Batch::default();
        for (photo, place) in slice {
            let bytes = database.photo(from, *photo).await?;
            if let Some((bytes, place)) = bytes.zip(place.clone()) {
                batch.photos.push((*photo, bytes));
                batch.places.push((*photo, Some(place)));
            }
        }
        database.write(to, writer, &batch).await?;
    }
    let mut after = None;
    loop {
        let descriptions = database.descriptions(from, after).await?;
        let Some((last, _)) = descriptions.last() else { break };
        after = Some(*last);
        let described = descriptions.into_iter().filter_map(|(photo, described)| Some((photo, described?.into())));
        let batch = Batch { descriptions: described.collect(), ..Batch::default() };
        database.write(to, writer, &batch).await?;
    }
    let mut batch = Batch::default();
    // A run that goes on belongs to the first alone.
    for kind in DocumentKind::ALL.into_iter().filter(|kind| *kind != DocumentKind::Checkpoint) {
        let bytes = database.document(from, kind.name()).await?;
        batch.documents.push((kind.name(), bytes.map(std::sync::Arc::new)));
    }
    Ok(database.write(to, writer, &batch).await?)
}
