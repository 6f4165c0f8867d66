//! The command as it is called: on names, folders and outputs that are not as they should be.
#![cfg(test)]
#![cfg(unix)]

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use headstart_vision::{Limits, decode, thumbnail, view};
use headstart_weights::head::HeadFile;
use serde_json::Value;
use tempfile::TempDir;

/// A picture of a cat that ships with the page.
fn cat() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/samples/chelsea.png")
}

/// The command with `words`, and features kept in `cache`.
fn headstart(words: &[&OsStr], cache: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headstart"));
    command.args(words).arg("--cache").arg(cache).stdin(Stdio::null());
    command
}

fn json(output: &Output) -> Value {
    let read = serde_json::from_slice(&output.stdout);
    assert!(read.is_ok(), "{read:?}: {}", errors(output));
    read.unwrap_or_default()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_name_that_is_no_utf_8_is_answered_with_the_rest() {
    let folder = TempDir::new().unwrap();
    let class = folder.path().join("photos/cat");
    fs::create_dir_all(&class).unwrap();
    let [odd, damaged, plain] =
        [&b"\xff\n.png"[..], b"\xfe.png", b"plain.png"].map(|name| class.join(OsStr::from_bytes(name)));
    fs::copy(cat(), &odd).unwrap();
    fs::copy(cat(), &plain).unwrap();
    fs::write(&damaged, b"no picture").unwrap();
    let cache = folder.path().join("cache");
    let words = ["classify", "--json"].map(OsString::from).into_iter();
    let words: Vec<_> = words.chain([&odd, &damaged, &plain].map(|path| path.as_os_str().to_owned())).collect();
    let words: Vec<_> = words.iter().map(OsString::as_os_str).collect();
    let output = headstart(&words, &cache).output().unwrap();
    assert!(output.status.success(), "{}", errors(&output));
    let answers = json(&output);
    let paths: Vec<_> = answers.as_array().unwrap().iter().map(|answer| answer["path"].as_str().unwrap()).collect();
    assert_eq!(paths.len(), 2, "{answers}");
    assert!(paths[0].ends_with("/\u{fffd}\n.png") && paths[1].ends_with("/plain.png"), "{paths:?}");
    assert!(errors(&output).contains("\u{fffd}.png: the file is not a picture"), "{}", errors(&output));

    let photos = folder.path().join("photos");
    let output = headstart(&["evaluate".as_ref(), photos.as_os_str(), "--json".as_ref()], &cache).output().unwrap();
    let report = json(&output);
    assert_eq!(report["images"], 2);
    assert!(report["skipped"][0]["path"].as_str().unwrap().ends_with("/\u{fffd}.png"), "{report}");
}

#[test]
fn a_folder_with_all_that_can_be_in_it_is_evaluated_but_for_that() {
    use std::os::unix::fs::symlink;
    let folder = TempDir::new().unwrap();
    let class = folder.path().join("photos/Cat");
    fs::create_dir_all(class.join("2023")).unwrap();
    fs::copy(cat(), class.join("2023/1.png")).unwrap();
    assert!(Command::new("mkfifo").arg(class.join("pipe.jpg")).status().unwrap().success());
    symlink("/dev/zero", class.join("zero.jpg")).unwrap();
    symlink("/no/such/file", class.join("dead.jpg")).unwrap();
    File::create(class.join("huge.jpg")).unwrap().set_len(8 << 30).unwrap();
    // A cache where there can be none.
    let cache = cat();
    let photos = folder.path().join("photos");
    let output = headstart(&["evaluate".as_ref(), photos.as_os_str(), "--json".as_ref()], &cache).output().unwrap();
    assert!(output.status.success(), "{}", errors(&output));
    let report = json(&output);
    assert_eq!((&report["images"], &report["per_class"]["cat"]["n"]), (&1.into(), &1.into()), "{report}");
    let mut reasons: Vec<_> =
        report["skipped"].as_array().unwrap().iter().map(|skipped| skipped["reason"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    let expected = ["device", "leads nowhere", "pipe", "8192.0 MiB"];
    assert_eq!(reasons.len(), expected.len(), "{reasons:?}");
    for reason in expected {
        assert!(reasons.iter().any(|told| told.contains(reason)), "{reason}: {reasons:?}");
    }
    assert!(errors(&output).contains("features cannot be kept in"), "{}", errors(&output));
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    if !Path::new("/dev/full").exists() {
        println!("left out: no device that is always full here");
        return;
    }
    let folder = TempDir::new().unwrap();
    let photo = cat();
    for words in [&["classify", "--json"][..], &["classify"]] {
        let words: Vec<&OsStr> = words.iter().map(OsStr::new).chain([photo.as_os_str()]).collect();
        let mut command = headstart(&words, &folder.path().join("cache"));
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {}", errors(&output));
        let told = errors(&output);
        assert!(told.contains("cannot be written to standard output") && !told.contains("panicked"), "{told}");
        // The same with a remark that nobody can be told.
        let full = || File::options().write(true).open("/dev/full").unwrap();
        let status = headstart(&words, &folder.path().join("cache")).stdout(full()).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(1), "{words:?}");
    }
    let full = File::options().write(true).open("/dev/full").unwrap();
    let help = Command::new(env!("CARGO_BIN_EXE_headstart")).arg("--help").stdout(full).output().unwrap();
    assert_eq!(help.status.code(), Some(1), "{}", errors(&help));
}

#[test]
fn errors_name_the_file() {
    let folder = TempDir::new().unwrap();
    let head = folder.path().join("head.safetensors");
    let shipped = cat().with_file_name("../models/cats-dogs-150.safetensors");
    let mut file = HeadFile::from_bytes(&fs::read(shipped).unwrap()).unwrap();
    // What it is said to answer is then not what it answers.
    file.manifest.golden.probabilities.reverse();
    fs::write(&head, file.to_bytes().unwrap()).unwrap();
    let words = ["classify".into(), cat().into_os_string(), "--model".into(), head.clone().into_os_string()];
    let words: Vec<&OsStr> = words.iter().map(OsString::as_os_str).collect();
    let output = headstart(&words, &folder.path().join("cache")).output().unwrap();
    let told = errors(&output);
    assert!(!output.status.success() && told.contains(&head.display().to_string()), "{told}");
    assert!(told.contains("golden probabilities"), "{told}");

    let one_class = folder.path().join("photos");
    fs::create_dir_all(one_class.join("cat")).unwrap();
    fs::copy(cat(), one_class.join("cat/1.png")).unwrap();
    let words = ["train".as_ref(), "--data".as_ref(), one_class.as_os_str(), "--out".as_ref(), head.as_os_str()];
    let output = headstart(&words, &folder.path().join("cache")).output().unwrap();
    let told = errors(&output);
    assert!(told.contains(&one_class.display().to_string()) && told.contains("at least two classes"), "{told}");
    assert!(!told.contains("--restart"), "{told}");
    let words: Vec<_> = words.into_iter().chain(["--restart".as_ref()]).collect();
    let told = errors(&headstart(&words, &folder.path().join("cache")).output().unwrap());
    assert!(told.contains("it has no checkpoint to give up"), "{told}");
}

#[test]
fn what_no_file_could_hold_is_said_before_the_training() {
    let folder = TempDir::new().unwrap();
    let (many, two) = (folder.path().join("many"), folder.path().join("two"));
    let names: Vec<String> = (0..=1_000).map(|number| number.to_string()).collect();
    for (dir, names) in [(&many, &names[..]), (&two, &names[..2])] {
        for name in names {
            fs::create_dir_all(dir.join(name)).unwrap();
            // What would be told if photos were read first.
            fs::write(dir.join(name).join("1.jpg"), b"no picture").unwrap();
        }
    }
    let out = folder.path().join("model.safetensors");
    let told = |dir: &Path, more: &str| {
        let words = ["train".as_ref(), "--data".as_ref(), dir.as_os_str(), "--out".as_ref(), out.as_os_str()];
        let words: Vec<&OsStr> = words.into_iter().chain(more.split_whitespace().map(OsStr::new)).collect();
        let output = headstart(&words, &folder.path().join("cache")).output().unwrap();
        assert!(!output.status.success());
        errors(&output)
    };
    for model in ["vgg16-head", "scratch"] {
        let told = told(&many, &format!("--model {model}"));
        assert!(told.contains("more than 1,000 classes") && told.contains("many: no file can hold"), "{told}");
    }
    let large = told(&two, "--model scratch --size 1000");
    assert!(large.contains("1000×1000 pixels: it has more than 100 million parameters"), "{large}");
    for size in ["0", "31", "1025", "-1"] {
        let told = told(&two, &format!("--size={size}"));
        assert!(told.contains("--size") && told.contains(size), "{told}");
        assert!(size == "-1" || told.contains("32..=1024"), "{told}");
    }
    assert!(!out.exists());
}

/// The words of `headstart explain` and what it says of them as JSON.
fn explained(words: &[&str], folder: &Path) -> Value {
    let words: Vec<&OsStr> = ["explain", "--json"].into_iter().chain(words.iter().copied()).map(OsStr::new).collect();
    let output = headstart(&words, &folder.join("cache")).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", errors(&output));
    json(&output)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// What places and bias add is the logit, whose sigmoid is the probability of one of two classes.
fn assert_adds_up(explanation: &Value) {
    let [logit, bias, sum, probability] = ["logit", "bias", "sum", "probability"].map(|key| number(&explanation[key]));
    assert!((bias + sum - logit).abs() < 1e-4, "{explanation}");
    assert!((1.0 / (1.0 + (-logit).exp()) - probability).abs() < 1e-4, "{explanation}");
}

#[test]
fn a_heat_map_adds_up_to_the_answer_and_lies_over_the_photo() {
    let folder = TempDir::new().unwrap();
    let photos = folder.path().join("photos");
    for place in ["one", "other"] {
        fs::create_dir_all(photos.join(place)).unwrap();
        fs::copy(cat(), photos.join(place).join("pet.png")).unwrap();
    }
    fs::write(photos.join("damaged.jpg"), b"no picture").unwrap();
    let photos = photos.to_string_lossy();
    let found = explained(&[&photos, "--out", "maps", "--hide"], folder.path());
    let found = found.as_array().unwrap();
    let written: Vec<_> = found.iter().map(|one| one["overlay"].as_str().unwrap()).collect();
    assert_eq!(written, ["maps/pet.cat.png", "maps/pet.cat-2.png"]);
    let photo = image::open(cat()).unwrap().to_rgb8();
    for one in found {
        assert_adds_up(one);
        assert_eq!((&one["label"], &one["class"]), (&"cat".into(), &"cat".into()), "{one}");
        assert!(number(&one["hottest_hidden"]) < number(&one["coldest_hidden"]), "{one}");
        let seen = image::open(folder.path().join(one["overlay"].as_str().unwrap())).unwrap().to_rgb8();
        assert_eq!(seen.dimensions(), photo.dimensions());
        assert_ne!(seen, photo);
    }
    // What speaks for the one class speaks against the other; which layer is shown changes the picture alone.
    let cat = cat();
    let cat = cat.to_string_lossy();
    let dog = explained(&[&cat, "--class", "DOG", "--layer", "conv5_3"], folder.path());
    assert_eq!((&dog[0]["label"], &dog[0]["class"]), (&"cat".into(), &"dog".into()), "{dog}");
    assert_adds_up(&dog[0]);
    assert!((number(&dog[0]["logit"]) + number(&found[0]["logit"])).abs() < 1e-4, "{dog}");
    assert_eq!(dog[0]["overlay"], "./chelsea.dog.png");
    assert!(folder.path().join("chelsea.dog.png").exists() && dog[0].get("hottest_hidden").is_none());
}

#[test]
fn a_cnn_is_explained_and_what_cannot_be_is_said() {
    let folder = TempDir::new().unwrap();
    let cat = cat();
    let cat = cat.to_string_lossy();
    let found = explained(&[&cat, "--model", "scratch", "--hide"], folder.path());
    assert_adds_up(&found[0]);
    assert!(found[0]["overlay"].is_null() && found[0]["hottest_hidden"].is_number(), "{found}");
    for (words, expected) in [
        (&["--model", "scratch", "--layer", "conv5_3"][..], "Leave --layer out."),
        (&["--class", "cow"], "`cow`, but cat, dog"),
        (&["--out", &cat], "chelsea.png cannot be written"),
    ] {
        let words: Vec<&OsStr> = ["explain", &cat].into_iter().chain(words.iter().copied()).map(OsStr::new).collect();
        let output = headstart(&words, &folder.path().join("cache")).current_dir(folder.path()).output().unwrap();
        let told = errors(&output);
        assert!(!output.status.success() && told.contains(expected), "{told}");
    }
}

/// A folder `train` of cats and dogs: `views` views of a picture of each.
fn pets(folder: &Path, views: u32) -> PathBuf {
    let photos = folder.join(format!("pets-{views}"));
    for (class, file) in [("cat", "chelsea.png"), ("dog", "husky.png")] {
        fs::create_dir_all(photos.join(class)).unwrap();
        let photo = decode(&fs::read(cat().with_file_name(file)).unwrap(), &Limits::roomy()).unwrap();
        for number in 1..=views {
            let jpeg = thumbnail(&view(&photo, number), 300).unwrap();
            fs::write(photos.join(class).join(format!("{number}.jpg")), jpeg).unwrap();
        }
    }
    photos
}

#[test]
fn what_was_not_taught_is_told_apart_and_a_head_without_a_bank_says_that_it_cannot() {
    let folder = TempDir::new().unwrap();
    let (cache, head) = (folder.path().join("cache"), folder.path().join("pets.safetensors"));
    let run = |words: &[&OsStr]| {
        let output = headstart(words, &cache).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", errors(&output));
        output
    };
    let train = |views| {
        let photos = pets(folder.path(), views);
        run(&["train".as_ref(), "--data".as_ref(), photos.as_os_str(), "--out".as_ref(), head.as_os_str()])
    };
    let samples = cat().parent().unwrap().to_owned();
    let classify = |more: &[&str]| {
        let words = ["classify".as_ref(), samples.as_os_str(), "--model".as_ref(), head.as_os_str()];
        run(&words.into_iter().chain(more.iter().map(OsStr::new)).collect::<Vec<_>>())
    };
    train(6);
    let bank = HeadFile::from_bytes(&fs::read(&head).unwrap()).unwrap().bank.unwrap();
    assert_eq!((bank.len(), bank.manifest().held_out), (12, 12));
    // The samples' folder, in the order of its names, without its texts.
    let answers = json(&classify(&["--json"]));
    let of = |name: &str| {
        let mut all = answers.as_array().unwrap().iter();
        all.find(|answer| answer["path"].as_str().unwrap().ends_with(name)).unwrap().clone()
    };
    assert_eq!((&of("chelsea.png")["label"], &of("chelsea.png")["known"]), (&"cat".into(), &true.into()), "{answers}");
    assert_eq!((&of("husky.png")["label"], &of("husky.png")["known"]), (&"dog".into(), &true.into()), "{answers}");
    assert_eq!(
        (&of("coffee.png")["known"], &of("coffee.png")["familiarity"]),
        (&false.into(), &0.0.into()),
        "{answers}"
    );
    let told = String::from_utf8(classify(&[]).stdout).unwrap();
    let coffee = told.lines().find(|line| line.contains("coffee.png")).unwrap();
    assert!(coffee.contains("nothing it was taught: nearest is ") && !coffee.contains('%'), "{told}");
    assert!(told.contains("1 of 3 are nothing it was taught (33.3 %), where 95.0 % of"), "{told}");

    let evaluate = |accept: &str| {
        let photos = folder.path().join("pets-6");
        let words = ["evaluate".as_ref(), photos.as_os_str(), "--model".as_ref(), head.as_os_str(), "--json".as_ref()];
        json(&run(&words.into_iter().chain(["--accept", accept].map(OsStr::new)).collect::<Vec<_>>()))
    };
    // What the head was taught with is as familiar as can be.
    let report = evaluate("0.01");
    assert_eq!((&report["accepted"], &report["per_class"]["cat"]["accepted"]), (&1.0.into(), &1.0.into()), "{report}");
    for share in ["0", "1", "95", "NaN", "most"] {
        let words = ["classify", "photo.jpg", "--accept", share].map(OsStr::new);
        let output = headstart(&words, &cache).output().unwrap();
        assert!(
            output.status.code() == Some(2) && errors(&output).contains("above 0 and below 1"),
            "{}",
            errors(&output)
        );
    }

    // One photo of each class says nothing of others.
    let told = errors(&train(1));
    assert!(told.contains("too few different photos to say what is like none of them"), "{told}");
    let output = classify(&["--json"]);
    assert!(errors(&output).contains("the head has no bank"), "{}", errors(&output));
    let answers = json(&output);
    assert!(
        answers.as_array().unwrap().iter().all(|answer| answer["known"].is_null() && answer["familiarity"].is_null())
    );
    assert_eq!(answers.as_array().unwrap().len(), 3);
    assert_eq!(evaluate("0.95")["accepted"], Value::Null);
}
