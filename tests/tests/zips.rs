//! Zips that are damaged in part, made to do harm, or given while another one is at work.
#![cfg(test)]

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use headstart_tests::{
    Browser, Built, Downloads, Element, Options, Page, Pictures, Site, Teach, Texture, hostile_zips, zip,
};

const START: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(20);
const DESCRIBE: Duration = Duration::from_secs(120);
const CPU: &str = "?backend=cpu&size=150#/teach";
/// Hostile projects that the page is given. `cargo test -p headstart-tests hostile` reads far more of them natively.
const HOSTILE: usize = 48;

fn teach<'a>(browser: &'a Browser, site: &Site) -> Teach<'a> {
    Teach::open(browser, &site.url(CPU), START).unwrap()
}

/// Two classes of three described photos each.
fn two_classes<'a>(browser: &'a Browser, site: &Site, pictures: &Pictures) -> Teach<'a> {
    let teach = teach(browser, site);
    teach.start_with_textures(pictures, &[Texture::Stripes, Texture::Dots], 3, DESCRIBE).unwrap();
    teach
}

/// A zip of a texture that becomes the class `class`.
fn zip_of_a_texture(pictures: &Pictures, class: &str, seed: u64) -> PathBuf {
    let photo = pictures.textures(Texture::Rings, seed..seed + 1).unwrap().remove(0);
    pictures.write(&format!("{class}.zip"), &zip(&[("photo.png", &fs::read(photo).unwrap())])).unwrap()
}

fn has_class(page: &Page<'_>, name: &str) {
    page.wait_for("class", DESCRIBE, |class| class.get("class") == name).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn hostile_projects_leave_all_as_it_was() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = two_classes(&browser, &site, &pictures);
    let page = &teach.page;
    for (number, (what, bytes)) in hostile_zips(13, HOSTILE).into_iter().enumerate() {
        // What is said next is of this one.
        let dismiss = "document.querySelectorAll(`[data-testid='dismiss']`).forEach(button => button.click())";
        browser.run(dismiss, vec![]).unwrap();
        browser.wait_for("no errors", SOON, || Ok(page.all("error")?.is_empty().then_some(()))).unwrap();
        let file = pictures.write(&format!("hostile-{number}.zip"), &bytes).unwrap();
        page.upload("import-project", &[file]).unwrap();
        let told = |error: &Element| ["bad-zip", "bad-project"].contains(&error.get("kind"));
        let error = page.wait_for("error", SOON, told).unwrap_or_else(|error| panic!("{what}: {error}"));
        println!("{what}: {}", error.text);
        assert_eq!(teach.class_names().unwrap(), ["stripes", "dots"], "{what}");
    }
    teach.described(6, SOON).unwrap();
    // The worker that read them all still reads.
    page.upload("import-photos", &[zip_of_a_texture(&pictures, "after", 50)]).unwrap();
    has_class(page, "after");
    teach.described(7, DESCRIBE).unwrap();
}

/// The first photo in a zip of a project with other bytes than it had.
fn damage(zip: &Path) -> Vec<u8> {
    let mut bytes = fs::read(zip).unwrap();
    let signature = b"\x89PNG";
    let photo = bytes.windows(4).position(|window| window == signature).unwrap();
    bytes[photo + 200] ^= 0x55;
    bytes
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_damaged_photo_costs_itself_and_is_named() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = two_classes(&browser, &site, &pictures);
    let page = &teach.page;
    let downloads = Downloads::new(&browser).unwrap();
    let saved = downloads.save(page, "export-project", SOON).unwrap();
    let file = pictures.write("damaged.zip", &damage(&saved)).unwrap();
    page.upload("import-project", &[file]).unwrap();
    let named = |error: &Element| {
        error.get("kind") == "bad-project"
            && error.text.contains("stripes-0.png (damaged)")
            && error.text.contains("1 photo")
    };
    page.wait_for("error", SOON, named).unwrap();
    teach.described(5, DESCRIBE).unwrap();
    assert_eq!(teach.class_names().unwrap(), ["stripes", "dots"]);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn zips_given_while_another_is_at_work_wait_for_their_turn() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = two_classes(&browser, &site, &pictures);
    let page = &teach.page;
    let no_zip = pictures.write("letter.zip", b"This is no zip at all.").unwrap();
    let one = zip_of_a_texture(&pictures, "one", 61);
    let two = zip_of_a_texture(&pictures, "two", 62);
    // An export is begun, and three zips follow of which one is none.
    page.click("export-project").unwrap();
    page.upload("import-photos", &[one, no_zip, two]).unwrap();
    has_class(page, "one");
    has_class(page, "two");
    page.wait_for("error", SOON, |error| error.get("kind") == "bad-zip").unwrap();
    teach.described(8, DESCRIBE).unwrap();
    assert_eq!(teach.class_names().unwrap(), ["stripes", "dots", "one", "two"]);
}

/// The files of a zip, with their names.
fn files_of(zip: &Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = ::zip::ZipArchive::new(fs::File::open(zip).unwrap()).unwrap();
    let mut files = Vec::new();
    for number in 0..zip.len() {
        let mut file = zip.by_index(number).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.push((file.name().unwrap().into_owned(), bytes));
    }
    files
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_project_that_was_unpacked_and_zipped_again_opens_and_so_does_its_head_alone() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = two_classes(&browser, &site, &pictures);
    let page = &teach.page;
    teach.train(DESCRIBE).unwrap();
    let downloads = Downloads::new(&browser).unwrap();
    let files = files_of(&downloads.save(page, "export-project", SOON).unwrap());
    let mut again = vec![("__MACOSX/mine/._project.json".to_owned(), b"Mac OS X".to_vec())];
    again.extend(files.iter().map(|(name, bytes)| {
        let edited = || format!("\u{feff}{}", String::from_utf8_lossy(bytes).replace('\n', "\r\n")).into_bytes();
        (format!("./mine/{name}"), if name == "project.json" { edited() } else { bytes.clone() })
    }));
    let again: Vec<(&str, &[u8])> = again.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let file = pictures.write("again.zip", &zip(&again)).unwrap();
    page.upload("import-project", &[file]).unwrap();
    page.wait_for("project", DESCRIBE, |project| project.get("open") == "true" && project.get("name") == "again")
        .unwrap();
    teach.described(6, DESCRIBE).unwrap();
    assert_eq!(teach.class_names().unwrap(), ["stripes", "dots"]);
    page.wait_for("own-head", SOON, |head| head.text.contains("stripes, dots")).unwrap();
    assert_eq!(page.all("error").unwrap(), []);
    // The head alone, in a page that has none.
    let other = Browser::start(&Options::default()).unwrap();
    let teach = self::teach(&other, &site);
    let head = files.iter().find(|(name, _)| name.ends_with(".safetensors")).unwrap();
    let file = pictures.write("head.zip", &zip(&[("head.safetensors", &head.1)])).unwrap();
    teach.page.upload("import-project", &[file]).unwrap();
    teach.page.wait_for("own-head", SOON, |head| head.text.contains("stripes, dots")).unwrap();
    assert_eq!(teach.page.all("error").unwrap(), []);
}
