//! What no head can be trained on, and what is no photo, project or head: told by its kind, and nothing is lost.
#![cfg(test)]

use std::time::Duration;

use headstart_protocol::{InputSize, PROJECT_VERSION, ProjectClass, ProjectManifest, ProjectPhoto, TrainingSettings};
use headstart_tests::{
    Browser, Built, Downloads, Element, Options, Page, Pictures, Site, Teach, Texture, in_class, zip,
};
use headstart_weights::head::HeadFile;
use serde_json::json;

const START: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(20);
const DESCRIBE: Duration = Duration::from_secs(120);
const TRAIN: Duration = Duration::from_secs(120);
const PHOTO: Duration = Duration::from_secs(60);
const CPU: &str = "?backend=cpu&size=150#/teach";
/// A photo of each of two classes that no class holds.
const FRESH: [(Texture, &str); 2] = [(Texture::Stripes, "stripes-100.png"), (Texture::Dots, "dots-100.png")];

fn open<'a>(browser: &'a Browser, site: &Site) -> Teach<'a> {
    Teach::open(browser, &site.url(CPU), START).unwrap()
}

/// Two classes of six described photos each.
fn two_classes<'a>(browser: &'a Browser, site: &Site, pictures: &Pictures) -> Teach<'a> {
    let teach = open(browser, site);
    teach.start_with_textures(pictures, &[Texture::Stripes, Texture::Dots], 6, DESCRIBE).unwrap();
    teach
}

/// The head in use is right about new photos of both classes.
fn assert_taught(teach: &Teach<'_>, pictures: &Pictures) {
    let photos = FRESH.map(|(kind, _)| pictures.textures(kind, 100..101).unwrap().remove(0));
    let answers = teach.own_answers(&photos, PHOTO).unwrap();
    for (kind, name) in FRESH {
        assert_eq!(answers[name].0, kind.name(), "{answers:?}");
    }
    teach.show().unwrap();
}

/// A run to its end goes as it always does.
fn assert_trains(teach: &Teach<'_>) {
    let training = teach.train(TRAIN).unwrap();
    assert_eq!(training.get("state"), "done", "{training:?}");
    teach.page.wait_for("result", SOON, |result| result.get("model") == "transfer").unwrap();
}

/// A failure has words for a person.
fn assert_sentence(error: &Element) {
    println!("{}: {}", error.get("kind"), error.text);
    assert!(error.text.len() > 20 && error.text.contains(' '), "{error:?}");
}

fn assert_fails(page: &Page<'_>, kind: &str, act: impl FnOnce()) {
    let act = || {
        act();
        Ok(())
    };
    assert_sentence(&page.fails_with(kind, SOON, act).unwrap());
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn too_little_to_train_on_is_told() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = open(&browser, &site);
    let page = &teach.page;
    teach.start_with(&["stripes"]).unwrap();
    teach.add_photos("stripes", &pictures.textures(Texture::Stripes, 0..6).unwrap()).unwrap();
    teach.described(6, DESCRIBE).unwrap();
    // One class only.
    assert_fails(page, "cannot-train", || page.click("train").unwrap());

    teach.start_with(&["stripes", "dots", "vacant"]).unwrap();
    teach.add_photos("dots", &pictures.textures(Texture::Dots, 0..6).unwrap()).unwrap();
    teach.described(12, DESCRIBE).unwrap();
    // A class without photos, which its sentence names.
    page.click("train").unwrap();
    let named = |error: &Element| error.get("kind") == "cannot-train" && error.text.contains("vacant");
    page.wait_for("error", SOON, named).unwrap();

    // Switched off, it is in nobody's way.
    page.press(&in_class("vacant", "class-on")).unwrap();
    assert_trains(&teach);
    teach.result(12).unwrap();
    assert_taught(&teach, &pictures);
}

