//! What a project must hold, by what was done to it and what the page has promised.

use std::collections::{BTreeMap, BTreeSet};

/// A project: its classes in their order, and each photo's class by its number there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Project {
    pub(crate) classes: Vec<String>,
    pub(crate) photos: BTreeMap<String, usize>,
}

/// One thing that was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// A photo was added to a class.
    Add { photo: String, class: usize },
    /// A photo was moved to a class.
    Move { photo: String, class: usize },
    /// A photo was removed.
    Remove { photo: String },
    /// A class got another name.
    Rename { class: usize, name: String },
}

impl Project {
    /// Does what `change` says.
    fn apply(&mut self, change: &Change) {
        match change {
            Change::Add { photo, class } | Change::Move { photo, class } => {
                self.photos.insert(photo.clone(), *class);
            }
            Change::Remove { photo } => {
                self.photos.remove(photo);
            }
            Change::Rename { class, name } => self.classes[*class].clone_from(name),
        }
    }
}

/// A project with the changes to it that the page has not yet promised to keep.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    promised: Project,
    later: Vec<Change>,
}

impl Log {
    /// All of `project` is kept.
    pub(crate) fn new(project: Project) -> Self {
        Self { promised: project, later: Vec::new() }
    }

    /// `change` is about to be made.
    pub(crate) fn push(&mut self, change: Change) {
        self.later.push(change);
    }

    /// The page said `saved` with nothing left to save, after all changes were made.
    pub(crate) fn promise(&mut self) {
        for change in self.later.drain(..) {
            self.promised.apply(&change);
        }
    }

    /// The project with all changes made.
    pub(crate) fn now(&self) -> Project {
        let mut project = self.promised.clone();
        self.later.iter().for_each(|change| project.apply(change));
        project
    }

    /// In which ways `found` breaks the promise. Of the later changes each may have been kept or not.
    pub(crate) fn broken_by(&self, found: &Project) -> Vec<String> {
        let mut broken = Vec::new();
        let mut names: Vec<BTreeSet<&str>> =
            self.promised.classes.iter().map(|name| BTreeSet::from([name.as_str()])).collect();
        let mut classes: BTreeMap<&str, BTreeSet<usize>> =
            self.promised.photos.iter().map(|(photo, class)| (photo.as_str(), BTreeSet::from([*class]))).collect();
        let mut optional = BTreeSet::new();
        for change in &self.later {
            match change {
                Change::Add { photo, class } => {
                    classes.entry(photo).or_default().insert(*class);
                    optional.insert(photo.as_str());
                }
                Change::Move { photo, class } => {
                    classes.entry(photo).or_default().insert(*class);
                }
                Change::Remove { photo } => {
                    optional.insert(photo);
                }
                Change::Rename { class, name } => {
                    names[*class].insert(name);
                }
            }
        }
        for wanted in &names {
            if !found.classes.iter().any(|name| wanted.contains(name.as_str())) {
                broken.push(format!("no class is named {wanted:?}: {:?}", found.classes));
            }
        }
        for (photo, wanted) in &classes {
            let Some(class) = found.photos.get(*photo) else {
                if !optional.contains(photo) {
                    broken.push(format!("{photo} is missing"));
                }
                continue;
            };
            let name = found.classes.get(*class).map_or("", String::as_str);
            if !wanted.iter().any(|class| names[*class].contains(name)) {
                broken.push(format!("{photo} is in {name:?} and not in class {wanted:?} of {names:?}"));
            }
        }
        let strangers = found.photos.keys().filter(|photo| !classes.contains_key(photo.as_str()));
        broken.extend(strangers.map(|photo| format!("{photo} is there and was removed, or never added")));
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(classes: &[&str], photos: &[(&str, usize)]) -> Project {
        Project {
            classes: classes.iter().map(|name| (*name).to_owned()).collect(),
            photos: photos.iter().map(|(name, class)| ((*name).to_owned(), *class)).collect(),
        }
    }

    fn add(photo: &str, class: usize) -> Change {
        Change::Add { photo: photo.to_owned(), class }
    }

    #[test]
    fn what_was_promised_must_be_there_and_what_was_not_may_be() {
        let mut log = Log::new(project(&["a", "b"], &[("1", 0)]));
        log.push(add("2", 1));
        log.promise();
        log.push(add("3", 1));
        log.push(Change::Rename { class: 1, name: "c".to_owned() });
        log.push(Change::Move { photo: "1".to_owned(), class: 1 });
        log.push(Change::Remove { photo: "2".to_owned() });
        let kept = [
            project(&["a", "b"], &[("1", 0), ("2", 1)]),
            project(&["a", "c"], &[("1", 1), ("2", 1), ("3", 1)]),
            log.now(),
        ];
        for found in kept {
            assert_eq!(log.broken_by(&found), [""; 0], "{found:?}");
        }
        let lost = [
            // A photo that was promised, in another class, without its class, and one that nobody added.
            project(&["a", "b"], &[("2", 1)]),
            project(&["a", "b"], &[("1", 0), ("2", 0)]),
            project(&["a", "x"], &[("1", 0)]),
            project(&["a", "b"], &[("1", 0), ("2", 1), ("4", 1)]),
        ];
        for found in lost {
            assert_eq!(log.broken_by(&found).len(), 1, "{found:?}");
        }
    }

    #[test]
    fn what_was_removed_does_not_come_back() {
        let mut log = Log::new(project(&["a"], &[("1", 0), ("2", 0)]));
        log.push(Change::Remove { photo: "2".to_owned() });
        log.promise();
        assert_eq!(log.now(), project(&["a"], &[("1", 0)]));
        assert_eq!(log.broken_by(&project(&["a"], &[("1", 0), ("2", 0)])).len(), 1);
    }
}
