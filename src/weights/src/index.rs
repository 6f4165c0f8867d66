//! The index of models: which base and heads a folder holds. The page's worker reads it before it fetches anything.

use serde::{Deserialize, Serialize};

use crate::{WeightsError, hash::sha256_hex, head::HeadManifest, reader::looks_like_a_web_page, vgg16::Unfrozen};

/// The index's file name, beside the files that it names.
pub const FILE_NAME: &str = "index.json";

/// The models in a folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// The base's weight file.
    pub base: FileEntry,
    /// The heads that were trained on it.
    pub heads: Vec<HeadEntry>,
    /// The head whose blocks of the base were trained with it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuned: Option<HeadEntry>,
    /// The CNN trained from scratch, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scratch: Option<FileEntry>,
    /// What is on record of the models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordEntry>,
}

/// A file with figures of a model, as the command line printed them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordEntry {
    /// Its file.
    #[serde(flatten)]
    pub entry: FileEntry,
    /// What it tells.
    pub kind: RecordKind,
}

/// What a record tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKind {
    /// Training of the head: what `headstart train --json` prints.
    TransferTraining,
    /// Training of the head together with blocks of the base: the same.
    TunedTraining,
    /// Training of the CNN: the same.
    ScratchTraining,
    /// The head on test photos: what `headstart evaluate --json` prints.
    TransferTest,
    /// The head with blocks of the base trained with it, on test photos: the same.
    TunedTest,
    /// The CNN on test photos: the same.
    ScratchTest,
    /// Both with few photos: what `headstart learning-curve --json` prints.
    LearningCurve,
}

/// A file and how to know that it is the right one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its name in the index's folder.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// A head and what it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadEntry {
    /// Its file.
    #[serde(flatten)]
    pub entry: FileEntry,
    /// The side of the square pictures that it was trained at.
    pub size: usize,
    /// The names of its classes.
    pub classes: Vec<String>,
    /// Photos that it was trained on; 0 in an index of an earlier release, which does not say.
    #[serde(default)]
    pub trained_on: usize,
    /// The blocks of the base that were trained with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfrozen: Option<Unfrozen>,
}

impl FileEntry {
    /// The entry of a file with the name `file` and the content `content`.
    #[must_use]
    pub fn of(file: &str, content: &[u8]) -> Self {
        Self { file: file.to_owned(), bytes: content.len() as u64, sha256: sha256_hex(content) }
    }

    /// Checks that `content` is the file of this entry.
    ///
    /// # Errors
    ///
    /// A web page, a file that is too short, or another file.
    pub fn verify(&self, content: &[u8]) -> Result<(), WeightsError> {
        let found = content.len() as u64;
        if looks_like_a_web_page(content) {
            Err(WeightsError::WebPage)
        } else if found < self.bytes {
            Err(WeightsError::Truncated { found, expected: self.bytes })
        } else if found != self.bytes || sha256_hex(content) != self.sha256 {
            Err(WeightsError::Entry { file: self.file.clone() })
        } else {
            Ok(())
        }
    }
}

impl Index {
    /// An index of a base without heads.
    #[must_use]
    pub fn new(base: FileEntry) -> Self {
        Self { base, heads: Vec::new(), tuned: None, scratch: None, records: Vec::new() }
    }

