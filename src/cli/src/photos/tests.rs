use std::fs::File;

use tempfile::TempDir;

use super::*;

fn folder_with(files: &[&str]) -> TempDir {
    let root = TempDir::new().unwrap();
    for file in files {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"").unwrap();
    }
    root
}

fn seen(files: &[LabelledFile]) -> Vec<(String, String)> {
    files.iter().map(|file| (file.class.clone(), file_name(&file.path))).collect()
}

fn pairs<const N: usize>(expected: [(&str, &str); N]) -> Vec<(String, String)> {
    expected.map(|(class, name)| (class.to_owned(), name.to_owned())).to_vec()
}

fn reasons(skipped: &[Skipped]) -> Vec<(String, String)> {
    let mut told: Vec<_> = skipped.iter().map(|one| (file_name(&one.path), one.reason.clone())).collect();
    told.sort();
    told
}

#[test]
fn a_folder_a_class() {
    let folder = folder_with(&["dog/b.jpg", "dog/a.png", "cat/c.jpg", "cat/.hidden", "readme.txt", "1.jpg"]);
    let listing = labelled_files(folder.path()).unwrap();
    assert_eq!(seen(&listing.files), pairs([("cat", "c.jpg"), ("dog", "a.png"), ("dog", "b.jpg")]));
    assert_eq!(listing.classes(), ["cat", "dog"]);
    assert_eq!(reasons(&listing.skipped), pairs([("1.jpg", "it lies beside the folders of classes")]));
}

#[test]
fn classes_in_names() {
    let folder = folder_with(&["cat.0.jpg", "dog.12.jpg", "notes.txt", "a.b.jpg"]);
    let listing = labelled_files(folder.path()).unwrap();
    assert_eq!(seen(&listing.files), pairs([("cat", "cat.0.jpg"), ("dog", "dog.12.jpg")]));
    assert_eq!(reasons(&listing.skipped), pairs([("a.b.jpg", "its name says no class")]));
}

#[test]
fn litter_hides_nothing() {
    let folder = folder_with(&[
        "__MACOSX/cat/._cat.0.jpg",
        "@eaDir/cat.0.jpg/thumb.jpg",
        "$RECYCLE.BIN/x.jpg",
        "cat.0.jpg",
        "dog.1.jpg",
        "Thumbs.db",
    ]);
    fs::create_dir(folder.path().join("empty")).unwrap();
    let listing = labelled_files(folder.path()).unwrap();
    assert_eq!(seen(&listing.files), pairs([("cat", "cat.0.jpg"), ("dog", "dog.1.jpg")]));
    assert_eq!(listing.skipped, []);

    let folder = folder_with(&["cat/1.jpg", "cat/@eaDir/1.jpg", "cat/Desktop.ini", "__MACOSX/cat/1.jpg", ".git/x.jpg"]);
    let listing = labelled_files(folder.path()).unwrap();
    assert_eq!(seen(&listing.files), pairs([("cat", "1.jpg")]));
}

#[test]
fn deeper_folders_are_of_their_class() {
    let folder = folder_with(&["cat/2023/summer/x.jpg", "cat/2024/y.jpg", "cat/z.jpg", "dog/2023/x.jpg"]);
    let listing = labelled_files(folder.path()).unwrap();
    assert_eq!(seen(&listing.files), pairs([("cat", "x.jpg"), ("cat", "y.jpg"), ("cat", "z.jpg"), ("dog", "x.jpg")]));
}

#[test]
fn spellings_of_a_class_are_one() {
    // Café, composed and decomposed.
    let folder = folder_with(&[
        "train/Cat/1.jpg",
        "train/cat/2.jpg",
        "train/Caf\u{e9}/3.jpg",
        "train/Cafe\u{301}/4.jpg",
        "Validation/CAT/5.jpg",
        "Validation/cafe\u{301}/6.jpg",
        "Validation/bird/7.jpg",
    ]);
    let folder = training_folder(folder.path()).unwrap();
    assert_eq!(folder.classes, ["Caf\u{e9}", "Cat"]);
    let expected = [("Caf\u{e9}", "3.jpg"), ("Caf\u{e9}", "4.jpg"), ("Cat", "1.jpg"), ("Cat", "2.jpg")];
    let mut training = seen(&folder.training);
    training.sort();
    assert_eq!(training, pairs(expected));
    assert_eq!(seen(&folder.validation), pairs([("Caf\u{e9}", "6.jpg"), ("Cat", "5.jpg")]));
    assert_eq!(folder.skipped.len(), 1);
    assert!(folder.skipped[0].path.ends_with("bird/7.jpg") && folder.skipped[0].reason.contains("`bird`"));
}

