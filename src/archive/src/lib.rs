//! Projects as zip files: written as a stream of parts and read file by file, so that no one ever holds all photos. Any zip of
//! pictures can be read, a project or not, and none is believed: what it says of itself is held against limits, and a file
//! that cannot be read costs nothing but itself. The rules by which photos in folders become classes are here as well, for zips
//! and for folders that are given as they are.

mod alike;
mod code_page;
mod directory;
mod end;
mod error;
mod folders;
mod limits;
mod manifest;
mod manifest_place;
mod model;
mod names;
mod opened;
mod picture;
mod reader;
mod selection;
mod source;
mod writer;

pub use alike::{folded, same_name, tidy_name};
pub use error::ArchiveError;
pub use folders::{Place, class_of_zip, folder_of_zip, part, places};
pub use limits::MOST_FILE;
pub use names::{file_name, is_litter, is_litter_name};
pub use picture::{Ending, FIRST_BYTES, is_picture};
pub use reader::{ArchiveReader, ArchivedFile, Entry};
pub use writer::ArchiveWriter;

/// Where the project's manifest lies in the zip.
pub const MANIFEST: &str = "project.json";

#[cfg(test)]
mod tests;
