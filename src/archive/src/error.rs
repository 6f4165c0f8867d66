//! What can be wrong with a zip as a whole, or with the project in it.

use headstart_protocol::LeftOut;

/// A zip cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Bytes that are no zip, or one without its end.
    #[error("this is not a zip file, or its end is missing")]
    NotAZip,
    /// A zip whose bytes make no sense.
    #[error("the zip file is damaged: {0}")]
    Damaged(String),
    /// More files than are read.
    #[error("the zip file holds more than {limit} files")]
    TooMany {
        /// Files allowed.
        limit: u64,
    },
    /// Whatever the zip is read from gives nothing back any more.
    #[error("the zip file cannot be read: {0}")]
    Source(String),
    /// A project of a later release.
    #[error("the project has format version {found}, this release reads versions up to {expected}")]
    Newer {
        /// The version in the file.
        found: u32,
        /// The version that this release reads.
        expected: u32,
    },
    /// A project that does not fit together.
    #[error("the project in the zip file does not fit together: {0}")]
    Project(String),
    /// A project of which not one photo can be read.
    #[error("none of the {photos} photos of the project in the zip file can be read")]
    NoPhoto {
        /// Photos that it names.
        photos: u32,
        /// The first, and why it cannot.
        first: LeftOut,
    },
    /// A trained model of another program, and no photos.
    #[error("the zip file holds a trained model of another program (`{file}`) and no photos")]
    Model {
        /// The name of one of its files.
        file: String,
    },
    /// The zip could not be written.
    #[error("the zip file cannot be written: {0}")]
    Write(String),
}

impl ArchiveError {
    /// Whether the zip as such is sound and what is wrong is the project in it.
    #[must_use]
    pub fn is_of_project(&self) -> bool {
        matches!(self, Self::Newer { .. } | Self::Project(_) | Self::NoPhoto { .. })
    }
}
