//! Projects as zip files: written as a stream of parts and read file by file, so that no one ever holds all photos. Any zip of
//! pictures can be read, a project or not, and none is believed: what it says of itself is held against limits, and a file
//! that cannot be read costs nothing but itself.

mod end;
mod error;
mod limits;
mod manifest;
mod names;
mod reader;
mod selection;
mod source;
mod writer;

pub use error::ArchiveError;
pub use limits::MOST_FILE;
pub use reader::{ArchiveReader, ArchivedFile, Entry};
pub use writer::ArchiveWriter;

/// Where the project's manifest lies in the zip.
pub const MANIFEST: &str = "project.json";

#[cfg(test)]
mod tests;
