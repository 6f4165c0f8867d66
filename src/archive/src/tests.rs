mod hostile;
mod large;
mod people;

use std::io::{Cursor, Write};

use headstart_protocol::{
    HeadKind, InputSize, MOST_PHOTOS, OptimizerKind, PROJECT_VERSION, Part, ProjectClass, ProjectManifest,
    ProjectPhoto, TrainingSettings, Unzipped, Validation, ZipContents,
};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;

fn project() -> ProjectManifest {
    let class = |id, name: &str| ProjectClass { id, name: name.into(), on: true };
    let photo = |id, class, name: &str| ProjectPhoto {
        id,
        class,
        name: name.into(),
        burst: (id == 2).then_some(u64::MAX),
        part: (id == 2).then_some(Part::Test),
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

type Taken = (Vec<ArchivedFile>, Option<ProjectManifest>, Unzipped);

fn read(zip: Vec<u8>) -> Result<Taken, ArchiveError> {
    let mut reader = ArchiveReader::open(Cursor::new(zip))?;
    let ZipContents { project, .. } = reader.contents();
    let mut files = Vec::new();
    while let Some(entry) = reader.next_entry()? {
        if let Entry::File(file) = entry {
            files.push(file);
        }
    }
    Ok((files, project, reader.finish()))
}

fn open(zip: Vec<u8>) -> Result<ArchiveReader<Cursor<Vec<u8>>>, ArchiveError> {
    ArchiveReader::open(Cursor::new(zip))
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
    let (found, manifest, went) = read(written(&project(), &files)).unwrap();
    let found: Vec<_> = found.iter().map(|file| (file.path.as_str(), &file.bytes[..])).collect();
    assert_eq!(found, files);
    assert_eq!(manifest, Some(project()));
    assert_eq!(went, Unzipped { files: 3, ..Unzipped::default() });
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
        let (found, manifest, went) = read(foreign(deflated, &files)).unwrap();
        assert_eq!(found.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["cats/1.JPG", "4.webp"]);
        assert_eq!(found[0].bytes, [1; 5000]);
        // Where they are not compressed, they can be taken from the zip itself.
        let zip = foreign(deflated, &files);
        let within = found[0].start.map(|start| &zip[start as usize..][..5000]);
        assert_eq!(within, (!deflated).then_some(&[1; 5000][..]));
        assert_eq!(manifest, None);
        assert_eq!(went, Unzipped { files: 2, passed_over: 3, ..Unzipped::default() });
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
}

#[test]
fn a_project_that_does_not_fit_together_is_refused_before_any_photo() {
    let both: [(&str, &[u8]); 2] = [("photos/1", b"one"), ("photos/2", b"two")];
    let newer = ProjectManifest { version: PROJECT_VERSION + 1, ..project() };
    let error = ArchiveError::Newer { found: PROJECT_VERSION + 1, expected: PROJECT_VERSION };
    assert_eq!(open(written(&newer, &both)).err(), Some(error));
    // Later versions may look quite different.
    let other = foreign(true, &[(MANIFEST, br#"{"version":9,"classes":7}"#)]);
    assert!(matches!(open(other), Err(ArchiveError::Newer { found: 9, .. })));
    for json in [&b"{}"[..], b"[]", b"\xff", br#"{"version":1}"#, br#"{"version":0}"#] {
        assert!(matches!(open(foreign(false, &[(MANIFEST, json)])), Err(ArchiveError::Project(_))));
    }
    let broken: [fn(&mut ProjectManifest); 19] = [
        |project| project.photos[0].class = 9,
        |project| project.photos[0].id = 2,
        |project| project.classes[0].id = 4,
        |project| project.classes[0].name = " ".into(),
        |project| project.classes[0].name = "犬".into(),
        |project| project.classes[0].name = "x".repeat(61),
        |project| project.photos[0].name = "x".repeat(1001),
        |project| project.photos[0].path = "photos/2".into(),
        // The same, however it is written.
        |project| project.photos[0].path = "./photos//2".into(),
        |project| {
            project.photos[0].path = "photos/e\u{301}".into();
            project.photos[1].path = "photos/é".into();
        },
        |project| project.photos[0].path = "./project.json".into(),
        |project| project.photos[0].path = "../1".into(),
        |project| project.photos[0].path = MANIFEST.into(),
        |project| project.photos[0].id = u32::MAX,
        |project| project.settings.views = u32::MAX,
        |project| project.settings.epochs = Some(0),
        |project| project.settings.validation = Validation::HoldOut(1.0),
        |project| project.classes = (0..1001).map(|id| ProjectClass { id, name: id.to_string(), on: true }).collect(),
        |project| {
            let photo = |id| ProjectPhoto { id, path: id.to_string(), ..project.photos[0].clone() };
            project.photos = (0..=MOST_PHOTOS as u32).map(photo).collect();
        },
    ];
    for break_it in broken {
        let mut manifest = project();
        break_it(&mut manifest);
        let error = open(written(&manifest, &both)).err();
        assert!(error.as_ref().is_some_and(ArchiveError::is_of_project), "{error:?}");
    }
}

/// `project.json` as the first release wrote it.
#[test]
fn a_project_of_the_first_version_opens() {
    let json = br#"{
      "version": 1,
      "size": "S150",
      "classes": [{ "id": 1, "name": "cat", "on": true }, { "id": 2, "name": "dog", "on": false }],
      "photos": [
        { "id": 3, "class": 1, "name": "tom.jpg", "burst": null, "path": "photos/cat/3-tom.jpg" },
        { "id": 5, "class": 2, "name": "camera", "burst": 9007199254740993, "path": "photos/dog/5-camera.jpg" }
      ],
      "settings": {
        "head": "Hidden", "optimizer": "RmsProp", "epochs": 40, "batch": null, "learning_rate": 0.002, "dropout": 0.25,
        "c": null, "patience": 12, "balance": false, "validation": { "HoldOut": 0.2 }, "views": 2, "seed": 7
      }
    }"#;
    let files: [(&str, &[u8]); 3] =
        [("photos/cat/3-tom.jpg", b"tom"), ("photos/dog/5-camera.jpg", b"rex"), (MANIFEST, json)];
    let (found, manifest, went) = read(foreign(false, &files)).unwrap();
    assert_eq!((found.len(), went.files, went.left_out_count), (2, 2, 0));
    let manifest = manifest.unwrap();
    let class = |id, name: &str, on| ProjectClass { id, name: name.into(), on };
    assert_eq!(manifest.classes, [class(1, "cat", true), class(2, "dog", false)]);
    assert_eq!((manifest.version, manifest.size, manifest.photos.len()), (1, InputSize::S150, 2));
    assert_eq!(manifest.photos[1].burst, Some(9_007_199_254_740_993));
    let settings = TrainingSettings {
        head: HeadKind::Hidden,
        optimizer: OptimizerKind::RmsProp,
        epochs: Some(40),
        batch: None,
        learning_rate: Some(0.002),
        dropout: 0.25,
        c: None,
        patience: 12,
        balance: false,
        validation: Validation::HoldOut(0.2),
        views: 2,
        seed: 7,
    };
    assert_eq!(manifest.settings, settings);
}
