//! Zips that somebody damaged, or made to do harm.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use headstart_protocol::{LeftOut, LeftOutReason, ProjectManifest, Unzipped};
use proptest::prelude::*;

use super::{foreign, open, project, read, written};
use crate::{ArchiveError, ArchiveReader, MANIFEST};

/// The files that could not be read, with their reasons.
fn left_out(zip: Vec<u8>) -> Vec<(String, LeftOutReason)> {
    let (_, _, went) = read(zip).unwrap();
    assert_eq!(went.left_out_count as usize, went.left_out.len());
    went.left_out.into_iter().map(|file| (file.name, file.reason)).collect()
}

fn left(name: &str, reason: LeftOutReason) -> Vec<(String, LeftOutReason)> {
    vec![(name.to_owned(), reason)]
}

#[test]
fn a_file_that_cannot_be_read_costs_itself_alone_and_is_named() {
    let both: [(&str, &[u8]); 2] = [("photos/1", &[5; 3000]), ("photos/2", b"two")];
    // A photo that is not there, and one that is damaged.
    assert_eq!(left_out(written(&project(), &both[..1])), left("b.heic", LeftOutReason::Missing));
    let mut flipped = written(&project(), &both);
    flipped[100] ^= 1;
    let (found, manifest, went) = read(flipped.clone()).unwrap();
    assert_eq!((found.len(), went.files), (1, 1));
    assert_eq!(manifest, Some(project()));
    assert_eq!(left_out(flipped), left("a.jpg", LeftOutReason::Damaged));
    // Encrypted: the first bit of both headers' flags.
    let mut locked = foreign(false, &[("a.jpg", b"one"), ("b.jpg", b"two")]);
    let central = locked.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    locked[6] |= 1;
    locked[central + 8] |= 1;
    assert_eq!(left_out(locked), left("a.jpg", LeftOutReason::Encrypted));
    // Compressed as nothing here is: method 99.
    let mut rare = foreign(false, &[("a.jpg", b"one"), ("b.jpg", b"two")]);
    (rare[8], rare[central + 10]) = (97, 97);
    assert_eq!(left_out(rare), left("a.jpg", LeftOutReason::Unsupported { method: 97 }));
}

#[test]
fn a_project_without_a_single_photo_is_refused_and_one_that_never_had_any_is_not() {
    let error = read(written(&project(), &[("head.safetensors", b"head")])).err();
    let first = LeftOut { name: "a.jpg".into(), reason: LeftOutReason::Missing };
    assert_eq!(error, Some(ArchiveError::NoPhoto { photos: 2, first }));
    let empty = ProjectManifest { photos: Vec::new(), ..project() };
    assert_eq!(read(written(&empty, &[])).unwrap().1, Some(empty));
}

#[test]
fn paths_that_lead_elsewhere_lose_the_parts_that_do() {
    for (name, path) in [
        ("../../a.jpg", "a.jpg"),
        ("/etc/a.png", "etc/a.png"),
        ("C:\\a.jpg", "a.jpg"),
        ("a/..\\b.jpg", "a/b.jpg"),
        ("./cat/a.jpg", "cat/a.jpg"),
        ("cat\\a.jpg", "cat/a.jpg"),
    ] {
        let (found, _, went) = read(foreign(false, &[(name, b"one"), ("fine.jpg", b"yes")])).unwrap();
        assert_eq!(found.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), [path, "fine.jpg"], "{name}");
        assert_eq!(went, Unzipped { files: 2, ..Unzipped::default() });
    }
    let long = format!("{}.jpg", "x".repeat(1000));
    for name in ["a\u{1}.jpg", &long] {
        let found = left_out(foreign(false, &[(name, b"no"), ("fine.jpg", b"yes")]));
        assert_eq!(found.iter().map(|file| file.1).collect::<Vec<_>>(), [LeftOutReason::BadName], "{name:?}");
    }
}

