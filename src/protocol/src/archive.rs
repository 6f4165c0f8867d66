//! A project as a file: what stands in the zip beside the photos.

use serde::{Deserialize, Serialize};

use crate::{InputSize, TrainingSettings};

/// The version of [`ProjectManifest`] that this release reads and writes.
pub const PROJECT_VERSION: u32 = 1;

/// A project without its photos' bytes: `project.json` in the zip, and the same in the browser's database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectManifest {
    /// [`PROJECT_VERSION`] when it was written.
    pub version: u32,
    /// Fixed when the project is made, whatever the device.
    pub size: InputSize,
    /// The classes in their order.
    pub classes: Vec<ProjectClass>,
    /// The photos in the order in which they were added.
    pub photos: Vec<ProjectPhoto>,
    /// How to train.
    pub settings: TrainingSettings,
}

/// A class of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectClass {
    /// Never used for another class of the same project.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Whether it takes part in training.
    pub on: bool,
}

/// A photo of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectPhoto {
    /// Never used for another photo of the same project.
    pub id: u32,
    /// [`ProjectClass::id`] of its class.
    pub class: u32,
    /// The name of the file that it came from.
    pub name: String,
    /// The burst that it is a frame of.
    pub burst: Option<u64>,
    /// Where it lies in the zip.
    pub path: String,
}

/// What a zip turned out to hold, after its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unzipped {
    /// The project, where the zip is one that [`crate::ZipFinish`] wrote.
    pub project: Option<ProjectManifest>,
    /// Files handed over.
    pub files: u32,
    /// Files that are no pictures by their name, left in the zip. The litter of systems is not counted.
    pub passed_over: u32,
}
