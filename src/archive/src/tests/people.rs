//! Zips as people have them: of other programs, in other code pages, of zips, and projects that were unpacked between.

use headstart_protocol::{LeftOut, LeftOutReason, MOST_PHOTOS, Part, ProjectManifest, Unzipped};

use super::{foreign, open, project, read, written};
use crate::{ArchiveError, MANIFEST, places};

const JPEG: &[u8] = b"\xff\xd8\xff\xe0 and so on";

/// `zip` with `to` in the place of every `from`, which is as long.
fn replaced(mut zip: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    while let Some(at) = zip.windows(from.len()).position(|window| window == from) {
        zip[at..at + to.len()].copy_from_slice(to);
    }
    zip
}

/// Path and bytes of each file, and how it went.
fn files(zip: Vec<u8>) -> (Vec<(String, Vec<u8>)>, Unzipped) {
    let (found, manifest, went) = read(zip).unwrap();
    assert_eq!(manifest, None);
    (found.into_iter().map(|file| (file.path, file.bytes)).collect(), went)
}

fn paths(zip: Vec<u8>) -> Vec<String> {
    files(zip).0.into_iter().map(|file| file.0).collect()
}

#[test]
fn files_of_one_name_are_all_kept() {
    let all: [(&str, &[u8]); 4] =
        [("cat/a.jpg", b"one"), ("cat/b.jpg", b"two"), ("cat/c.jpg", b"three"), ("cat/0.jpg", b"four")];
    let zip = replaced(replaced(foreign(false, &all), b"cat/b.jpg", b"cat/a.jpg"), b"cat/c.jpg", b"cat/a.jpg");
    let (mut found, went) = files(zip);
    found.sort();
    let expected = [("cat/0.jpg", "four"), ("cat/a.jpg", "one"), ("cat/a.jpg", "three"), ("cat/a.jpg", "two")];
    assert_eq!(found, expected.map(|(path, bytes)| (path.to_owned(), bytes.into())));
    assert_eq!(went, Unzipped { files: 4, ..Unzipped::default() });
}

#[test]
fn names_without_a_flag_are_read_in_their_code_page() {
    let all: [(&str, &[u8]); 3] = [("xx/0.jpg", b"one"), ("yy/0.jpg", b"two"), ("yy/1.jpg", b"three")];
    let japanese = replaced(replaced(foreign(false, &all), b"xx/", b"\x94L/"), b"yy/", b"\x8c\xa2/");
    assert_eq!(paths(japanese), ["猫/0.jpg", "犬/0.jpg", "犬/1.jpg"]);
    // UTF-8 needs no flag.
    let german = replaced(replaced(foreign(false, &all), b"xx/", "ä/".as_bytes()), b"yy/", "ß/".as_bytes());
    assert_eq!(paths(german), ["ä/0.jpg", "ß/0.jpg", "ß/1.jpg"]);
}

#[test]
fn pictures_are_found_by_their_first_bytes() {
    let all: [(&str, &[u8]); 7] = [
        ("cat/without", JPEG),
        ("cat/wrong.txt", JPEG),
        ("cat/a.jfif", b"by its name"),
        ("cat/b.TIFF", b"by its name"),
        ("cat/notes.txt", b"no picture"),
        ("cat/empty", b""),
        ("cat/film.mp4", b"\0\0\0\x18ftypmp42"),
    ];
    for deflated in [false, true] {
        let (found, went) = files(foreign(deflated, &all));
        assert_eq!(
            found.iter().map(|file| &file.0[4..]).collect::<Vec<_>>(),
            ["without", "wrong.txt", "a.jfif", "b.TIFF"]
        );
        assert_eq!((&found[0].1[..], went), (JPEG, Unzipped { files: 4, passed_over: 3, ..Unzipped::default() }));
    }
}