    /// All files that it names.
    pub fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let records = self.records.iter().map(|record| &record.entry);
        let heads = self.heads.iter().chain(&self.tuned).map(|head| &head.entry);
        [&self.base].into_iter().chain(heads).chain(&self.scratch).chain(records)
    }

    /// Names a record, in the place of one of the same kind.
    pub fn add_record(&mut self, entry: FileEntry, kind: RecordKind) {
        self.records.retain(|record| record.kind != kind);
        self.records.push(RecordEntry { entry, kind });
        self.records.sort_by(|a, b| a.entry.file.cmp(&b.entry.file));
    }

    /// The record of that kind.
    #[must_use]
    pub fn record(&self, kind: RecordKind) -> Option<&FileEntry> {
        self.records.iter().find(|record| record.kind == kind).map(|record| &record.entry)
    }

    /// Reads an index.
    ///
    /// # Errors
    ///
    /// A web page, bytes that are no index, or a file name that leads out of the index's folder.
    pub fn from_json(json: &[u8]) -> Result<Self, WeightsError> {
        if looks_like_a_web_page(json) {
            return Err(WeightsError::WebPage);
        }
        let index: Self = serde_json::from_slice(json).map_err(|error| WeightsError::Index(error.to_string()))?;
        for FileEntry { file, .. } in index.files() {
            if file.is_empty() || file.starts_with('.') || file.contains(['/', '\\', ':']) {
                return Err(WeightsError::Index(format!("{file:?} is not the name of a file beside it")));
            }
        }
        Ok(index)
    }

    /// The index as indented JSON.
    ///
    /// # Errors
    ///
    /// None in practice: all that an index holds can be written.
    pub fn to_json(&self) -> Result<Vec<u8>, WeightsError> {
        let mut json = serde_json::to_vec_pretty(self).map_err(|error| WeightsError::Index(error.to_string()))?;
        json.push(b'\n');
        Ok(json)
    }

    /// Names another base. Heads of an earlier base are dropped, for they do not fit any more.
    pub fn set_base(&mut self, base: FileEntry) {
        if self.base.sha256 != base.sha256 {
            self.heads.clear();
            self.tuned = None;
        }
        self.base = base;
    }

    /// Adds a head, in the place of one with the same file name, ordered by size and name. One with blocks of its own stands
    /// by itself, in the place of the one before.
    ///
    /// # Errors
    ///
    /// A head that was trained on another base.
    pub fn add_head(&mut self, entry: FileEntry, manifest: &HeadManifest) -> Result<(), WeightsError> {
        if manifest.base_sha256 != self.base.sha256 {
            return Err(WeightsError::Head("it was trained on another base than the index names".to_owned()));
        }
        let HeadManifest { size, ref classes, trained_on, unfrozen, .. } = *manifest;
        let head = HeadEntry { entry, size, classes: classes.clone(), trained_on, unfrozen };
        if manifest.unfrozen.is_some() {
            self.tuned = Some(head);
            return Ok(());
        }
        self.heads.retain(|other| other.entry.file != head.entry.file);
        self.heads.push(head);
        self.heads.sort_by(|a, b| (a.size, &a.entry.file).cmp(&(b.size, &b.entry.file)));
        Ok(())
    }

    /// The first head for pictures of `size` pixels a side.
    #[must_use]
    pub fn head(&self, size: usize) -> Option<&HeadEntry> {
        self.heads.iter().find(|head| head.size == size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::{GoldenHead, HeadArchitecture, VERSION};

    fn head_on(base: &[u8], size: usize) -> HeadManifest {
        HeadManifest {
            version: VERSION,
            classes: vec!["cat".to_owned(), "dog".to_owned()],
            size,
            features: "mean5".to_owned(),
            base_sha256: sha256_hex(base),
            architecture: HeadArchitecture::Linear,
            trained_on: 10,
            validated_on: 0,
            val_accuracy: None,
            folds: None,
            held_out_sha256: None,
            unfrozen: None,
            temperature: None,
            bank: None,
            seed: 1,
            golden: GoldenHead { input: vec![1.0], probabilities: vec![0.5, 0.5] },
        }
    }

    #[test]
    fn heads_belong_to_their_base() {
        let mut index = Index::new(FileEntry::of("base.hsw", b"one"));
        index.add_head(FileEntry::of("b.safetensors", b"b"), &head_on(b"one", 224)).unwrap();
        index.add_head(FileEntry::of("a.safetensors", b"a"), &head_on(b"one", 150)).unwrap();
        index.add_head(FileEntry::of("a.safetensors", b"aa"), &head_on(b"one", 150)).unwrap();
        assert_eq!(index.heads.len(), 2);
        assert_eq!(index.head(150).unwrap().entry.bytes, 2);
        assert_eq!(Index::from_json(&index.to_json().unwrap()), Ok(index.clone()));
        assert!(index.add_head(FileEntry::of("c", b"c"), &head_on(b"two", 150)).is_err());
        index.set_base(FileEntry::of("base.hsw", b"one"));
        assert_eq!(index.heads.len(), 2);
        index.set_base(FileEntry::of("base.hsw", b"two"));
        assert!(index.heads.is_empty());
    }

    #[test]
    fn a_head_with_blocks_of_its_own_stands_by_itself() {
        let mut index = Index::new(FileEntry::of("base.hsw", b"one"));
        index.add_head(FileEntry::of("a.safetensors", b"a"), &head_on(b"one", 150)).unwrap();
        let tuned = HeadManifest { unfrozen: Some(Unfrozen::Block5), ..head_on(b"one", 150) };
        for content in [&b"t"[..], b"tt"] {
            index.add_head(FileEntry::of("t.safetensors", content), &tuned).unwrap();
        }
        let again = Index::from_json(&index.to_json().unwrap()).unwrap();
        let [entry, frozen] = [again.tuned.unwrap(), again.heads[0].clone()];
        assert_eq!((entry.entry.bytes, entry.unfrozen), (2, Some(Unfrozen::Block5)));
        assert_eq!((again.heads.len(), frozen.entry.file.as_str(), frozen.unfrozen), (1, "a.safetensors", None));
        index.set_base(FileEntry::of("base.hsw", b"two"));
        assert_eq!(index.tuned, None);
    }

    #[test]
    fn records_are_kept_one_of_a_kind_and_old_indices_have_none() {
        let mut index = Index::new(FileEntry::of("base.hsw", b"one"));
        let plain = index.to_json().unwrap();
        assert!(!String::from_utf8_lossy(&plain).contains("records"));
        assert_eq!(Index::from_json(&plain), Ok(index.clone()));
        index.scratch = Some(FileEntry::of("scratch.hsw", b"cnn"));
        index.add_record(FileEntry::of("b.json", b"{}"), RecordKind::ScratchTest);
        index.add_record(FileEntry::of("a.json", b"[]"), RecordKind::ScratchTest);
        assert_eq!(index.record(RecordKind::ScratchTest), Some(&FileEntry::of("a.json", b"[]")));
        assert_eq!(index.record(RecordKind::TransferTest), None);
        assert_eq!(Index::from_json(&index.to_json().unwrap()), Ok(index.clone()));
        assert_eq!(index.files().count(), 3);
        index.scratch = Some(FileEntry::of("../scratch.hsw", b"cnn"));
        assert!(Index::from_json(&index.to_json().unwrap()).is_err());
    }

    #[test]
    fn only_the_named_file_passes() {
        let entry = FileEntry::of("base.hsw", b"content");
        assert_eq!(entry.verify(b"content"), Ok(()));
        assert_eq!(entry.verify(b"<html>"), Err(WeightsError::WebPage));
        assert_eq!(entry.verify(b"con"), Err(WeightsError::Truncated { found: 3, expected: 7 }));
        assert!(matches!(entry.verify(b"contend"), Err(WeightsError::Entry { .. })));
        assert!(matches!(entry.verify(b"content!"), Err(WeightsError::Entry { .. })));
    }

    #[test]
    fn names_stay_in_the_folder() {
        for name in ["../secret", "", "https://example.org/x", "a/b", ".."] {
            let index = Index::new(FileEntry::of(name, b""));
            assert!(matches!(Index::from_json(&index.to_json().unwrap()), Err(WeightsError::Index(_))), "{name}");
        }
        assert_eq!(Index::from_json(b"<!doctype html>"), Err(WeightsError::WebPage));
    }
}