/// The same pixels in every file: no head can tell them apart, and none may claim to.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn identical_photos_give_no_proud_figure() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = open(&browser, &site);
    let page = &teach.page;
    teach.start_with(&["stripes", "dots"]).unwrap();
    let image = Texture::Stripes.draw(1);
    for class in ["stripes", "dots"] {
        teach.add_photos(class, &pictures.identical(class, &image, 6).unwrap()).unwrap();
    }
    teach.described(12, DESCRIBE).unwrap();
    page.click("train").unwrap();
    browser
        .wait_for("an end or an error", TRAIN, || {
            let errors = page.all("error")?;
            let over = page.all("training")?.iter().any(|training| training.get("state") == "done");
            assert!(errors.iter().all(|error| error.get("kind") == "cannot-train"), "{errors:?}");
            Ok((over || !errors.is_empty()).then_some(()))
        })
        .unwrap();
    for result in page.all("result").unwrap() {
        println!("accuracy {:?} on {:?}", result.get("accuracy"), result.get("validated-on"));
        assert!(result.number("accuracy").map_or(true, |accuracy| accuracy <= 0.6), "{result:?}");
    }

    // With photos that differ it goes on.
    for kind in [Texture::Stripes, Texture::Dots] {
        teach.add_photos(kind.name(), &pictures.textures(kind, 20..26).unwrap()).unwrap();
    }
    teach.described(24, DESCRIBE).unwrap();
    assert_trains(&teach);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn names_that_are_empty_or_taken_are_refused() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = two_classes(&browser, &site, &pictures);
    let page = &teach.page;
    for name in ["", "stripes", "   "] {
        assert_fails(page, "bad-name", || page.enter(&in_class("dots", "class-name"), name).unwrap());
        assert_eq!(teach.class_names().unwrap(), ["stripes", "dots"], "{name:?}");
    }
    teach.rename("dots", "circles").unwrap();
    teach.rename("circles", "dots").unwrap();
    assert_trains(&teach);
    assert_taught(&teach, &pictures);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn files_that_are_no_photos_are_told_and_the_rest_is_taken() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = open(&browser, &site);
    let page = &teach.page;
    teach.start_with(&["stripes", "dots"]).unwrap();
    let photos = pictures.textures(Texture::Stripes, 0..10).unwrap();
    let mut files = Vec::new();
    for (index, photo) in photos.into_iter().enumerate() {
        files.push(photo);
        // Each with bytes of its own, or they would be the same file again.
        let letter = |n| pictures.write(&format!("letter-{index}-{n}.jpg"), format!("Dear {index} and {n}").as_bytes());
        files.extend((0..3).map(|n| letter(n).unwrap()));
    }
    teach.add_photos("stripes", &files).unwrap();
    let ten = |count: &Element| count.get("described") == "10";
    page.wait_for("teach-count", DESCRIBE, ten).unwrap();
    // One by one, or their number in a sentence.
    browser
        .wait_for("30 refusals", DESCRIBE, || {
            let errors = page.all("error")?;
            assert!(errors.iter().all(|error| error.get("kind") == "not-an-image"), "{errors:?}");
            let card = page.all("class")?.remove(0);
            let told = errors.len() == 30 || errors.iter().chain([&card]).any(|element| element.text.contains("30"));
            Ok((told && !errors.is_empty()).then_some(()))
        })
        .unwrap();

    teach.add_photos("dots", &pictures.textures(Texture::Dots, 0..10).unwrap()).unwrap();
    let twenty = |count: &Element| count.get("described") == "20";
    page.wait_for("teach-count", DESCRIBE, twenty).unwrap();
    assert_trains(&teach);
    teach.result(20).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_run_that_goes_astray_or_is_stopped_costs_nothing() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = two_classes(&browser, &site, &pictures);
    let page = &teach.page;
    assert_trains(&teach);
    let set = |setting: &str, value: &str| page.enter(&format!("[data-testid='{setting}']"), value).unwrap();
    browser.run("document.querySelector(`[data-testid='advanced']`).open = true", vec![]).unwrap();

    // Two hidden layers turn steps of this size into a loss that is no number.
    set("setting-head", "2");
    set("setting-learning-rate", "1e30");
    let failed = page.fails_with("diverged", TRAIN, || {
        assert_eq!(teach.train(TRAIN)?.get("state"), "error");
        Ok(())
    });
    assert_sentence(&failed.unwrap());
    assert_taught(&teach, &pictures);
    set("setting-head", "0");
    set("setting-learning-rate", "");
    assert_trains(&teach);

    // Stopped as soon as a person could, in a run that would go on for long.
    set("setting-epochs", "2000");
    let stop = "const find = name => document.querySelector(`[data-testid='${name}']`);
        find('train').click();
        return new Promise(resolve => {
            const press = () => {
                const stop = find('stop');
                if (!stop || stop.disabled) return requestAnimationFrame(press);
                stop.click();
                resolve();
            };
            press();
        });";
    browser.run(stop, vec![]).unwrap();
    page.wait_for("training", SOON, |training| training.get("state") == "stopped").unwrap();
    let astray: Vec<_> = page.all("error").unwrap();
    assert!(astray.iter().all(|error| !matches!(error.get("kind"), "internal" | "worker-failed")), "{astray:?}");
    teach.described(12, SOON).unwrap();
    // Of before or of the stopped run, there is a head.
    teach.own_answers(&pictures.textures(Texture::Dots, 100..101).unwrap(), PHOTO).unwrap();
    teach.show().unwrap();
    set("setting-epochs", "");
    assert_trains(&teach);
    assert_taught(&teach, &pictures);
}

