use std::time::{Duration, Instant};

use super::*;

/// The classes of `paths`, one each; `-` where there is none.
fn classes(paths: &[&str]) -> Vec<String> {
    places(paths).into_iter().map(|place| place.class.unwrap_or_else(|| "-".to_owned())).collect()
}

#[test]
fn the_folder_that_tells_classes_apart_names_them() {
    for (paths, expected) in [
        (&["cat/1.jpg", "dog/2.jpg"][..], &["cat", "dog"][..]),
        // Below a root, or below several folders.
        (&["pets/cat/1.jpg", "pets/dog/2.jpg"], &["cat", "dog"]),
        (&["a/b/pets/cat/1.jpg", "a/b/pets/dog/2.jpg"], &["cat", "dog"]),
        // What lies further in is the class's own.
        (&["cat/2023/1.jpg", "dog/2023/2.jpg"], &["cat", "dog"]),
        (&["cat/2023/1.jpg", "cat/2024/2.jpg", "dog/3.jpg"], &["cat", "cat", "dog"]),
        (&["animals/cat/siamese/1.jpg", "animals/dog/beagle/2.jpg"], &["cat", "dog"]),
        (&["cat/indoor/1.jpg", "cat/outdoor/2.jpg", "dog/indoor/3.jpg"], &["cat", "cat", "dog"]),
        // What lies further out and is no name of a class.
        (&["2023/cat/1.jpg", "2023/dog/2.jpg", "2024/cat/3.jpg"], &["cat", "dog", "cat"]),
        (&["100APPLE/cat/1.jpg", "101APPLE/dog/2.jpg"], &["cat", "dog"]),
        (&["part1/cat/1.jpg", "part2/dog/2.jpg"], &["cat", "dog"]),
        // A folder that is none beside one that may be: what lies in it counts.
        (&["images/cat/1.jpg", "images/dog/2.jpg", "docs/fig/3.jpg"], &["cat", "dog", "docs"]),
        (&["1/1.jpg", "2/2.jpg", "ten/3.jpg"], &["1", "2", "ten"]),
        // Where nothing else tells them apart, numbers do.
        (&["mnist/0/1.png", "mnist/1/2.png"], &["0", "1"]),
        (&["2023/1.jpg", "2024/2.jpg"], &["2023", "2024"]),
        (&["Class 1/1.jpg", "Class 2/2.jpg"], &["Class 1", "Class 2"]),
        // One class: its own folder, whatever lies in it.
        (&["textures/zebras/1.jpg", "textures/zebras/2.jpg"], &["zebras", "zebras"]),
        (&["cat/2023/1.jpg", "cat/2023/2.jpg"], &["cat", "cat"]),
        (&["photos/1.jpg"], &["photos"]),
        // Folders in one another: the one that all lie in.
        (&["cat/1.jpg", "cat/edited/2.jpg", "cat/edited/small/3.jpg"], &["cat", "cat", "cat"]),
        (&["1.jpg", "pets/cat/photos/2.jpg", "pets/cat/photos/best/3.jpg"], &["-", "cat", "cat"]),
        (&["photos/1.jpg", "photos/cat/2.jpg", "photos/cat/edited/3.jpg"], &["photos", "cat", "cat"]),
        (&["photos/1.jpg", "photos/2023/2.jpg"], &["photos", "photos"]),
        // Photos without a folder have no class, one that lies further out has the nearest.
        (&["1.jpg", "cat/2.jpg", "dog/3.jpg"], &["-", "cat", "dog"]),
        (&["pets/1.jpg", "pets/cat/2.jpg", "pets/dog/3.jpg"], &["pets", "cat", "dog"]),
        (&["1.jpg", "", "/../2.jpg"], &["-", "-", "-"]),
        // However it is written.
        (&[".\\cat\\1.jpg", "./dog/2.jpg", "../bird/3.jpg"], &["cat", "dog", "bird"]),
    ] {
        assert_eq!(classes(paths), expected, "{paths:?}");
    }
    assert_eq!(places(&[]), []);
}