#[test]
fn photos_of_zips_in_a_zip_come_in_and_their_zips_name_them() {
    let cats = foreign(true, &[("0.jpg", b"one"), ("2023/1.jpg", b"two"), ("notes.txt", b"no")]);
    let birds = foreign(false, &[("owl/2.jpg", b"three"), ("finch/3.jpg", b"four")]);
    for deflated in [false, true] {
        let all: [(&str, &[u8]); 3] = [("Cats-samples.zip", &cats), ("x/birds.zip", &birds), ("dog/4.jpg", b"five")];
        let zip = foreign(deflated, &all);
        let (found, _, went) = read(zip.clone()).unwrap();
        let expected = ["Cats/0.jpg", "Cats/2023/1.jpg", "owl/2.jpg", "finch/3.jpg", "dog/4.jpg"];
        assert_eq!(found.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(went, Unzipped { files: 5, passed_over: 1, ..Unzipped::default() });
        // Where neither zip packs them, they can be taken from the outer one.
        let start = found[2].start.map(|start| &zip[start as usize..][..5]);
        assert_eq!(start, (!deflated).then_some(&b"three"[..]));
        assert_eq!(found[0].start, None);
    }
    // Parts of a data set, one zip each.
    let part = foreign(false, &[("cat/1.jpg", b"one"), ("dog/1.jpg", b"two")]);
    let found = paths(foreign(false, &[("train.zip", &part), ("val.zip", &part)]));
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, ["train/cat/1.jpg", "train/dog/1.jpg", "val/cat/1.jpg", "val/dog/1.jpg"]);
    assert_eq!(places(&found)[3].part, Some(Part::Validation));
}

#[test]
fn what_cannot_be_read_of_zips_in_a_zip_is_named() {
    let cats = foreign(false, &[("0.jpg", &[7; 500]), ("1.jpg", b"two")]);
    let at = cats.windows(500).position(|window| window == [7; 500]).unwrap();
    let mut damaged = cats.clone();
    damaged[at] = 8;
    let deep = foreign(false, &[("cats.zip", &cats), ("2.jpg", b"three")]);
    let all: [(&str, &[u8]); 4] =
        [("a.zip", &damaged), ("b.zip", b"no zip"), ("c.zip", &deep), ("d.zip", &cats[..cats.len() - 1])];
    let (found, went) = files(foreign(false, &all));
    assert_eq!(found.into_iter().map(|file| file.0).collect::<Vec<_>>(), ["a/1.jpg", "c/2.jpg"]);
    let left = |name: &str, reason| LeftOut { name: name.to_owned(), reason };
    let expected = [
        left("a.zip/0.jpg", LeftOutReason::Damaged),
        left("b.zip", LeftOutReason::Damaged),
        left("c.zip/cats.zip", LeftOutReason::Nested),
        left("d.zip", LeftOutReason::Damaged),
    ];
    assert_eq!((went.left_out, went.left_out_count), (expected.to_vec(), 4));
}

#[test]
fn limits_hold_for_all_zips_together() {
    let names: Vec<String> = (0..=MOST_PHOTOS / 2).map(|number| format!("{number}.jpg")).collect();
    let half: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let half = foreign(false, &half);
    let error = read(foreign(false, &[("a.zip", &half), ("b.zip", &half)])).err();
    assert_eq!(error, Some(ArchiveError::TooMany { limit: MOST_PHOTOS as u64 }));
}

#[test]
fn a_zip_in_a_zip_alone_is_that_zip() {
    let both: [(&str, &[u8]); 2] = [("photos/1", b"one"), ("photos/2", b"two")];
    for deflated in [false, true] {
        let zip = foreign(deflated, &[("downloads/headstart-project.zip", &written(&project(), &both))]);
        let (found, manifest, went) = read(zip).unwrap();
        assert_eq!((found.len(), manifest, went.left_out_count), (2, Some(project()), 0));
    }
    let zip = foreign(false, &[("Cats.zip", &foreign(false, &[("0.jpg", b"one")]))]);
    assert_eq!(paths(zip), ["Cats/0.jpg"]);
    // One that is none is named.
    let (found, went) = files(foreign(false, &[("Cats.zip", b"no zip")]));
    assert_eq!((found.len(), went.left_out[0].name.as_str()), (0, "Cats.zip"));
}

#[test]
fn zips_in_a_projects_zip_are_passed_over() {
    let other = foreign(false, &[("1", JPEG), ("photos/1", JPEG), ("2.jpg", JPEG), ("head.safetensors", b"another")]);
    let json = serde_json::to_vec(&project()).unwrap();
    let all: [(&str, &[u8]); 6] = [
        ("photos.zip", &other),
        ("photos/1", b"one"),
        ("photos/2", b"two"),
        ("head.safetensors", b"head"),
        (MANIFEST, &json),
        ("old/photos.tm", &other),
    ];
    for deflated in [false, true] {
        for root in ["", "my project/"] {
            let names = all.map(|(path, _)| format!("{root}{path}"));
            let all: Vec<(&str, &[u8])> =
                names.iter().zip(&all).map(|(name, (_, bytes))| (name.as_str(), *bytes)).collect();
            let (found, manifest, went) = read(foreign(deflated, &all)).unwrap();
            assert_eq!(manifest, Some(project()));
            assert_eq!(found.iter().map(|file| &file.bytes[..]).collect::<Vec<_>>(), [&b"one"[..], b"two", b"head"]);
            assert_eq!(went, Unzipped { files: 3, passed_over: 2, ..Unzipped::default() });
            // Nor are they said to be left out where the project's zip lies in a zip itself.
            let wrapped = foreign(deflated, &[("x.zip", &foreign(false, &all))]);
            assert_eq!(read(wrapped).unwrap().2, went);
        }
    }
    // A project is one for its zip's own sake: a photo that it names may be called a zip.
    let mut odd = project();
    odd.photos[0].path = "photos/1.zip".to_owned();
    let (found, ..) = read(written(&odd, &[("photos/1.zip", b"one"), ("photos/2", b"two")])).unwrap();
    assert_eq!(found.len(), 2);
}

