//! The bytes of photos, which are read once it is known what they are and how many.

use std::fs::{self, File, FileType};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use headstart_vision::{Limits, VisionError};

/// The bytes of the photo in `path`, or why there are none. Pipes and devices are not opened, and files that are larger than
/// any photo are not read.
///
/// # Errors
/// Why it is skipped, in words.
pub(crate) fn read_photo(path: &Path) -> Result<Vec<u8>, String> {
    let limit = Limits::roomy().max_bytes;
    let fail = |error: io::Error| reason(path, &error);
    let found = fs::metadata(path).map_err(fail)?;
    if let Some(kind) = no_file(found.file_type()) {
        return Err(kind.to_owned());
    }
    let bytes = usize::try_from(found.len()).unwrap_or(usize::MAX);
    if bytes > limit {
        return Err(VisionError::FileTooLarge { bytes, limit }.to_string());
    }
    let mut photo = Vec::with_capacity(bytes);
    // One that grows meanwhile, or does not tell its length, is cut where decoding refuses it.
    File::open(path).and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut photo)).map_err(fail)?;
    Ok(photo)
}

/// What a path leads to, in words, where that is no file.
pub(super) fn no_file(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some("it is a folder, not a photo")
    } else {
        Some(special(kind))
    }
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "it is a pipe, not a file"
    } else if kind.is_socket() {
        "it is a socket, not a file"
    } else {
        "it is a device, not a file"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "it is not a file"
}

/// Why `path` cannot be read, in words.
pub(super) fn reason(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => "there is no permission to read it".to_owned(),
        ErrorKind::NotFound if path.is_symlink() => "it is a link that leads nowhere".to_owned(),
        ErrorKind::NotFound => "it is not there".to_owned(),
        _ => error.to_string(),
    }
}
