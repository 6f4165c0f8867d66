//! What is saved of a project, as JSON: every document says its version first, so that a release knows what it can read
//! before it reads the rest. [`super::earlier`] reads what earlier releases saved.

use headstart_protocol::{InputSize, Part, ProjectClass, TrainingSettings};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::PageError;

/// The version of every document that this release writes. It grows with each change that an older release would read
/// wrongly; a field that may be missing is no such change.
pub(crate) const FORMAT: u32 = 2;

/// A project without its photos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProjectDocument {
    /// [`FORMAT`] when it was written.
    pub(crate) version: u32,
    /// What the visitor calls it.
    pub(crate) name: String,
    /// Milliseconds since 1970, as all times here.
    pub(crate) created: f64,
    /// When it was last written.
    pub(crate) changed: f64,
    /// When it was deleted; it is kept for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deleted: Option<f64>,
    /// Whether it is still being copied from somewhere: one that stays so was cut short.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) incomplete: bool,
    /// Bytes of its photos.
    #[serde(default)]
    pub(crate) bytes: u64,
    /// At which size its photos are described; none until the first is.
    #[serde(default)]
    pub(crate) size: Option<InputSize>,
    /// The classes in their order.
    #[serde(default)]
    pub(crate) classes: Vec<ProjectClass>,
    /// How to train.
    #[serde(default)]
    pub(crate) settings: TrainingSettings,
}

impl Default for ProjectDocument {
    fn default() -> Self {
        Self {
            version: FORMAT,
            name: String::new(),
            created: 0.0,
            changed: 0.0,
            deleted: None,
            incomplete: false,
            bytes: 0,
            size: None,
            classes: Vec::new(),
            settings: TrainingSettings::default(),
        }
    }
}

/// Where a photo belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlaceDocument {
    /// [`FORMAT`] when it was written.
    pub(crate) version: u32,
    /// The number of its class.
    pub(crate) class: u32,
    /// The name of the file that it came from.
    pub(crate) name: String,
    /// The recording that it is a frame of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) burst: Option<u64>,
    /// The part of a data set that it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) part: Option<Part>,
    /// Bytes of its file.
    #[serde(default)]
    pub(crate) bytes: u64,
}

/// The document in `json`.
///
/// # Errors
/// [`PageError::NewerProject`] for one of a later version, whatever else is in it; [`PageError::NotOpened`] for one that
/// cannot be read.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T, PageError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let damaged = |error: serde_json::Error| PageError::NotOpened { detail: format!("it is damaged: {error}") };
    let Versioned { version } = serde_json::from_str(json).map_err(damaged)?;
    if version > FORMAT {
        return Err(PageError::NewerProject);
    }
    serde_json::from_str(json).map_err(damaged)
}

/// A document as JSON.
pub(crate) fn written<T: Serialize>(document: &T) -> String {
    // Structs of plain fields can always be written.
    serde_json::to_string(document).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_back_as_they_were() {
        let document = ProjectDocument {
            version: FORMAT,
            name: "Mugs “and” plates".to_owned(),
            created: 1.7e12,
            changed: 1.8e12,
            deleted: None,
            incomplete: false,
            bytes: 1 << 40,
            size: Some(InputSize::S224),
            classes: vec![ProjectClass { id: 3, name: "Mug".to_owned(), on: false }],
            settings: TrainingSettings { learning_rate: Some(0.1 + 0.2), ..TrainingSettings::default() },
        };
        assert_eq!(read::<ProjectDocument>(&written(&document)), Ok(document));
        for part in [None, Some(Part::Training), Some(Part::Validation), Some(Part::Test)] {
            let burst = Some(u64::MAX);
            let place = PlaceDocument { version: FORMAT, class: 3, name: "a.jpg".into(), burst, part, bytes: 7 };
            assert_eq!(read::<PlaceDocument>(&written(&place)), Ok(place));
        }
    }

    #[test]
    fn what_this_release_wrote_first_is_read_for_ever() {
        let json = r#"{"version":2,"name":"Mugs","created":1,"changed":2,"bytes":9,"size":"S150",
            "classes":[{"id":1,"name":"Mug","on":true}],"settings":{"head":"Linear","optimizer":"Adam","epochs":null,
            "batch":null,"learning_rate":null,"dropout":0.3,"c":null,"patience":20,"balance":true,"validation":"Cross",
            "views":0,"seed":1}}"#;
        let document: ProjectDocument = read(json).unwrap();
        assert_eq!((document.name.as_str(), document.classes.len()), ("Mugs", 1));
        assert_eq!(document.settings, TrainingSettings::default());
        let place: PlaceDocument = read(r#"{"version":2,"class":1,"name":"a.jpg","bytes":9}"#).unwrap();
        let expected = PlaceDocument { version: 2, class: 1, name: "a.jpg".into(), burst: None, part: None, bytes: 9 };
        assert_eq!(place, expected);
    }

    #[test]
    fn a_setting_that_is_missing_is_as_by_default() {
        let json = r#"{"version":2,"name":"","created":0,"changed":0,"settings":{"views":2}}"#;
        let document: ProjectDocument = read(json).unwrap();
        assert_eq!(document.settings, TrainingSettings { views: 2, ..TrainingSettings::default() });
    }

    #[test]
    fn a_newer_one_is_told_apart_from_a_damaged_one() {
        let newer = format!(r#"{{"version":{},"classes":"quite different"}}"#, FORMAT + 1);
        assert_eq!(read::<ProjectDocument>(&newer), Err(PageError::NewerProject));
        for damaged in ["", "{}", r#"{"version":2}"#, r#"{"version":"2"}"#] {
            assert!(matches!(read::<ProjectDocument>(damaged), Err(PageError::NotOpened { .. })), "{damaged}");
        }
    }
}
