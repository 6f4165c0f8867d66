//! Damaged zips, and sound zips with damaged projects in them.
#![cfg(test)]

use std::io::{Cursor, Write};

use headstart_archive::{ArchiveReader, ArchiveWriter, Entry, MANIFEST};
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

/// One as other programs do, around a manifest of any text.
fn others(manifest: &[u8], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (path, bytes) in [("p/3", &[1; 900][..]), ("p/4", b"four"), ("cats/a.jpg", b"more"), (MANIFEST, manifest)] {
        zip.start_file(path, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
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
    let seeds = vec![ours(), others(&json, CompressionMethod::Deflated), others(&json, CompressionMethod::Stored)];
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
