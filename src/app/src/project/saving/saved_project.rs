//! A project as the list of projects shows it.

use super::format::ProjectDocument;
use crate::error::PageError;
use crate::wording::{counted, megabytes};

/// A project that was saved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SavedProject {
    /// Unlike every other's.
    pub(crate) number: u32,
    /// How many photos it has.
    pub(crate) photos: u32,
    /// Its document, or why it cannot be read.
    pub(crate) document: Result<ProjectDocument, PageError>,
}

impl SavedProject {
    /// Another one for everything that the list shows of it.
    pub(crate) fn key(&self) -> (u32, u32, u64, bool, String) {
        (self.number, self.photos, self.changed().to_bits(), self.deleted().is_some(), self.name())
    }

    /// What it is called.
    pub(crate) fn name(&self) -> String {
        match &self.document {
            Ok(document) => document.name.clone(),
            Err(_) => format!("Project {}", self.number),
        }
    }

    /// When it was deleted, in milliseconds since 1970.
    pub(crate) fn deleted(&self) -> Option<f64> {
        self.document.as_ref().ok()?.deleted
    }

    /// When it was last written; what cannot be read comes last.
    pub(crate) fn changed(&self) -> f64 {
        self.document.as_ref().map_or(0.0, |document| document.changed)
    }

    /// What there is to say of it, without its name and date.
    pub(crate) fn words(&self) -> String {
        let photos = counted(self.photos as usize, "photo");
        match &self.document {
            Ok(document) => {
                let classes = match document.classes.len() {
                    1 => "1 class".to_owned(),
                    many => format!("{many} classes"),
                };
                format!("{classes}, {photos}, {}", megabytes(document.bytes))
            }
            Err(PageError::NewerProject) => format!("{photos}, saved by a newer release of this page"),
            Err(_) => format!("{photos}, its list is damaged"),
        }
    }
}
