//! The models that ship, and what their index says of them.

use std::fs;
use std::path::Path;

use headstart_weights::head::HeadFile;
use headstart_weights::index::{FILE_NAME, Index};

#[test]
fn the_index_names_the_files_as_they_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/models");
    let shipped = |file: &str| fs::read(folder.join(file)).unwrap();
    let json = shipped(FILE_NAME);
    let index = Index::from_json(&json).unwrap();
    for entry in index.files() {
        assert_eq!(entry.verify(&shipped(&entry.file)), Ok(()), "{}", entry.file);
    }
    let mut again = index.clone();
    for head in index.heads.iter().chain(&index.tuned) {
        let file = HeadFile::from_bytes(&shipped(&head.entry.file)).unwrap();
        again.add_head(head.entry.clone(), &file.manifest).unwrap();
    }
    assert_eq!(String::from_utf8(again.to_json().unwrap()), String::from_utf8(json));
}
