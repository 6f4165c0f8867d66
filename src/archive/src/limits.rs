//! How much of a zip is believed and read.

/// Bytes of one file, at most: what the decoder takes of a photo.
pub const MOST_FILE: u64 = 64 << 20;
/// Bytes of a project's manifest, at most. One of as many photos as a project can have takes half of it.
pub(crate) const MOST_MANIFEST: u64 = 16 << 20;
/// Entries in a zip's directory, at most: each takes memory, wanted or not.
pub(crate) const MOST_ENTRIES: u64 = 200_000;
/// Bytes that are read to find a zip's directory and to take it in, at most.
pub(crate) const MOST_DIRECTORY: u64 = 64 << 20;
/// Files that may be as much compressed as they like.
const SMALL: u64 = 1 << 20;
/// How many times larger than packed a file may be that is not small: pictures are compressed already.
const MOST_RATIO: u64 = 200;

/// Whether a file of so many bytes, out of so many in the zip, is no picture but meant to fill the memory.
pub(crate) fn is_bomb(bytes: u64, packed: u64) -> bool {
    bytes > SMALL && bytes / packed.max(1) > MOST_RATIO
}
