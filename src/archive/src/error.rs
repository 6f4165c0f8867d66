//! What can be wrong with a zip or the project in it.

/// A zip cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Bytes that are no zip, or one without its end.
    #[error("This is not a zip file, or its end is missing. Download or copy it again.")]
    NotAZip,
    /// A zip whose bytes make no sense.
    #[error("The zip file is damaged ({0}). Download or copy it again.")]
    Damaged(String),
    /// Files behind a password, or compressed in a way that is not read here.
    #[error(
        "`{path}` in the zip file cannot be read: it is encrypted, or compressed in a rare way. Zip the photos again without a password."
    )]
    Unreadable {
        /// The file.
        path: String,
    },
    /// A file that no photo is as large as.
    #[error("`{path}` in the zip file has more than {limit} MiB. Take it out of the zip, or make it smaller.")]
    FileTooLarge {
        /// The file.
        path: String,
        /// Mebibytes allowed.
        limit: u64,
    },
    /// More than a tab can hold.
    #[error("The files in the zip come to more than {limit} GiB. Split it into several zips.")]
    TooLarge {
        /// Gibibytes allowed.
        limit: u64,
    },
    /// A project of a later release.
    #[error(
        "The project was saved by a newer release (format {found}; this one reads {expected}). Reload the page, so that it is up to date, and open it again."
    )]
    Newer {
        /// The version in the file.
        found: u32,
        /// The version that this release reads.
        expected: u32,
    },
    /// A project that does not fit together.
    #[error("The project in the zip file cannot be opened: {0}.")]
    Project(String),
    /// A photo that the project names is not there.
    #[error(
        "The photo `{name}` of the project is missing from the zip file. Save the project again, or unzip the file and add its photos as folders."
    )]
    PhotoMissing {
        /// The photo.
        name: String,
    },
    /// The zip could not be written.
    #[error("The zip file cannot be written: {0}.")]
    Write(String),
}

impl ArchiveError {
    /// Whether the zip as such is sound and what is wrong is the project in it.
    #[must_use]
    pub fn is_of_project(&self) -> bool {
        matches!(self, Self::Newer { .. } | Self::Project(_) | Self::PhotoMissing { .. })
    }
}
