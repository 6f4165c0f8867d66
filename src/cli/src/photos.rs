//! Photos on disk with their classes: a folder a class, or `CLASS.N.jpg` without folders, as the public Dogs vs. Cats
//! archive has them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::CliError;

/// A file that may be a photo, and the class that its place says it is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LabelledFile {
    pub(crate) class: String,
    pub(crate) path: PathBuf,
}

/// A folder of photos as `train` takes it.
pub(crate) struct Folder {
    /// What to train on.
    pub(crate) training: Vec<LabelledFile>,
    /// What to validate on; empty where the folder has no `val`.
    pub(crate) validation: Vec<LabelledFile>,
}

/// `DIR/train/CLASS/*` with `DIR/val/CLASS/*`, or `DIR/CLASS/*` alone.
///
/// # Errors
/// [`CliError::Read`] for a folder that cannot be read, [`CliError::NoPhotos`] for one with nothing in it.
pub(crate) fn training_folder(dir: &Path) -> Result<Folder, CliError> {
    let (train, val) = (dir.join("train"), dir.join("val"));
    if !train.is_dir() {
        return Ok(Folder { training: labelled_files(dir)?, validation: Vec::new() });
    }
    let validation = if val.is_dir() { labelled_files(&val)? } else { Vec::new() };
    Ok(Folder { training: labelled_files(&train)?, validation })
}

/// `DIR/CLASS/*`, or `DIR/CLASS.N.EXT` where no folder is in DIR. Sorted by class and path; hidden files are left out.
///
/// # Errors
/// [`CliError::Read`] for a folder that cannot be read, [`CliError::NoPhotos`] for one with nothing in it.
pub(crate) fn labelled_files(dir: &Path) -> Result<Vec<LabelledFile>, CliError> {
    let mut files = Vec::new();
    let entries = visible_entries(dir)?;
    let has_folders = entries.iter().any(|path| path.is_dir());
    for path in entries {
        if path.is_dir() {
            let class = file_name(&path);
            let inside = visible_entries(&path)?.into_iter().filter(|path| path.is_file());
            files.extend(inside.map(|path| LabelledFile { class: class.clone(), path }));
        } else if !has_folders && let Some(class) = class_in_name(&path) {
            files.push(LabelledFile { class, path });
        }
    }
    files.sort();
    if files.is_empty() { Err(CliError::NoPhotos { dir: dir.to_owned() }) } else { Ok(files) }
}

/// The classes of `files`, sorted.
pub(crate) fn classes(files: &[LabelledFile]) -> Vec<String> {
    files.iter().map(|file| file.class.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// `cat` of `cat.17.jpg`.
fn class_in_name(path: &Path) -> Option<String> {
    let name = file_name(path);
    let mut parts = name.split('.');
    let (class, number) = (parts.next()?, parts.next()?);
    parts.next()?;
    (!class.is_empty() && number.chars().all(|digit| digit.is_ascii_digit())).then(|| class.to_owned())
}

fn visible_entries(dir: &Path) -> Result<Vec<PathBuf>, CliError> {
    let read = |error| CliError::Read { path: dir.to_owned(), error };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if !file_name(&path).starts_with('.') {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is gone when the test ends.
    struct TestFolder(PathBuf);

    impl TestFolder {
        fn with(name: &str, files: &[&str]) -> Self {
            let root = std::env::temp_dir().join(format!("headstart-photos-{name}-{}", std::process::id()));
            for file in files {
                let path = root.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, b"").unwrap();
            }
            Self(root)
        }
    }

    impl Drop for TestFolder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn seen(files: &[LabelledFile]) -> Vec<(String, String)> {
        files.iter().map(|file| (file.class.clone(), file_name(&file.path))).collect()
    }

    #[test]
    fn a_folder_a_class() {
        let folder = TestFolder::with("folders", &["dog/b.jpg", "dog/a.png", "cat/c.jpg", "cat/.hidden", "readme.txt"]);
        let files = labelled_files(&folder.0).unwrap();
        let expected = [("cat", "c.jpg"), ("dog", "a.png"), ("dog", "b.jpg")];
        assert_eq!(seen(&files), expected.map(|(class, name)| (class.to_owned(), name.to_owned())));
        assert_eq!(classes(&files), ["cat", "dog"]);
    }

    #[test]
    fn classes_in_names() {
        let folder = TestFolder::with("names", &["cat.0.jpg", "dog.12.jpg", "notes.txt", "a.b.jpg"]);
        let files = labelled_files(&folder.0).unwrap();
        let expected = [("cat", "cat.0.jpg"), ("dog", "dog.12.jpg")];
        assert_eq!(seen(&files), expected.map(|(class, name)| (class.to_owned(), name.to_owned())));
    }

    #[test]
    fn train_and_val_are_told_apart() {
        let both = TestFolder::with("both", &["train/a/1.jpg", "train/b/2.jpg", "val/a/3.jpg"]);
        let folder = training_folder(&both.0).unwrap();
        assert_eq!((folder.training.len(), folder.validation.len()), (2, 1));
        let alone = training_folder(&both.0.join("train")).unwrap();
        assert_eq!((alone.training.len(), alone.validation.len()), (2, 0));
    }

    #[test]
    fn an_empty_folder_is_said() {
        let folder = TestFolder::with("empty", &["notes.txt"]);
        assert!(matches!(labelled_files(&folder.0), Err(CliError::NoPhotos { .. })));
    }
}
