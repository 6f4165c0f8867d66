//! Damaged zips, and sound zips with damaged projects in them.
#![cfg(test)]

use std::io::{Cursor, Write};

use headstart_archive::{ArchiveReader, ArchiveWriter, Entry, MANIFEST, folder_of_zip, places};
use headstart_fuzz::{ChaCha8Rng, Fuzz, PeakAlloc, Rng, mutate};
use headstart_protocol::{
    InputSize, MOST_CLASSES, MOST_PHOTOS, PROJECT_VERSION, Part, ProjectClass, ProjectManifest, ProjectPhoto,
    TrainingSettings, Validation,
};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn project() -> ProjectManifest {
    let photo = |id: u32| ProjectPhoto {
        id,
        class: 1 + id % 2,
        name: format!("{id}.jpg"),
        burst: None,
        part: (id == 4).then_some(Part::Validation),
        path: format!("p/{id}"),
    };
    ProjectManifest {
        version: PROJECT_VERSION,
        size: InputSize::S150,
        classes: ["Katze", "犬"]
            .into_iter()
            .zip(1..)
            .map(|(name, id)| ProjectClass { id, name: name.into(), on: true })
            .collect(),
        photos: (3..6).map(photo).collect(),
        settings: TrainingSettings {
            learning_rate: Some(0.01),
            epochs: Some(20),
            validation: Validation::HoldOut(0.2),
            ..TrainingSettings::default()
        },
    }
}

/// A project as the page writes it.
fn ours() -> Vec<u8> {
    let mut writer = ArchiveWriter::default();
    let mut zip = Vec::new();
    for photo in &project().photos {
        zip.extend(writer.add(&photo.path, &[7; 500]).unwrap());
    }
    zip.extend(writer.finish(&project()).unwrap());
    zip
}