#[test]
fn a_project_whose_files_share_a_path_is_refused() {
    // The writers here refuse it themselves: `photos/1` becomes `photos/2`.
    let mut twice = written(&project(), &[("photos/1", b"one"), ("photos/2", b"two")]);
    while let Some(at) = twice.windows(8).position(|window| window == b"photos/1") {
        twice[at + 7] = b'2';
    }
    assert!(matches!(open(twice), Err(ArchiveError::Project(_))));
}

#[test]
fn absurd_sizes_cost_their_files() {
    let large = vec![0; (64 << 20) + 1];
    let zip = foreign(true, &[("bomb.png", &large), ("fine.png", b"x")]);
    assert_eq!(left_out(zip), left("bomb.png", LeftOutReason::TooLarge));
    assert_eq!(left_out(foreign(true, &[("bomb.png", &large[..2 << 20])])), left("bomb.png", LeftOutReason::Bomb));
    // Small ones may be what they like: a picture of one colour.
    assert_eq!(left_out(foreign(true, &[("blank.bmp", &large[..1 << 20])])), []);
    // The same with a header that lies: both lengths of the central directory say one byte.
    let mut lying = foreign(true, &[("bomb.png", &large)]);
    let length = (large.len() as u32).to_le_bytes();
    while let Some(at) = lying.windows(4).position(|window| window == length) {
        lying[at..at + 4].copy_from_slice(&1u32.to_le_bytes());
    }
    assert_eq!(left_out(lying), left("bomb.png", LeftOutReason::Damaged));
    // What is not handed over may be as large as it likes.
    assert_eq!(left_out(foreign(true, &[("film.mp4", &large)])), []);
    // A manifest is no exception.
    let spaces = vec![b' '; (16 << 20) + 1];
    assert!(matches!(open(foreign(true, &[(MANIFEST, &spaces)])), Err(ArchiveError::Project(_))));
}

#[test]
fn files_that_share_bytes_are_read_once() {
    let names: Vec<String> = (0..50).map(|number| format!("{number:02}.bmp")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &[7; 2000][..])).collect();
    let mut zip = foreign(true, &files);
    // All entries of the directory point to the first file.
    let directory = zip.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    for at in directory..zip.len() - 46 {
        if zip[at..].starts_with(b"PK\x01\x02") {
            zip[at + 42..at + 46].fill(0);
        }
    }
    let (found, _, went) = read(zip).unwrap();
    assert_eq!((found.len(), went.left_out_count), (1, 49));
    assert_eq!(went.left_out.len(), Unzipped::NAMED);
}

/// A file that was taken away while it is read.
struct Gone(Cursor<Vec<u8>>, u32);

impl Read for Gone {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = self.1.checked_sub(1).ok_or_else(|| io::Error::other("no such file"))?;
        self.0.read(buffer)
    }
}

impl Seek for Gone {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_zip_that_is_taken_away_is_no_damaged_one() {
    let zip = foreign(false, &[("a.jpg", b"one"), ("b.jpg", b"two")]);
    let gone = Some(ArchiveError::Source("no such file".into()));
    assert_eq!(ArchiveReader::open(Gone(Cursor::new(zip.clone()), 0)).err(), gone);
    let mut found = Vec::new();
    for reads in 0..200 {
        let read = ArchiveReader::open(Gone(Cursor::new(zip.clone()), reads)).and_then(|mut reader| {
            while reader.next_entry()?.is_some() {}
            Ok(reader.finish())
        });
        match read {
            Err(error) => assert_eq!(Some(error), gone),
            Ok(went) => found.push((went.files, went.left_out_count)),
        }
    }
    assert!(!found.is_empty() && found.iter().all(|files| *files == (2, 0)), "{found:?}");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(mut flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut zip = written(&project(), &[("photos/1", b"one"), ("photos/2", b"two")]);
        for (at, value) in flips.drain(..) {
            let at = at.index(zip.len());
            zip[at] = value;
        }
        if let Ok((found, _, went)) = read(zip) {
            prop_assert_eq!(found.len(), went.files as usize);
            prop_assert!(went.left_out.len() <= went.left_out_count as usize);
        }
    }
}
