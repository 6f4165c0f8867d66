//! Photos that come in folders and zips: classes of their own, and what computers leave beside them is not worth a word.
#![cfg(test)]

use std::{fs, time::Duration};

use headstart_tests::{
    Browser, Built, Downloads, Element, Options, Pictures, Scratch, Site, Teach, Texture, zip, zip_of_raw_names,
};

const START: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(20);
const DESCRIBE: Duration = Duration::from_secs(120);
const CPU: &str = "?backend=cpu&size=150#/teach";

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_zip_of_photos_becomes_a_class() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = Teach::open(&browser, &site.url(CPU), START).unwrap();
    let folder = Scratch::new().unwrap();
    let names = ["0.png", "1.png", "2.png"];
    let photos = names.map(|name| {
        let path = folder.path().join(name);
        Texture::Stripes.draw(u64::from(name.as_bytes()[0])).save(&path).unwrap();
        fs::read(path).unwrap()
    });
    let mut files: Vec<(&str, &[u8])> = names.into_iter().zip(photos.iter().map(Vec::as_slice)).collect();
    files.extend([("__MACOSX/._0.png", &b"\0\x05\x16\x07"[..]), (".DS_Store", b"Bud1")]);
    let file = folder.path().join("zebras.zip");
    fs::write(&file, zip(&files)).unwrap();
    teach.page.upload("import-photos", &[file]).unwrap();
    teach.described(3, DESCRIBE).unwrap();
    assert_eq!(teach.class_names().unwrap(), ["zebras"]);
    assert_eq!(teach.page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn each_folder_becomes_a_class() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = Teach::open(&browser, &site.url(CPU), START).unwrap();
    let folder = Scratch::new().unwrap();
    let root = folder.path().join("textures");
    for kind in [Texture::Stripes, Texture::Dots] {
        let class = root.join(kind.name());
        fs::create_dir_all(&class).unwrap();
        for seed in 0..3 {
            kind.draw(seed).save(class.join(format!("{seed}.png"))).unwrap();
        }
        fs::write(class.join(".DS_Store"), b"Bud1").unwrap();
    }
    teach.page.upload("import-folder", &[root]).unwrap();
    teach.described(6, DESCRIBE).unwrap();
    let mut names = teach.class_names().unwrap();
    names.sort_unstable();
    assert_eq!(names, ["dots", "stripes"]);
    assert_eq!(teach.page.all("error").unwrap(), []);
}

