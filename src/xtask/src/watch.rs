//! Which files have changed: by looking again and again, as every file system allows it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use crate::sources::files_below;

/// How often it looks. Some two hundred files take a millisecond.
const PERIOD: Duration = Duration::from_millis(150);

/// Files and folders that are watched, and how each file was when it was seen last.
pub(crate) struct Watch {
    paths: Vec<PathBuf>,
    seen: Seen,
}

/// When each file was written, and its length.
type Seen = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

impl Watch {
    /// Of `names` below `root`, as they are now.
    pub(crate) fn new(root: &Path, names: &[&str]) -> Self {
        let paths: Vec<_> = names.iter().map(|name| root.join(name)).collect();
        let seen = look(&paths);
        Self { paths, seen }
    }

    /// Waits until files are other than they were when this was asked last, and nothing changes any more: an editor
    /// writes several in a row. The files that changed, came or went.
    pub(crate) fn wait(&mut self) -> Vec<PathBuf> {
        loop {
            thread::sleep(PERIOD);
            let now = look(&self.paths);
            if now == self.seen {
                continue;
            }
            let mut last = now;
            loop {
                thread::sleep(PERIOD / 2);
                let now = look(&self.paths);
                if now == last {
                    break;
                }
                last = now;
            }
            let changed = difference(&self.seen, &last);
            self.seen = last;
            // None where a file is again what it was.
            if !changed.is_empty() {
                return changed;
            }
        }
    }
}

/// A file that goes while this looks is not there.
fn look(paths: &[PathBuf]) -> Seen {
    let files = paths.iter().flat_map(|path| files_below(path).unwrap_or_default());
    let state = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok()?;
        Some((path, (metadata.modified().ok(), metadata.len())))
    };
    files.filter_map(state).collect()
}

fn difference(before: &Seen, after: &Seen) -> Vec<PathBuf> {
    let changed = after.iter().filter(|(path, state)| before.get(*path) != Some(*state));
    let gone = before.iter().filter(|(path, _)| !after.contains_key(*path));
    changed.chain(gone).map(|(path, _)| path.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_change_come_or_go_are_told() {
        let folder = std::env::temp_dir().join(format!("headstart-watch-{}", std::process::id()));
        fs::create_dir_all(folder.join("a")).unwrap();
        let file = |name: &str| folder.join(name);
        for name in ["a/one", "two", "three", "other"] {
            fs::write(file(name), "x").unwrap();
        }
        let mut watch = Watch::new(&folder, &["a", "two", "three", "four"]);
        fs::write(file("a/one"), "xy").unwrap();
        fs::remove_file(file("two")).unwrap();
        fs::write(file("four"), "x").unwrap();
        fs::write(file("other"), "xy").unwrap();
        assert_eq!(watch.wait(), [file("a/one"), file("four"), file("two")]);
        fs::write(file("three"), "xyz").unwrap();
        assert_eq!(watch.wait(), [file("three")]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