#[test]
fn everyday_words_are_classes_without_a_number() {
    for (paths, expected) in [
        (&["fruit/apple/1.jpg", "fruit/pear/2.jpg"][..], &["apple", "pear"][..]),
        (&["apple/red/1.jpg", "camera/old/2.jpg"], &["apple", "camera"]),
        (&["apple 10/a/1.jpg", "apple 5/b/2.jpg"], &["apple 10", "apple 5"]),
        (&["page/a/1.jpg", "site/b/2.jpg", "day/c/3.jpg", "week/d/4.jpg"], &["page", "site", "day", "week"]),
        (&["Canon/x/1.jpg", "cam/y/2.jpg"], &["Canon", "cam"]),
        (&["camera 1/cat/1.jpg", "Camera_2/dog/2.jpg", "cam3/cow/3.jpg"], &["cat", "dog", "cow"]),
        (&["Day1/cat/1.jpg", "day-2/dog/2.jpg", "100CANON/cow/3.jpg"], &["cat", "dog", "cow"]),
    ] {
        assert_eq!(classes(paths), expected, "{paths:?}");
    }
}

#[test]
fn a_files_own_name_costs_no_class() {
    let long = format!("cat/{}.jpg", "x".repeat(1000));
    assert_eq!(classes(&["cat/a\n.jpg", "dog/a\u{85}.jpg", &long]), ["cat", "dog", "cat"]);
    // Nor what cannot be seen of its folder's.
    assert_eq!(classes(&["ca\u{1}t/1.jpg", "dog/2.jpg", "\u{1}/3.jpg"]), ["cat", "dog", "-"]);
}

#[test]
fn deep_folders_take_no_longer_than_others() {
    let start = Instant::now();
    let deep = |part: &str, photo: usize| format!("{}cat/{photo}.jpg", format!("{part}/").repeat(200));
    let paths: Vec<String> = (0..2_000).map(|photo| deep(["train", "val", "x", "y"][photo % 4], photo)).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    assert_eq!(places(&paths).len(), paths.len());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    // Classes are found below any number of folders that all photos share.
    let root = "a/".repeat(300);
    assert_eq!(classes(&[&format!("{root}cat/1.jpg"), &format!("{root}dog/2.jpg")]), ["cat", "dog"]);
    assert_eq!(classes(&[&format!("{root}cat/1.jpg"), &format!("{root}cat/best/2.jpg")]), ["cat", "cat"]);
}

#[test]
fn folders_that_look_alike_are_one_class() {
    assert_eq!(
        classes(&["Café/1.jpg", "Cafe\u{301}/2.jpg", "CAFÉ/3.jpg", "Café\u{200b} /4.jpg", "Tea/5.jpg"]),
        ["Café", "Café", "Café", "Café", "Tea"]
    );
    // They tell nothing apart either.
    assert_eq!(classes(&["Pets/cat/1.jpg", "pets/dog/2.jpg"]), ["cat", "dog"]);
}