/// A zip's name, the names in it, and classes.
type Case = (&'static str, &'static [&'static [u8]], &'static [&'static str]);

/// Zips of other programs, with the classes that they become. A name stands for a photo of its own; one twice, for two.
const ZIPS: [Case; 13] = [
    ("dots.zip", &[b"./Ant/0.png", b"./Bee/0.png"], &["Ant", "Bee"]),
    ("backslash.zip", &[b"Cow\\0.png", b"Dog\\0.png"], &["Cow", "Dog"]),
    ("climbing.zip", &[b"../../Eel/0.png", b"../../Fox/0.png"], &["Eel", "Fox"]),
    ("years.zip", &[b"Goat/2023/0.png", b"Hen/2023/0.png"], &["Goat", "Hen"]),
    ("parts.zip", &[b"p/train/Ibis/0.png", b"p/train/Jay/0.png", b"p/val/Jay/1.png"], &["Ibis", "Jay"]),
    ("code page.zip", &[b"\x94L/0.png", b"\x8c\xa2/0.png"], &["猫", "犬"]),
    ("alike.zip", &["Caf\u{e9}/0.png".as_bytes(), "Cafe\u{301}/1.png".as_bytes()], &["Caf\u{e9}"]),
    ("project.tm", &[b"Kiwi-!-0.png", b"Lynx-!-0.png"], &["Kiwi", "Lynx"]),
    ("Mole-samples (1).zip", &[b"0.png"], &["Mole"]),
    ("twins.zip", &[b"Pig/0.png", b"Pig/0.png"], &["Pig"]),
    ("Vole.zip", &[b"images/0.png", b"1.png"], &["Vole"]),
    ("stray.zip", &[b"images/Wren/0.png", b"images/Yak/0.png", b"Extra/fig/0.png"], &["Wren", "Yak", "Extra"]),
    ("bytes.zip", &[b"Rat/without an ending", b"Rat/1.txt"], &["Rat"]),
];

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn zips_as_people_have_them_become_classes() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = Teach::open(&browser, &site.url(CPU), START).unwrap();
    let mut seeds = 0..;
    let mut photo = || {
        let seed = seeds.next().unwrap();
        fs::read(pictures.textures(Texture::Rings, seed..seed + 1).unwrap().remove(0)).unwrap()
    };
    let (mut classes, mut photos) = (Vec::new(), 0);
    for (name, entries, expected) in ZIPS {
        let files: Vec<_> = entries.iter().map(|entry| (entry.to_vec(), photo())).collect();
        let file = pictures.write(name, &zip_of_raw_names(&files)).unwrap();
        teach.page.upload("import-photos", &[file]).unwrap();
        classes.extend(expected);
        photos += entries.len();
        teach.described(photos, DESCRIBE).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(teach.class_names().unwrap(), classes, "{name}");
    }
    let inner = ["Newt", "Owl"].map(|class| (format!("{class}.zip"), zip(&[("0.png", &photo())])));
    let inner: Vec<(&str, &[u8])> = inner.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let file = pictures.write("zips.zip", &zip(&inner)).unwrap();
    teach.page.upload("import-photos", &[file]).unwrap();
    teach.described(photos + 2, DESCRIBE).unwrap();
    classes.extend(["Newt", "Owl"]);
    assert_eq!(teach.class_names().unwrap(), classes);
    assert_eq!(teach.page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn folders_that_are_split_validate_as_they_say() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = Teach::open(&browser, &site.url(CPU), START).unwrap();
    let page = &teach.page;
    let folder = Scratch::new().unwrap();
    let root = folder.path().join("textures");
    for (part, seeds) in [("train", 0..5), ("val", 5..7), ("test", 7..8)] {
        for kind in [Texture::Stripes, Texture::Dots] {
            let class = root.join(part).join(kind.name());
            fs::create_dir_all(&class).unwrap();
            for seed in seeds.clone() {
                kind.draw(seed).save(class.join(format!("{part}-{seed}.png"))).unwrap();
            }
        }
    }
    page.upload("import-folder", &[root]).unwrap();
    teach.described(16, DESCRIBE).unwrap();
    let mut names = teach.class_names().unwrap();
    names.sort_unstable();
    assert_eq!(names, ["dots", "stripes"]);
    let split =
        "10 photos are trained on; 4 of your validation folder validate. The 2 of your test folder are left alone";
    page.wait_for("notice", SOON, |notice| notice.text.contains(split)).unwrap();
    page.wait_for("given-split", SOON, |line| line.text.contains(split)).unwrap();
    assert_eq!(page.all("error").unwrap(), []);
    let counts: Vec<_> = page.all("class").unwrap().into_iter().map(|class| class.text).collect();
    assert!(counts.len() == 2 && counts.iter().all(|text| text.contains("8 photos, 3 held out")), "{counts:?}");
    page.wait_for("example", SOON, |photo| photo.get("part") == "training").unwrap();

    teach.train(DESCRIBE).unwrap();
    let of_the_folder = |result: &Element| result.get("validated-on") == "4" && result.get("figure") == "held-out";
    let result = page.wait_for("result", SOON, of_the_folder).unwrap();
    assert!(result.text.contains("4 photos of your validation folder"), "{}", result.text);

    // It is there after a reload.
    teach.saved(SOON).unwrap();
    page.reload().unwrap();
    page.ready(START).unwrap();
    page.wait_for("given-split", SOON, |line| line.text.contains(split)).unwrap();
    teach.described(16, DESCRIBE).unwrap();

    // One press forgets it, and it can be brought back.
    let downloads = Downloads::new(&browser).unwrap();
    let saved = downloads.save(page, "export-project", SOON).unwrap();
    let forget = || {
        page.click("forget-split").unwrap();
        browser.wait_for("no split", SOON, || Ok(page.all("given-split")?.is_empty().then_some(()))).unwrap();
    };
    forget();
    page.click("undo").unwrap();
    page.wait_for("given-split", SOON, |line| line.text.contains(split)).unwrap();
    forget();
    teach.train(DESCRIBE).unwrap();
    page.wait_for("result", SOON, |result| result.get("validated-on") == "16").unwrap();

    // A project's zip keeps it.
    page.upload("import-project", &[saved]).unwrap();
    page.wait_for("given-split", DESCRIBE, |line| line.text.contains(split)).unwrap();
    teach.described(16, DESCRIBE).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_trained_model_of_another_program_is_said() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = Teach::open(&browser, &site.url(CPU), START).unwrap();
    let files: [(&str, &[u8]); 3] = [("model.json", b"{}"), ("weights.bin", &[7; 100]), ("metadata.json", b"{}")];
    let file = pictures.write("tm-my-image-model.zip", &zip(&files)).unwrap();
    teach.page.upload("import-photos", &[file]).unwrap();
    let told = teach.page.wait_for("error", DESCRIBE, |error| error.get("kind") == "bad-zip").unwrap();
    assert!(told.text.contains("trained model") && told.text.contains("model.json"), "{}", told.text);
}
