use std::io::{Cursor, Write};

use headstart_protocol::{
    InputSize, PROJECT_VERSION, ProjectClass, ProjectManifest, ProjectPhoto, TrainingSettings, Unzipped,
};
use proptest::prelude::*;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;

fn project() -> ProjectManifest {
    let class = |id, name: &str| ProjectClass { id, name: name.into(), on: true };
    let photo = |id, class, name: &str| ProjectPhoto {
        id,
        class,
        name: name.into(),
        burst: (id == 2).then_some(u64::MAX),
        path: format!("photos/{id}"),
    };
    ProjectManifest {
        version: PROJECT_VERSION,
        size: InputSize::S224,
        classes: vec![class(1, "Katze"), class(4, "犬")],
        photos: vec![photo(1, 1, "a.jpg"), photo(2, 4, "b.heic")],
        settings: TrainingSettings { learning_rate: Some(0.1 + 0.2), ..TrainingSettings::default() },
    }
}

fn written(manifest: &ProjectManifest, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ArchiveWriter::default();
    let mut zip = Vec::new();
    for (path, bytes) in files {
        zip.extend(writer.add(path, bytes).unwrap());
    }
    zip.extend(writer.finish(manifest).unwrap());
    zip
}

fn read(zip: Vec<u8>) -> Result<(Vec<ArchivedFile>, Unzipped), ArchiveError> {
    let mut reader = ArchiveReader::open(zip)?;
    let mut files = Vec::new();
    while let Some(file) = reader.next_file()? {
        files.push(file);
    }
    Ok((files, reader.finish()))
}

/// A zip as another program writes it.
fn foreign(deflated: bool, files: &[(&str, &[u8])]) -> Vec<u8> {
    let method = if deflated { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(*path, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_project_comes_back_as_it_was() {
    // Photos are found by the manifest, whatever their names.
    let files: [(&str, &[u8]); 3] = [("photos/1", b"one"), ("photos/2", b""), ("head.safetensors", b"head")];
    let (found, unzipped) = read(written(&project(), &files)).unwrap();
    let found: Vec<_> = found.iter().map(|file| (file.path.as_str(), &file.bytes[..])).collect();
    assert_eq!(found, files);
    assert_eq!(unzipped, Unzipped { project: Some(project()), files: 3, passed_over: 0 });
}

#[test]
fn parts_are_handed_on_as_they_come() {
    let mut writer = ArchiveWriter::default();
    for index in 0..20 {
        let part = writer.add(&format!("{index}.jpg"), &[7; 10_000]).unwrap();
        assert!((10_000..10_200).contains(&part.len()), "{}", part.len());
    }
    assert!(matches!(writer.add("3.jpg", b"again"), Err(ArchiveError::Write(_))));
}

#[test]
fn any_zip_of_pictures_is_read_and_litter_is_passed_over() {
    let files: [(&str, &[u8]); 8] = [
        ("cats/1.JPG", &[1; 5000]),
        ("cats/notes.txt", b"no"),
        ("__MACOSX/cats/._1.jpg", b"no"),
        ("cats/.hidden.png", b"no"),
        ("cats/.thumbnails/2.png", b"no"),
        ("cats/jpg", b"no"),
        ("4.webp", b"two"),
        ("video.mp4", b"no"),
    ];
    for deflated in [false, true] {
        let (found, unzipped) = read(foreign(deflated, &files)).unwrap();
        assert_eq!(found.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["cats/1.JPG", "4.webp"]);
        assert_eq!(found[0].bytes, [1; 5000]);
        assert_eq!(unzipped, Unzipped { project: None, files: 2, passed_over: 3 });
    }
}

#[test]
fn what_is_no_zip_is_said() {
    for bytes in [&b""[..], b"hello", b"PK\x03\x04", &[0; 1000]] {
        assert_eq!(read(bytes.to_vec()).err(), Some(ArchiveError::NotAZip), "{bytes:?}");
    }
    let whole = written(&project(), &[("photos/1", &[5; 3000]), ("photos/2", b"x")]);
    for keep in [whole.len() - 1, whole.len() / 2, 40] {
        assert_eq!(read(whole[..keep].to_vec()).err(), Some(ArchiveError::NotAZip), "{keep}");
    }
    let mut flipped = whole;
    flipped[100] ^= 1;
    assert!(matches!(read(flipped), Err(ArchiveError::Damaged(_))));
}

#[test]
fn a_project_that_does_not_fit_together_is_refused_before_any_photo() {
    let both: [(&str, &[u8]); 2] = [("photos/1", b"one"), ("photos/2", b"two")];
    let newer = ProjectManifest { version: PROJECT_VERSION + 1, ..project() };
    let error = ArchiveError::Newer { found: PROJECT_VERSION + 1, expected: PROJECT_VERSION };
    assert_eq!(ArchiveReader::open(written(&newer, &both)).err(), Some(error));
    let missing = ArchiveReader::open(written(&project(), &both[..1])).err();
    assert_eq!(missing, Some(ArchiveError::PhotoMissing { name: "b.heic".into() }));
    // Later versions may look quite different.
    let other = foreign(true, &[(MANIFEST, br#"{"version":9,"classes":7}"#)]);
    assert!(matches!(ArchiveReader::open(other), Err(ArchiveError::Newer { found: 9, .. })));
    for json in [&b"{}"[..], b"[]", b"\xff", br#"{"version":1}"#] {
        assert!(matches!(ArchiveReader::open(foreign(false, &[(MANIFEST, json)])), Err(ArchiveError::Project(_))));
    }
    let broken: [fn(&mut ProjectManifest); 5] = [
        |project| project.photos[0].class = 9,
        |project| project.photos[0].id = 2,
        |project| project.classes[0].id = 4,
        |project| project.classes[0].name = " ".into(),
        |project| project.classes[0].name = "犬".into(),
    ];
    for break_it in broken {
        let mut manifest = project();
        break_it(&mut manifest);
        let error = ArchiveReader::open(written(&manifest, &both)).err();
        assert!(error.as_ref().is_some_and(ArchiveError::is_of_project), "{error:?}");
    }
}

#[test]
fn absurd_sizes_are_refused() {
    let large = vec![0; (64 << 20) + 1];
    let error = read(foreign(true, &[("bomb.png", &large), ("fine.png", b"x")])).err();
    assert_eq!(error, Some(ArchiveError::FileTooLarge { path: "bomb.png".into(), limit: 64 }));
    // The same with a header that lies: both lengths of the central directory say one byte.
    let mut lying = foreign(true, &[("bomb.png", &large)]);
    let length = (large.len() as u32).to_le_bytes();
    while let Some(at) = lying.windows(4).position(|window| window == length) {
        lying[at..at + 4].copy_from_slice(&1u32.to_le_bytes());
    }
    assert!(read(lying).is_err());
    // What is not handed over may be as large as it likes.
    assert!(read(foreign(true, &[("film.mp4", &large)])).is_ok());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(mut flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut zip = written(&project(), &[("photos/1", b"one"), ("photos/2", b"two")]);
        for (at, value) in flips.drain(..) {
            let at = at.index(zip.len());
            zip[at] = value;
        }
        let _ = read(zip);
    }
}
