//! What can be wrong with a zip or the project in it.

/// A zip cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Bytes that are no zip, or one without its end.
    #[error("this is not a zip file, or its end is missing")]
    NotAZip,
    /// A zip whose bytes make no sense.
    #[error("the zip file is damaged: {0}")]
    Damaged(String),
    /// Files behind a password, or compressed in a way that is not read here.
    #[error("`{path}` in the zip file is encrypted, or compressed in a way that is not read")]
    Unreadable {
        /// The file.
        path: String,
    },
    /// A file that no photo is as large as.
    #[error("`{path}` in the zip file has more than {limit} MiB")]
    FileTooLarge {
        /// The file.
        path: String,
        /// Mebibytes allowed.
        limit: u64,
    },
    /// More than a tab can hold.
    #[error("the files in the zip come to more than {limit} GiB")]
    TooLarge {
        /// Gibibytes allowed.
        limit: u64,
    },
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
    /// A photo that the project names is not there.
    #[error("the photo `{name}` of the project is missing from the zip file")]
    PhotoMissing {
        /// The photo.
        name: String,
    },
    /// The zip could not be written.
    #[error("the zip file cannot be written: {0}")]
    Write(String),
}

impl ArchiveError {
    /// Whether the zip as such is sound and what is wrong is the project in it.
    #[must_use]
    pub fn is_of_project(&self) -> bool {
        matches!(self, Self::Newer { .. } | Self::Project(_) | Self::PhotoMissing { .. })
    }
}
