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
    /// The part of a data set that it is in, where its folders said so.
    #[serde(default)]
    pub part: Option<Part>,
    /// Where it lies in the zip.
    pub path: String,
}

/// A part of a data set that was split before it came here, as the folders `train`, `val` and `test` say. Photos of no part
/// are trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// To train on.
    Training,
    /// To validate on.
    Validation,
    /// To test on: where there are photos to validate on, no choice is made on these.
    Test,
}

impl Part {
    /// The part that validates in a project with photos of these parts: that of `val` or, without one, that of `test`. None
    /// where nothing is held out.
    #[must_use]
    pub fn validating(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut validating = None;
        for part in parts {
            match part {
                Self::Training => {}
                Self::Validation => return Some(part),
                Self::Test => validating = Some(part),
            }
        }
        validating
    }
}

/// Classes of a project, at most.
pub const MOST_CLASSES: usize = 1_000;
/// Photos of a project, at most, and files of a zip that are read.
pub const MOST_PHOTOS: usize = 20_000;
/// Characters of a class's name, at most, without spaces around it.
pub const LONGEST_CLASS_NAME: usize = 60;
/// Bytes of a photo's name and of its path in the zip, at most.
pub const LONGEST_PHOTO_NAME: usize = 1_000;

/// What a zip holds, as its directory says: nothing of its files has been read yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ZipContents {
    /// The project, where the zip is one that [`crate::ZipFinish`] wrote.
    pub project: Option<ProjectManifest>,
    /// Files that are to come.
    pub files: u32,
}

/// A file out of the zip that is being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZipFile {
    /// Its path in the zip, with `/` between folders; as the project has it, where it is a photo that a project names.
    pub path: String,
    /// Its bytes, which were read and are those that were put in.
    pub bytes: ZipBytes,
}

/// Where the bytes of a file out of a zip are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ZipBytes {
    /// In the zip as they are: nobody need hold a copy.
    Within {
        /// The first.
        start: u64,
        /// How many.
        count: u64,
    },
    /// Here: they were compressed.
    Unpacked(#[serde(with = "serde_bytes")] Vec<u8>),
}

/// The next files out of a zip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZipSlice {
    /// The files; there may be none before the end, where those that came next could not be read.
    pub files: Vec<ZipFile>,
    /// How it went, after the last file.
    pub end: Option<Unzipped>,
}

/// What a zip turned out to hold, after its files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unzipped {
    /// Files handed over.
    pub files: u32,
    /// Files that are no pictures, by their names and first bytes, left in the zip. The litter of systems is not counted.
    pub passed_over: u32,
    /// The first pictures and heads that could not be read, in the zip's order: those that a person can be told of.
    pub left_out: Vec<LeftOut>,
    /// How many could not be read in all.
    pub left_out_count: u32,
}

impl Unzipped {
    /// The most that [`Self::left_out`] names.
    pub const NAMED: usize = 20;
}

/// A file of a zip that could not be read. The others are read all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The photo's name in the project, else its path in the zip; shortened, and without characters that cannot be shown.
    pub name: String,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why a file of a zip could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeftOutReason {
    /// Its bytes make no sense, or are not those that were put in.
    Damaged,
    /// It is behind a password.
    Encrypted,
    /// It is compressed in a way that is not read here.
    Unsupported {
        /// The number of that way (APPNOTE.TXT 6.3.10, 4.4.5).
        method: u16,
    },
    /// It has more bytes than any photo that is read.
    TooLarge,
    /// It grows when it is unpacked as no photo does.
    Bomb,
    /// Its path is no name for a file.
    BadName,
    /// Another file has the same path, which the project names once.
    Duplicate,
    /// The project names it, but it is not in the zip.
    Missing,
    /// It is a zip in a zip that lies in a zip.
    Nested,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_photos_validate_only_where_no_others_do() {
        use Part::{Test, Training, Validation};
        assert_eq!(Part::validating([Training, Test, Validation, Test]), Some(Validation));
        assert_eq!(Part::validating([Test, Training]), Some(Test));
        assert_eq!(Part::validating([Training]), None);
        assert_eq!(Part::validating([]), None);
    }

    #[test]
    fn a_photo_of_an_earlier_release_is_of_no_part() {
        let json = r#"{"id":1,"class":2,"name":"a.jpg","burst":null,"path":"photos/a.jpg"}"#;
        let mut photo: ProjectPhoto = serde_json::from_str(json).unwrap();
        assert_eq!(photo.part, None);
        photo.part = Some(Part::Validation);
        let json = serde_json::to_value(&photo).unwrap();
        assert_eq!(json["part"], "validation");
        assert_eq!(serde_json::from_value::<ProjectPhoto>(json).unwrap(), photo);
    }
}