#[test]
fn train_and_val_are_told_apart() {
    for val in ["val", "validation", "Valid"] {
        let both = folder_with(&["train/a/1.jpg", "train/b/2.jpg", &format!("{val}/a/3.jpg")]);
        let folder = training_folder(both.path()).unwrap();
        assert_eq!((folder.training.len(), folder.validation.len()), (2, 1), "{val}");
        let alone = training_folder(&both.path().join("train")).unwrap();
        assert_eq!((alone.training.len(), alone.validation.len()), (2, 0));
    }
}

#[test]
fn parts_are_known_by_the_names_that_data_sets_give_them() {
    let photos = ["Training_Set/a/1.jpg", "Training_Set/b/2.jpg", "images-valid/a/3.jpg", "test_set/b/4.jpg"];
    let folder = training_folder(folder_with(&photos).path()).unwrap();
    assert_eq!(folder.classes, ["a", "b"]);
    assert_eq!(seen(&folder.training), pairs([("a", "1.jpg"), ("b", "2.jpg")]));
    // No choice is made on photos to test on.
    assert_eq!(seen(&folder.validation), pairs([("a", "3.jpg")]));
    for name in ["test", "test1", "evaluation", "Holdout"] {
        let beside = folder_with(&["train/cat.0.jpg", "train/dog.0.jpg", &format!("{name}/1.jpg")]);
        let folder = training_folder(beside.path()).unwrap();
        assert_eq!((folder.classes.len(), folder.training.len(), folder.validation.len()), (2, 2, 0), "{name}");
    }
    let beside = folder_with(&["train/a/1.jpg", "train/b/2.jpg", "labels/1.txt"]);
    assert_eq!(training_folder(beside.path()).unwrap().classes, ["a", "b"]);
}

#[test]
fn a_train_among_other_vehicles_is_a_class() {
    let folder = training_folder(folder_with(&["car/1.jpg", "plane/2.jpg", "train/3.jpg"]).path()).unwrap();
    assert_eq!(folder.classes, ["car", "plane", "train"]);
}