#[test]
fn a_zip_in_a_zip_names_its_photos_where_all_of_its_folders_say_nothing() {
    let files = |names: &[&str]| foreign(false, &names.iter().map(|name| (*name, JPEG)).collect::<Vec<_>>());
    for (inside, expected) in [
        (&["0.jpg", "images/1.jpg"][..], &["Cats/0.jpg", "Cats/images/1.jpg"][..]),
        // What is no picture says nothing either way.
        (&["images/1.jpg", "docs/readme"], &["Cats/images/1.jpg", "Cats/docs/readme"]),
        // Numbers beside a class are classes.
        (&["1/0.jpg", "2/0.jpg", "none/0.jpg", "0.jpg"], &["1/0.jpg", "2/0.jpg", "none/0.jpg", "Cats/0.jpg"]),
        (&["cat/without", "dog/without"], &["cat/without", "dog/without"]),
    ] {
        let zip = foreign(false, &[("Cats-samples.zip", &files(inside)), ("dog/1.jpg", b"x")]);
        assert_eq!(paths(zip)[..expected.len()], *expected);
    }
}

/// The project whose photo lies in a folder with an accent.
fn accented() -> ProjectManifest {
    let mut project = project();
    project.photos[0].path = "photos/Café/1-a.jpg".to_owned();
    project
}

#[test]
fn a_project_that_was_unpacked_and_zipped_again_opens() {
    let json = serde_json::to_string_pretty(&accented()).unwrap();
    let edited = format!("\u{feff}{}", json.replace('\n', "\r\n"));
    let names = ["photos/Cafe\u{301}/1-a.jpg", "photos/2", "head.safetensors", MANIFEST];
    for root in ["", "./", "my project/", "./a/b/", "a\\"] {
        let paths = names.map(|name| format!("{root}{name}"));
        let litter = [format!("__MACOSX/{root}._project.json"), format!("{root}.DS_Store")];
        let all: Vec<(&str, &[u8])> = vec![
            (&litter[0], b"Mac OS X"),
            (&paths[0], b"one"),
            (&paths[1], b"two"),
            (&litter[1], b"Bud1"),
            (&paths[2], b"head"),
            (&paths[3], edited.as_bytes()),
        ];
        let (found, manifest, went) = read(foreign(true, &all)).unwrap();
        assert_eq!(manifest, Some(accented()), "{root}");
        let found: Vec<(&str, &[u8])> = found.iter().map(|file| (file.path.as_str(), &file.bytes[..])).collect();
        assert_eq!(found[..2], [("photos/Café/1-a.jpg", &b"one"[..]), ("photos/2", b"two")], "{root}");
        assert!(found[2].0.ends_with("head.safetensors"), "{root}");
        assert_eq!(went, Unzipped { files: 3, ..Unzipped::default() }, "{root}");
    }
}

#[test]
fn what_takes_a_projects_place_by_its_name_is_left_out() {
    let json = serde_json::to_vec(&accented()).unwrap();
    let all: [(&str, &[u8]); 4] = [
        ("photos/Café/1-a.jpg", b"one"),
        ("./photos/Cafe\u{301}/1-a.jpg", b"another"),
        ("photos/2", b"two"),
        (MANIFEST, &json),
    ];
    let (found, _, went) = read(foreign(false, &all)).unwrap();
    assert_eq!((found.len(), &found[0].bytes[..]), (2, &b"one"[..]));
    assert_eq!(went.left_out[0].reason, LeftOutReason::Duplicate);
}

#[test]
fn a_file_of_another_program_that_is_called_project_is_none() {
    for json in [&b"{}"[..], br#"{"version":3,"name":"other"}"#, b"no json"] {
        let all: [(&str, &[u8]); 2] = [("web/project.json", json), ("web/cat/a.jpg", b"one")];
        assert_eq!(paths(foreign(false, &all)), ["web/cat/a.jpg"]);
    }
    // One of ours that is broken is said to be.
    let broken = br#"{"version":1,"size":"S150","classes":7,"photos":[]}"#;
    let error = open(foreign(false, &[("web/project.json", broken)])).err();
    assert!(matches!(error, Some(ArchiveError::Project(_))), "{error:?}");
}

