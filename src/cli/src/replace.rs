//! How the command writes a file: beside the one that is there, and renamed once all of it is on the disk. Whatever
//! interrupts it, the file is the old one or the new one.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::error::CliError;

/// Writes `bytes` into the file at `path`, which keeps its permissions.
///
/// # Errors
/// [`CliError::Write`]; the file that was there is as it was.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    replace_with(path, |file| file.write_all(bytes))
}

/// Whether a file can be written at `path`: asked before hours of work, not after them.
///
/// # Errors
/// [`CliError::Write`] where it cannot.
pub(crate) fn check(path: &Path) -> Result<(), CliError> {
    let checked = Target::of(path).and_then(|target| match target {
        Target::Stream(_) => Ok(()),
        Target::File { path, .. } => begin(&path).map(drop),
    });
    checked.map_err(|error| CliError::Write { path: path.to_owned(), error })
}

fn replace_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), CliError> {
    let written = Target::of(path).and_then(|target| match target {
        Target::Stream(path) => write(&mut File::options().write(true).open(path)?),
        Target::File { path, permissions } => {
            let mut unfinished = begin(&path)?;
            write(unfinished.as_file_mut())?;
            if let Some(permissions) = permissions {
                unfinished.as_file().set_permissions(permissions)?;
            }
            unfinished.as_file().sync_all()?;
            unfinished.persist(&path)?;
            // The file is the new one whatever becomes of this: it is no error.
            let _ = sync_folder(&path);
            Ok(())
        }
    });
    written.map_err(|error| CliError::Write { path: path.to_owned(), error })
}

/// What a path leads to.
enum Target {
    /// A file, or none yet.
    File {
        /// Where it lies, links followed.
        path: PathBuf,
        /// Those of the file that is there.
        permissions: Option<Permissions>,
    },
    /// Standard output, say: nothing that could be renamed.
    Stream(PathBuf),
}

impl Target {
    /// # Errors
    /// A folder, or a file that is not to be written to.
    fn of(path: &Path) -> io::Result<Self> {
        let found = match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self::File { path: path.to_owned(), permissions: None });
            }
            found => found?,
        };
        let permissions = found.permissions();
        if found.is_dir() {
            Err(ErrorKind::IsADirectory.into())
        } else if !found.is_file() {
            Ok(Self::Stream(path.to_owned()))
        } else if permissions.readonly() {
            Err(ErrorKind::PermissionDenied.into())
        } else {
            Ok(Self::File { path: fs::canonicalize(path)?, permissions: Some(permissions) })
        }
    }
}

/// Letters that make the name of an unfinished file one that nobody looks for.
const RANDOM: usize = 12;

/// A file of no name that anybody looks for, in the folder of the one at `path`: only there it can be renamed to it. It is locked
/// as long as its process runs, so that those of processes that were killed can be told: they go now.
fn begin(path: &Path) -> io::Result<NamedTempFile> {
    let mut prefix = path.file_name().unwrap_or_default().to_owned();
    prefix.push(".unfinished-");
    remove_leftovers(folder(path), &prefix);
    let mut builder = Builder::new();
    builder.prefix(&prefix).rand_bytes(RANDOM);
    // Others may read it, as far as the process allows: by itself a temporary file is its owner's.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    loop {
        let unfinished = builder.tempfile_in(folder(path))?;
        // Where nothing can be locked nothing is taken for a leftover either.
        let is_locked = unfinished.as_file().lock().is_ok();
        // Another process may have taken it for one, just before.
        if !is_locked || unfinished.path().exists() {
            return Ok(unfinished);
        }
    }
}

/// Removes the unfinished files in `folder`, those that begin with `prefix`, of processes that run no more. One that cannot be
/// removed is in nobody's way.
fn remove_leftovers(folder: &Path, prefix: &OsStr) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let random = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
        let is_ours =
            random.is_some_and(|random| random.len() == RANDOM && random.iter().all(u8::is_ascii_alphanumeric));
        if is_ours
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The new name is on the disk as well; folders cannot be opened everywhere.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder(path))?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests;