#[test]
fn an_empty_folder_is_said() {
    for files in [["notes.txt"], ["1.jpg"]] {
        let folder = folder_with(&files);
        assert!(matches!(labelled_files(folder.path()), Err(CliError::NoPhotos { .. })));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        let folder = folder_with(&["1.jpg"]);
        symlink("nowhere", folder.path().join("cat")).unwrap();
        assert!(matches!(labelled_files(folder.path()), Err(CliError::NoPhotos { .. })));
        fs::remove_file(folder.path().join("1.jpg")).unwrap();
        let error = labelled_files(folder.path()).unwrap_err();
        assert!(error.to_string().contains("leads nowhere"), "{error}");
    }
    let missing = labelled_files(Path::new("no/such/folder")).unwrap_err();
    assert!(missing.to_string().contains("no/such/folder"), "{missing}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_to_files_and_class_folders() {
    use std::os::unix::fs::symlink;
    let elsewhere = folder_with(&["bird/1.jpg", "2.jpg"]);
    let folder = folder_with(&["cat/3.jpg"]);
    let (root, far) = (folder.path(), elsewhere.path());
    symlink(far.join("bird"), root.join("bird")).unwrap();
    symlink(far.join("2.jpg"), root.join("cat/2.jpg")).unwrap();
    symlink(far.join("bird"), root.join("cat/birds")).unwrap();
    // Round in circles, and the same class once more.
    symlink("..", root.join("cat/up")).unwrap();
    symlink(".", root.join("loop")).unwrap();
    symlink("cat", root.join("Cat")).unwrap();
    symlink("itself", root.join("itself")).unwrap();
    symlink("/no/such/folder", root.join("dog")).unwrap();
    let listing = labelled_files(root).unwrap();
    assert_eq!(seen(&listing.files), pairs([("bird", "1.jpg"), ("cat", "2.jpg"), ("cat", "3.jpg")]));
    let told = reasons(&listing.skipped);
    let below = "it is a link to a folder, and those are followed only to folders of classes";
    for (name, reason) in [
        ("Cat", "it is a link to a folder beside it"),
        ("birds", below),
        ("up", below),
        ("dog", "it is a link that leads nowhere"),
        ("loop", "it is a link to a folder that it lies in"),
    ] {
        assert!(told.contains(&(name.to_owned(), reason.to_owned())), "{name}: {told:?}");
    }
    assert!(told.iter().any(|(name, _)| name == "itself") && told.len() == 6, "{told:?}");
}

#[cfg(unix)]
#[test]
fn no_photo_is_of_two_classes_because_of_links() {
    use std::os::unix::fs::symlink;
    let elsewhere = folder_with(&["birds/1.jpg", "birds/ducks/2.jpg"]);
    let folder = folder_with(&["cat/3.jpg", "cat/kittens/4.jpg", ".kept/fox/5.jpg", "cat/.old/6.jpg"]);
    let (root, far) = (folder.path(), elsewhere.path());
    symlink("cat/kittens", root.join("a-kitten")).unwrap();
    symlink(far.join("birds/ducks"), root.join("duck")).unwrap();
    symlink(far.join("birds"), root.join("bird")).unwrap();
    symlink(far.join("birds"), root.join("parrot")).unwrap();
    // These are read nowhere else.
    symlink(".kept/fox", root.join("fox")).unwrap();
    symlink("cat/.old", root.join("old cat")).unwrap();
    let listing = labelled_files(root).unwrap();
    let expected = [("bird", "1.jpg"), ("bird", "2.jpg"), ("cat", "3.jpg"), ("cat", "4.jpg"), ("fox", "5.jpg")];
    assert_eq!(seen(&listing.files), [&pairs(expected)[..], &pairs([("old cat", "6.jpg")])].concat());
    let reason = "it is a link to what the folder of another class holds";
    assert_eq!(reasons(&listing.skipped), pairs(["a-kitten", "duck", "parrot"].map(|name| (name, reason))));

    // A link out of the folder around all of them is not read, and takes nothing from others.
    symlink(far.parent().unwrap(), far.join("around")).unwrap();
    symlink(root.join("cat"), far.join("cat")).unwrap();
    let listing = labelled_files(far).unwrap();
    assert_eq!(listing.classes(), ["birds", "cat"]);
    assert_eq!(reasons(&listing.skipped), pairs([("around", "it is a link to a folder that it lies in")]));
}

/// Nobody may be root, whom permissions do not bind; a path that is too long keeps everybody out.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_opened_costs_itself() {
    let folder = folder_with(&["cat/1.jpg", "dog/2.jpg", "tail/0"]);
    // 4,096 bytes at most are a path: two halves are put together.
    let long = |root: &Path| {
        let path = (0..9).fold(root.to_owned(), |path, _| path.join("x".repeat(250)));
        fs::create_dir_all(&path).unwrap();
        path
    };
    long(&folder.path().join("tail"));
    let end = long(&folder.path().join("cat"));
    fs::rename(folder.path().join("tail"), end.join("tail")).unwrap();
    let listing = labelled_files(folder.path()).unwrap();
    let photos: Vec<_> = seen(&listing.files).into_iter().filter(|(_, name)| name.ends_with(".jpg")).collect();
    assert_eq!(photos, pairs([("cat", "1.jpg"), ("dog", "2.jpg")]));
    assert_eq!(listing.skipped.len(), 1, "{:?}", listing.skipped);
    assert!(listing.skipped[0].reason.contains("too long"), "{:?}", listing.skipped);
}

#[test]
fn errors_are_told_in_words() {
    let told = |kind: std::io::ErrorKind| reason(Path::new("no/such/file"), &kind.into());
    assert_eq!(told(std::io::ErrorKind::PermissionDenied), "there is no permission to read it");
    assert_eq!(told(std::io::ErrorKind::NotFound), "it is not there");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_opened() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    let _listener = UnixListener::bind(at("socket")).unwrap();
    symlink("/dev/zero", at("device")).unwrap();
    symlink("nowhere", at("link")).unwrap();
    File::create(at("large")).unwrap().set_len(8 << 30).unwrap();
    let paths = ["pipe", "socket", "device", "link", "large", ""].map(at);
    let (sender, receiver) = channel();
    // Reading a pipe or a device would never end.
    std::thread::spawn(move || sender.send(paths.map(|path| read_photo(&path))).unwrap());
    let told = receiver.recv_timeout(Duration::from_secs(20)).unwrap().map(Result::unwrap_err);
    let expected =
        ["pipe, not a file", "socket, not", "device, not", "leads nowhere", "8192.0 MiB, at most", "a folder"];
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.contains(expected), "{told}");
    }
    fs::write(at("photo"), b"bytes").unwrap();
    assert_eq!(read_photo(&at("photo")).unwrap(), b"bytes");
    // More than the page takes, and not more than the command decodes.
    let roomy = headstart_vision::Limits::default().max_bytes + 1;
    File::create(at("roomy")).unwrap().set_len(roomy as u64).unwrap();
    assert_eq!(read_photo(&at("roomy")).unwrap().len(), roomy);
}