#[test]
fn a_file_that_cannot_be_unpacked_is_no_projects_manifest_but_at_the_top() {
    // Damaged, and too large for a manifest.
    let mut damaged = foreign(false, &[("web/project.json", b"some json"), ("cat/a.jpg", b"one")]);
    let at = damaged.windows(9).position(|window| window == b"some json").unwrap();
    damaged[at] ^= 1;
    let spaces = vec![b' '; (16 << 20) + 1];
    for zip in [damaged, foreign(true, &[("web/project.json", &spaces), ("cat/a.jpg", b"one")])] {
        assert_eq!(paths(zip), ["cat/a.jpg"]);
    }
    let mut ours = written(&project(), &[("photos/1", b"one")]);
    let at = ours.windows(11).position(|window| window == b"\"version\": " || window == b"\"version\":1").unwrap();
    ours[at] ^= 1;
    assert!(matches!(open(ours), Err(ArchiveError::Project(_))));
}

#[test]
fn of_several_manifests_the_one_of_this_program_counts() {
    let json = serde_json::to_vec(&project()).unwrap();
    let other = br#"{"version":3,"name":"other"}"#;
    let photos: [(&str, &[u8]); 2] = [("my/photos/1", b"one"), ("my/photos/2", b"two")];
    for others in [&["web/project.json"][..], &["a/project.json", "zoo/project.json"]] {
        let mut all: Vec<(&str, &[u8])> = others.iter().map(|path| (*path, &other[..])).collect();
        all.push(("my/project.json", &json));
        all.extend(photos);
        let (found, manifest, _) = read(foreign(true, &all)).unwrap();
        assert_eq!((found.len(), manifest), (2, Some(project())), "{others:?}");
    }
    // One that lies further in than another program's.
    let deep: [(&str, &[u8]); 4] = [
        ("web/project.json", other),
        ("x/my/project.json", &json),
        ("x/my/photos/1", b"one"),
        ("x/my/photos/2", b"two"),
    ];
    assert_eq!(read(foreign(true, &deep)).unwrap().1, Some(project()));
    // Which of two projects is meant, nobody can say: their photos are photos.
    let two: [(&str, &[u8]); 3] = [("a/project.json", &json), ("b/project.json", &json), ("a/photos/1.jpg", b"one")];
    assert_eq!(paths(foreign(true, &two)), ["a/photos/1.jpg"]);
    // Two of one path are a damaged project.
    let same: [(&str, &[u8]); 3] = [("./project.json", &json), ("project.json", &json), ("photos/1", b"one")];
    assert!(matches!(open(foreign(true, &same)), Err(ArchiveError::Project(_))));
}

#[test]
fn a_head_alone_comes_out() {
    for name in ["head.safetensors", "my/cats.head"] {
        assert_eq!(paths(foreign(false, &[(name, b"head")])), [name]);
    }
}

#[test]
fn a_project_of_teachable_machine_is_photos_that_name_their_classes() {
    let all: [(&str, &[u8]); 3] =
        [("manifest.json", br#"{"type":"image"}"#), ("Class 1-!-0.jpg", b"one"), ("Class 2-!-0.jpg", b"two")];
    let (found, went) = files(foreign(false, &all));
    assert_eq!(went, Unzipped { files: 2, ..Unzipped::default() });
    let found: Vec<&str> = found.iter().map(|file| file.0.as_str()).collect();
    let classes: Vec<_> = places(&found).into_iter().map(|place| place.class.unwrap()).collect();
    assert_eq!(classes, ["Class 1", "Class 2"]);
}

#[test]
fn a_trained_model_of_another_program_is_said() {
    for files in [
        &[("model.json", &b"{}"[..]), ("weights.bin", b"x"), ("metadata.json", b"{}")][..],
        &[("labels.txt", b"0 cat"), ("model_unquant.tflite", b"TFL3")],
        &[("converted_keras/keras_model.h5", b"HDF"), ("converted_keras/labels.txt", b"0 cat")],
    ] {
        let error = open(foreign(true, files)).err();
        assert!(matches!(error, Some(ArchiveError::Model { .. })), "{error:?}");
    }
    // Beside photos it is passed over.
    assert_eq!(paths(foreign(false, &[("model.h5", b"HDF"), ("cat/a.jpg", b"one")])), ["cat/a.jpg"]);
}
