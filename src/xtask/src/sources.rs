//! What the sources are, as one number: so that what was made from others is known for that.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::digest::sha256_hex;
use crate::error::XtaskError;
use crate::workspace::Workspace;

/// The crates below `src/` that no worker is made of.
const NOT_OF_A_WORKER: [&str; 3] = ["app", "cli", "xtask"];
/// What else decides what a worker becomes. It holds the list of the models.
const BESIDE_THE_CRATES: [&str; 5] =
    ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo/config.toml", "public/models/index.json"];
/// What page and worker must agree on.
const PROTOCOL: &str = "src/protocol";

/// The state of a checkout's sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sources {
    /// Changes with every change of a worker's sources. The page asks for its worker under an address with this in it, so
    /// that no cache can answer with the worker of another release: trunk gives hashed names to the page's files only. Of
    /// the sources, not of the built workers: the page can be built before them.
    pub(crate) workers: String,
    /// Changes with what page and worker say to each other.
    pub(crate) protocol: String,
}

impl Sources {
    /// Of the checkout as it is now, for workers whose JavaScript the version `wasm_bindgen` writes.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn read(workspace: &Workspace, wasm_bindgen: &str) -> Result<Self, XtaskError> {
        let root = workspace.root();
        let mut files = BESIDE_THE_CRATES.map(|name| root.join(name)).to_vec();
        for krate in children(&root.join("src"))? {
            if NOT_OF_A_WORKER.iter().all(|name| !krate.ends_with(name)) {
                files.extend(files_below(&krate)?);
            }
        }
        let mut workers = digest(root, &files, wasm_bindgen)?;
        workers.truncate(12);
        let protocol = digest(root, &files_below(&root.join(PROTOCOL))?, "")?;
        Ok(Self { workers, protocol })
    }
}

/// All files below `path`, or itself where it is one; sorted.
///
/// # Errors
/// A folder that cannot be read.
pub(crate) fn files_below(path: &Path) -> Result<Vec<PathBuf>, XtaskError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let nested = children(path)?.iter().map(|child| files_below(child)).collect::<Result<Vec<_>, _>>()?;
    Ok(nested.concat())
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, XtaskError> {
    let entries = fs::read_dir(folder).map_err(XtaskError::file(folder, "read"))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let mut paths = paths.map_err(XtaskError::file(folder, "read"))?;
    paths.sort();
    Ok(paths)
}

/// Of names, lengths and bytes of `files`, and of `more`.
fn digest(root: &Path, files: &[PathBuf], more: &str) -> Result<String, XtaskError> {
    let mut all = more.as_bytes().to_vec();
    for file in files {
        let bytes = fs::read(file).map_err(XtaskError::file(file, "read"))?;
        let name = file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        all.extend_from_slice(format!("\n{name} {}\n", bytes.len()).as_bytes());
        all.extend_from_slice(&bytes);
    }
    Ok(sha256_hex(&[&all]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_by_a_number() {
        let workspace = Workspace::find().unwrap();
        let sources = Sources::read(&workspace, "0.2.0").unwrap();
        assert_eq!(sources, Sources::read(&workspace, "0.2.0").unwrap());
        let other = Sources::read(&workspace, "0.2.1").unwrap();
        assert_ne!(sources.workers, other.workers);
        assert_eq!(sources.protocol, other.protocol);
        assert_eq!(sources.workers.len(), 12);
    }

    #[test]
    fn files_are_those_of_all_folders() {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = files_below(package).unwrap();
        assert!(files.contains(&package.join("Cargo.toml")) && files.contains(&package.join("src/sources.rs")));
        assert!(files.is_sorted());
    }
}
