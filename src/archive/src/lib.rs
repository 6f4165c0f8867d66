//! Projects as zip files: written as a stream of parts, so that no one ever holds all photos, and read with a distrust
//! of sizes. Any zip of pictures can be read, a project or not.

mod error;
mod manifest;
mod reader;
mod writer;

pub use error::ArchiveError;
pub use reader::{ArchiveReader, ArchivedFile};
pub use writer::ArchiveWriter;

/// Where the project's manifest lies in the zip.
pub const MANIFEST: &str = "project.json";

#[cfg(test)]
mod tests;