/// One as other programs do.
fn foreign(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (path, bytes) in files {
        zip.start_file(*path, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The same around a manifest of any text.
fn others(manifest: &[u8], method: CompressionMethod) -> Vec<u8> {
    let files: [(&str, &[u8]); 4] =
        [("p/3", &[1; 900]), ("p/4", b"four"), ("cats/a.jpg", b"more"), (MANIFEST, manifest)];
    foreign(&files, method)
}

/// Zips as people have them: with zips in them, entries of one name, names in old code pages, and several manifests in
/// folders.
fn of_people() -> Vec<Vec<u8>> {
    let json = serde_json::to_vec(&project()).unwrap();
    let photo: &[u8] = b"\xff\xd8\xff\xe0 and so on";
    let cats = |method| foreign(&[("images/0.jpg", photo), ("1", photo), ("notes.txt", b"no")], method);
    let renamed = |mut zip: Vec<u8>, from: &[u8], to: &[u8]| {
        while let Some(at) = zip.windows(from.len()).position(|window| window == from) {
            zip[at..at + to.len()].copy_from_slice(to);
        }
        zip
    };
    let mut all = Vec::new();
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let (inner, ours) = (cats(method), ours());
        all.push(foreign(&[("Cats.zip", &inner), ("x/train.zip", &inner), ("dog/2.jpg", photo)], method));
        all.push(foreign(&[("project.zip", &ours)], method));
        let nested: [(&str, &[u8]); 5] = [
            ("web/project.json", br#"{"version":3,"name":"other"}"#),
            ("my/project.json", &json),
            ("my/p/3", photo),
            ("my/p/5", b"five"),
            ("my/old.zip", &inner),
        ];
        all.push(foreign(&nested, method));
        let twins = foreign(&[("cat/a.jpg", photo), ("cat/b.jpg", b"another"), ("cat/c.jpg", b"more")], method);
        all.push(renamed(renamed(twins, b"cat/b.jpg", b"cat/a.jpg"), b"cat/c.jpg", b"cat/a.jpg"));
        let japanese = foreign(&[("xx/0.jpg", photo), ("yy/0.jpg", b"two"), ("yy/1", photo)], method);
        all.push(renamed(renamed(japanese, b"xx/", b"\x94L/"), b"yy/", b"\x8c\xa2/"));
    }
    all
}

fn made(random: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    if random.random() {
        return mutate(random, seeds);
    }
    let json = serde_json::to_vec(&project()).unwrap();
    others(&mutate(random, &[json]), CompressionMethod::Deflated)
}

#[test]
fn a_damaged_zip_is_read_within_its_limits_or_refused() {
    let json = serde_json::to_vec(&project()).unwrap();
    let mut seeds = vec![ours(), others(&json, CompressionMethod::Deflated), others(&json, CompressionMethod::Stored)];
    seeds.extend(of_people());
    // A file may be 1 MiB however small it is packed, and 200 times as large as it is packed beyond that.
    let fuzz = Fuzz::new("zips", env!("CARGO_TARGET_TMPDIR"), seeds).made_by(made).count(4_000).memory(4 << 20, 200);
    fuzz.run(|bytes| {
        let Ok(mut reader) = ArchiveReader::open(Cursor::new(bytes)) else { return false };
        if let Some(project) = reader.contents().project {
            assert!(project.settings.check().is_ok());
            assert!(project.classes.len() <= MOST_CLASSES && project.photos.len() <= MOST_PHOTOS);
        }
        let mut read = 0;
        while let Ok(Some(entry)) = reader.next_entry() {
            if let Entry::File(file) = entry {
                read += 1;
                assert!(!file.path.split(['/', '\\']).any(|part| part == ".."), "{}", file.path);
                if let Some(start) = file.start {
                    assert_eq!(bytes[start as usize..][..file.bytes.len()], file.bytes);
                }
            }
        }
        assert_eq!(reader.finish().files, read);
        read > 0
    });
}

/// One path a line.
#[test]
fn any_paths_have_their_places() {
    let deep = |part: &str| format!("{}cat/1.jpg\n{part}/cat/2.jpg\n", format!("{part}/").repeat(200));
    let seeds = [
        "pets/train/cat/1.jpg\npets/train/dog/2.jpg\npets/val/cat/3.jpg\npets/val/dog/4.jpg".to_owned(),
        "seg_train/seg_train/cat/1.jpg\nseg_test/seg_test/cat/2.jpg\nseg_test/seg_test/2023/3.jpg".to_owned(),
        "C:\\pets\\Cafe\u{301}\\1.jpg\n../pets/CAF\u{c9}/2.jpg\npets/100APPLE/\u{200b}/3.jpg\n4.jpg".to_owned(),
        "manifest/Class 1-!-0.jpg\nimages/cat/1.jpg\nimages/dog/2.jpg\ndocs/fig/3.jpg\n\n1/2/3.jpg".to_owned(),
        (0..10).map(|_| deep("train") + &deep("val")).collect(),
    ];
    let seeds = seeds.map(String::into_bytes).to_vec();
    let fuzz = Fuzz::new("places", env!("CARGO_TARGET_TMPDIR"), seeds).memory(1 << 20, 200);
    fuzz.run(|bytes| {
        let text = String::from_utf8_lossy(bytes);
        let paths: Vec<&str> = text.lines().collect();
        let places = places(&paths);
        assert_eq!(places.len(), paths.len());
        for (place, path) in places.iter().zip(&paths) {
            let class = place.class.as_deref();
            assert!(class.is_none_or(|class| !class.trim().is_empty()), "{path:?}");
            let is_loose = !path.contains(['/', '\\']) && !path.contains("-!-");
            assert!(!is_loose || (class.is_none() && place.part.is_none()), "{path:?}");
        }
        let folder = folder_of_zip("cats.zip", paths.iter().copied());
        assert!(folder.is_none_or(|folder| folder == "cats"));
        places.iter().any(|place| place.class.is_some())
    });
}
