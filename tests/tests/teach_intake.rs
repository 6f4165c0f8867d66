//! Photos that come in folders and zips: classes of their own, and what computers leave beside them is not worth a word.
#![cfg(test)]

use std::{fs, time::Duration};

use headstart_tests::{Browser, Built, Options, Scratch, Site, Teach, Texture, zip};

const START: Duration = Duration::from_secs(90);
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