#[test]
fn parts_of_a_data_set_are_no_classes() {
    let place = |class: &str, part| Place { class: Some(class.to_owned()), part };
    let (train, val, test) = (Some(Part::Training), Some(Part::Validation), Some(Part::Test));
    for (held_out, paths) in [
        (val, ["pets/train/cat/1.jpg", "pets/train/dog/2.jpg", "pets/val/cat/3.jpg", "pets/val/dog/4.jpg"]),
        (test, ["train/cat/1.jpg", "train/dog/2.jpg", "test/cat/3.jpg", "test/dog/4.jpg"]),
        (val, ["Training/cat/1.jpg", "Training/dog/2.jpg", "Validation/cat/3.jpg", "valid/dog/4.jpg"]),
        (
            test,
            ["d/training_set/cat/1.jpg", "d/training_set/dog/2.jpg", "d/test_set/cat/3.jpg", "d/test_set/dog/4.jpg"],
        ),
        (
            test,
            [
                "seg_train/seg_train/cat/1.jpg",
                "seg_train/seg_train/dog/2.jpg",
                "seg_test/seg_test/cat/3.jpg",
                "seg_test/seg_test/dog/4.jpg",
            ],
        ),
        (val, ["cat/train/1.jpg", "dog/train/2.jpg", "cat/val/3.jpg", "dog/val/4.jpg"]),
        (val, ["train/cat/2023/1.jpg", "train/dog/2023/2.jpg", "val/cat/2024/3.jpg", "val/dog/2024/4.jpg"]),
    ] {
        let expected = [place("cat", train), place("dog", train), place("cat", held_out), place("dog", held_out)];
        assert_eq!(places(&paths), expected, "{paths:?}");
    }
    // All three side by side, and a class that is not in all of them.
    let three = places(&["d/train/cat/1.jpg", "d/val/dog/2.jpg", "d/test/cat/3.jpg", "d/more/cow/4.jpg"]);
    assert_eq!(three.iter().map(|place| place.part).collect::<Vec<_>>(), [train, val, test, None]);
    // A class may be called so where nothing says that it is a part.
    for paths in [["train/1.jpg", "car/2.jpg"], ["road/train/1.jpg", "road/car/2.jpg"], ["train/1.jpg", "test/2.jpg"]] {
        assert!(places(&paths).iter().all(|place| place.part.is_none()), "{paths:?}");
        assert_eq!(classes(&paths)[0], "train");
    }
    // Photos that name their classes themselves need no folder in a part.
    let paths = ["train/Cats-!-1.jpg", "test/Cats-!-2.jpg"];
    assert_eq!(places(&paths), [place("Cats", train), place("Cats", test)]);
    // What else lies beside them has its own name.
    assert_eq!(
        classes(&["d/train/cat/1.jpg", "d/train/dog/2.jpg", "d/test/cat/3.jpg", "d/more/4.jpg"]),
        ["cat", "dog", "cat", "more"]
    );
}

#[test]
fn photos_of_teachable_machine_name_their_classes() {
    let paths = ["manifest/Class 1-!-0.jpg", "Cats-!-1.jpg", "Cats -!- 2.jpg", "-!-3.jpg"];
    assert_eq!(classes(&paths), ["Class 1", "Cats", "Cats", "-"]);
}

#[test]
fn a_zip_names_the_class_of_photos_without_folders() {
    for (zip, class) in [
        ("zebras.zip", "zebras"),
        ("Cats-samples.zip", "Cats"),
        ("Class 1-samples (2).zip", "Class 1"),
        ("dogs (1).zip", "dogs"),
        ("dogs (old).zip", "dogs (old)"),
        ("Cafe\u{301}.zip", "Café"),
        ("-samples.zip", "-samples"),
        ("v1.2.zip", "v1.2"),
        (".zip", ".zip"),
        ("(1).zip", "(1).zip"),
    ] {
        assert_eq!(class_of_zip(zip), class, "{zip}");
    }
}

#[test]
fn a_zip_is_a_folder_where_its_folders_say_nothing() {
    for (zip, paths, folder) in [
        ("Cats.zip", &["images/1.jpg"][..], Some("Cats")),
        ("Cats (1).zip", &["1.jpg", "2023/2.jpg"], Some("Cats")),
        ("digits.zip", &["0/1.jpg", "1/2.jpg"], Some("digits")),
        ("digits.zip", &["0/1.jpg", "1/2.jpg", "none/3.jpg"], None),
        ("pets.zip", &["1.jpg", "pets/cat/2.jpg", "pets/dog/3.jpg"], None),
        ("train.zip", &["cat/1.jpg", "dog/2.jpg"], Some("train")),
    ] {
        assert_eq!(folder_of_zip(zip, paths.iter().copied()).as_deref(), folder, "{zip} {paths:?}");
    }
    // Numbers stay classes within it.
    assert_eq!(classes(&["digits/0/1.jpg", "digits/1/2.jpg"]), ["0", "1"]);
    assert_eq!(classes(&["Cats/images/1.jpg", "Cats/2.jpg"]), ["Cats", "Cats"]);
}