/// A project of that version with a photo.
fn project(version: u32) -> Vec<u8> {
    let class = ProjectClass { id: 1, name: "lost".to_owned(), on: true };
    let photo = ProjectPhoto {
        id: 1,
        class: 1,
        name: "a.png".to_owned(),
        burst: None,
        part: None,
        path: "photos/a.png".to_owned(),
    };
    let manifest = ProjectManifest {
        version,
        size: InputSize::S150,
        classes: vec![class],
        photos: vec![photo],
        settings: TrainingSettings::default(),
    };
    serde_json::to_vec(&manifest).unwrap()
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn projects_and_heads_that_cannot_be_read_leave_all_as_it_was() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = two_classes(&browser, &site, &pictures);
    let page = &teach.page;
    assert_trains(&teach);
    let downloads = Downloads::new(&browser).unwrap();
    let own_project = std::fs::read(downloads.save(page, "export-project", PHOTO).unwrap()).unwrap();
    let own_head = std::fs::read(downloads.save(page, "export-head", PHOTO).unwrap()).unwrap();

    // A newer project may say things that this release cannot read.
    let newer = json!({ "version": PROJECT_VERSION + 1, "moods": ["glad"] }).to_string();
    let cut = &own_project[..own_project.len() / 2];
    // Kinds in turn, so that each failure is another one than that before.
    for (name, bytes, kinds) in [
        ("letter.zip", b"This is no zip at all.".to_vec(), &["bad-zip"][..]),
        ("newer.zip", zip(&[("project.json", newer.as_bytes())]), &["bad-project"]),
        ("cut.zip", cut.to_vec(), &["bad-zip"]),
        ("newer-alike.zip", zip(&[("project.json", &project(PROJECT_VERSION + 1))]), &["bad-project"]),
        ("empty.zip", Vec::new(), &["bad-zip", "empty-file"]),
        ("no-project.zip", zip(&[("notes.txt", b"Milk, bread")]), &["bad-zip", "bad-project", "not-an-image"]),
    ] {
        let file = pictures.write(name, &bytes).unwrap();
        let before = page.all("error").unwrap();
        page.upload("import-project", &[file]).unwrap();
        let told = |error: &Element| kinds.contains(&error.get("kind"));
        browser
            .wait_for(&format!("one of {kinds:?} for {name}"), SOON, || {
                let now = page.all("error")?;
                Ok((now != before).then(|| now.into_iter().rfind(told)).flatten())
            })
            .map(|error| assert_sentence(&error))
            .unwrap();
        assert_eq!(teach.class_names().unwrap(), ["stripes", "dots"], "{name}");
        teach.described(12, SOON).unwrap();
    }

    // A project of which not one photo is there is none that anybody would want instead.
    let file = pictures.write("missing.zip", &zip(&[("project.json", &project(PROJECT_VERSION))])).unwrap();
    assert_fails(page, "bad-project", || page.upload("import-project", &[file]).unwrap());
    teach.described(12, SOON).unwrap();
    assert_eq!(teach.class_names().unwrap(), ["stripes", "dots"]);

    let mut head = HeadFile::from_bytes(&own_head).unwrap();
    head.manifest.base_sha256 = "0".repeat(64);
    let half = &own_head[..own_head.len() / 2];
    for (name, bytes, kind) in [
        ("other-base.safetensors", head.to_bytes().unwrap(), "head-mismatch"),
        ("half.safetensors", half.to_vec(), "corrupt-weights"),
    ] {
        let file = pictures.write(name, &bytes).unwrap();
        assert_fails(page, kind, || page.upload("import-head", &[file]).unwrap());
    }
    assert_taught(&teach, &pictures);
    teach.result(12).unwrap();
    assert_trains(&teach);
}
