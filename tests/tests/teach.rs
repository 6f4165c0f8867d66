//! Classes taught in the page, on the CPU: from files to a head, over a reload, and away to other browsers.
#![cfg(test)]

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use headstart_tests::{
    Answers, Browser, Built, Downloads, Element, Options, Page, Pictures, Site, Teach, Texture, in_class,
};
use headstart_weights::head::HeadFile;

const START: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(20);
/// For up to 61 photos.
const DESCRIBE: Duration = Duration::from_secs(180);
const TRAIN: Duration = Duration::from_secs(120);
const PHOTO: Duration = Duration::from_secs(60);
const CPU: &str = "?backend=cpu&size=150#/teach";
/// Photos a class.
const EACH: u64 = 12;

fn open<'a>(browser: &'a Browser, site: &Site) -> Teach<'a> {
    Teach::open(browser, &site.url(CPU), START).unwrap()
}

fn assert_no_error(page: &Page<'_>) {
    assert_eq!(page.all("error").unwrap(), []);
}

/// Trains to the end and gives back the result over that many photos.
fn trained(teach: &Teach<'_>, photos: usize) -> Element {
    let training = teach.train(TRAIN).unwrap();
    assert_eq!(training.get("state"), "done", "{training:?}");
    let result = teach.result(photos).unwrap();
    println!("{photos} photos: accuracy {}, {} s", result.get("accuracy"), result.get("seconds"));
    assert!(result.number("accuracy").unwrap() >= 0.9, "{result:?}");
    assert!(result.number("seconds").unwrap() > 0.0, "{result:?}");
    result
}

/// The photo of that file name.
fn named(name: &'static str) -> impl Fn(&Element) -> bool {
    move |example| example.get("name") == name
}

/// The largest difference of two sets of answers, whose labels must agree.
fn difference(one: &Answers, other: &Answers) -> f64 {
    assert!(one.keys().eq(other.keys()), "{one:?} {other:?}");
    let pairs = one.iter().map(|(name, (label, confidence))| {
        let (other_label, other_confidence) = &other[name];
        assert_eq!(label, other_label, "{name}");
        (confidence - other_confidence).abs()
    });
    pairs.fold(0.0, f64::max)
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn two_classes_then_five_and_a_label_put_right() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = open(&browser, &site);
    let page = &teach.page;
    let add = |kind: Texture| teach.add_photos(kind.name(), &pictures.textures(kind, 0..EACH).unwrap()).unwrap();

    teach.start_with(&["stripes", "checks"]).unwrap();
    add(Texture::Stripes);
    add(Texture::Checks);
    teach.described(24, DESCRIBE).unwrap();
    trained(&teach, 24);

    for kind in &Texture::ALL[2..] {
        teach.add_class(kind.name()).unwrap();
        add(*kind);
    }
    let wanderer = pictures.save("wanderer.png", Texture::Dots.draw(50)).unwrap();
    teach.add_photos("stripes", &[wanderer]).unwrap();
    let count = teach.described(61, DESCRIBE).unwrap();
    assert_eq!(count.get("classes"), "5");
    trained(&teach, 61);

    // The photo of the wrong class stands in a cell beside the diagonal and leaves it for its own class.
    let id = teach.example(named("wanderer.png")).unwrap().get("id").to_owned();
    let wrong = teach.wrong_examples("stripes", "dots").unwrap();
    assert!(wrong.contains(&id), "{id} is not among {wrong:?}");
    teach.move_from("wrong-example", &id, "dots").unwrap();
    teach.example(|example| example.get("id") == id && example.get("class") == "dots").unwrap();
    let result = trained(&teach, 61);
    let cells = page.all("confusion-cell").unwrap();
    let counts = cells.iter().map(|cell| cell.number("count").unwrap());
    assert_eq!((cells.len(), counts.sum::<f64>()), (25, 61.0));
    let right = cells.iter().filter(|cell| cell.get("label") == cell.get("answer"));
    let right: f64 = right.map(|cell| cell.number("count").unwrap()).sum();
    assert!((right / 61.0 - result.number("accuracy").unwrap()).abs() < 1e-3, "{right} of 61 and {result:?}");
    let temperature = page.wait_for("how-sure", SOON, |_| true).unwrap().number("temperature").unwrap();
    let reliability = page.wait_for("reliability", SOON, |_| true).unwrap();
    println!("temperature {temperature}, {}", reliability.text);
    assert!((0.0..=1.0).contains(&reliability.number("ece").unwrap()), "{reliability:?}");

    // The new head answers pictures that it has never seen.
    let fresh = fresh(&pictures);
    let own = teach.own_answers(&fresh, PHOTO).unwrap();
    println!("{own:?}");
    for kind in Texture::ALL {
        assert_eq!(own[&format!("{}-100.png", kind.name())].0, kind.name());
    }
    assert_no_error(page);

    teach.show().unwrap();
    teach.saved(SOON).unwrap();
    page.reload().unwrap();
    page.ready(START).unwrap();
    assert_eq!(difference(&own, &teach.own_answers(&fresh, PHOTO).unwrap()), 0.0);
    teach.show().unwrap();
    let count = teach.described(61, SOON).unwrap();
    assert_eq!(count.get("classes"), "5");
    assert_eq!(teach.class_names().unwrap(), Texture::ALL.map(Texture::name));
    assert_eq!(teach.result(61).unwrap().get("accuracy"), result.get("accuracy"));
    assert_eq!(page.wait_for("reliability", SOON, |_| true).unwrap(), reliability);
    assert_eq!(page.all("stale").unwrap(), []);
    assert_eq!(teach.example(named("wanderer.png")).unwrap().get("class"), "dots");
    assert_no_error(page);

    let downloads = Downloads::new(&browser).unwrap();
    let project = downloads.save(page, "export-project", PHOTO).unwrap();
    let head = downloads.save(page, "export-head", PHOTO).unwrap();
    assert_eq!(project.extension().unwrap(), "zip");
    project_elsewhere(&site, &project, &fresh, &own);
    head_elsewhere(&site, &head, &fresh, &own);
    head_on_the_command_line(&built, &head, &fresh, &own);
    head_as_a_link(&built, &head, &own, &fresh[..1]);
    let file = HeadFile::from_bytes(&std::fs::read(&head).unwrap()).unwrap();
    assert_eq!(file.manifest.classes, Texture::ALL.map(Texture::name));
    let told = result.number("accuracy").unwrap();
    assert!((file.manifest.val_accuracy.unwrap() - told).abs() < 1e-3, "{:?}, not {told}", file.manifest.val_accuracy);
    assert!((file.manifest.temperature.unwrap() - temperature).abs() < 1e-3, "{:?}", file.manifest.temperature);

    // What the shipped head's confidence is worth is on record.
    page.go("#/about").unwrap();
    let shipped = page.wait_for("reliability", SOON, |_| true).unwrap();
    assert!(shipped.number("ece").unwrap() <= 0.015, "{shipped:?}");
}

/// A picture of each kind that no class holds.
fn fresh(pictures: &Pictures) -> Vec<PathBuf> {
    Texture::ALL.iter().flat_map(|kind| pictures.textures(*kind, 100..101).unwrap()).collect()
}

/// The project in a browser that knows nothing of it.
fn project_elsewhere(site: &Site, project: &Path, fresh: &[PathBuf], own: &Answers) {
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = open(&browser, site);
    teach.page.upload("import-project", &[project.to_owned()]).unwrap();
    let count = teach.described(61, DESCRIBE).unwrap();
    assert_eq!(count.get("classes"), "5");
    assert_eq!(teach.class_names().unwrap(), Texture::ALL.map(Texture::name));
    assert_eq!(teach.example(named("wanderer.png")).unwrap().get("class"), "dots");
    let found = difference(own, &teach.own_answers(fresh, PHOTO).unwrap());
    println!("the project in another browser: {found:.1e} off");
    assert!(found < 1e-4, "{found}");
    assert_no_error(&teach.page);
}

/// The head alone in a browser that knows nothing of it.
fn head_elsewhere(site: &Site, head: &Path, fresh: &[PathBuf], own: &Answers) {
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = open(&browser, site);
    teach.page.upload("import-head", &[head.to_owned()]).unwrap();
    let found = difference(own, &teach.own_answers(fresh, PHOTO).unwrap());
    println!("the head in another browser: {found:.1e} off");
    assert!(found < 1e-4, "{found}");
    assert_no_error(&teach.page);
}

fn head_on_the_command_line(built: &Built, head: &Path, fresh: &[PathBuf], own: &Answers) {
    for answer in built.classify_by(head, fresh).unwrap() {
        let name = answer.path.file_name().unwrap().to_string_lossy();
        let (label, confidence) = &own[&*name];
        println!("{name}: {label} {confidence:.6}, on the command line {:.6}", answer.confidence);
        assert_eq!(*label, answer.label, "{name}");
        assert!((confidence - answer.confidence).abs() < 1e-3, "{name}: {confidence}, not {}", answer.confidence);
    }
}

/// The head beside the page on a host, opened by its address.
fn head_as_a_link(built: &Built, head: &Path, own: &Answers, photo: &[PathBuf]) {
    let site = Site::under(&built.dist, "/", &[("shared.safetensors", head)]).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let url = site.url("?backend=cpu&size=150&head=shared.safetensors#/classify");
    let page = Page::open(&browser, &url).unwrap();
    page.ready(START).unwrap();
    page.upload("file-input", photo).unwrap();
    let name = photo[0].file_name().unwrap().to_string_lossy();
    let (label, confidence) = &own[&*name];
    // Such a head may answer beside the shipped one or in its place.
    browser
        .wait_for("the shared head's answer", PHOTO, || {
            let all = [page.all("own-prediction")?, page.all("prediction")?].concat();
            let Some(shown) = all.iter().find(|shown| shown.get("label") == label) else { return Ok(None) };
            assert!((shown.number("confidence")? - confidence).abs() < 1e-4, "{shown:?}, not {confidence}");
            Ok(Some(()))
        })
        .unwrap();
    assert_no_error(&page);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_practice_set_is_two_clicks() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = open(&browser, &site);
    teach.page.click("practice").unwrap();
    // Class after class comes, each with all its photos.
    let all = |count: &Element| {
        count.number("classes").is_ok_and(|classes| classes >= 3.0) && count.get("photos") == count.get("described")
    };
    let count = teach.page.wait_for("teach-count", DESCRIBE, all).unwrap();
    assert!(count.number("photos").unwrap() >= 9.0, "{count:?}");
    trained(&teach, count.get("photos").parse().unwrap());
    assert_no_error(&teach.page);

    // Figures of photos that are not those of the project any more are said to be, tomorrow too.
    assert_eq!(teach.page.all("stale").unwrap(), []);
    teach.page.press("[data-testid='example'] [data-testid='remove-example']").unwrap();
    teach.page.wait_for("stale", SOON, |_| true).unwrap();
    teach.saved(SOON).unwrap();
    teach.page.reload().unwrap();
    teach.page.ready(START).unwrap();
    teach.page.wait_for("stale", SOON, |_| true).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn photos_and_classes_are_put_in_order() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = open(&browser, &site);
    let page = &teach.page;
    teach.start_with(&["lines", "dots"]).unwrap();
    let photos = pictures.textures(Texture::Stripes, 0..3).unwrap();
    teach.add_photos("lines", &photos).unwrap();
    teach.add_photos("dots", &pictures.textures(Texture::Dots, 0..3).unwrap()).unwrap();
    teach.described(6, DESCRIBE).unwrap();

    // A class takes its photos along to its new name.
    teach.rename("lines", "stripes").unwrap();
    assert_eq!(teach.class_names().unwrap(), ["stripes", "dots"]);
    assert_eq!(teach.example(named("stripes-1.png")).unwrap().get("class"), "stripes");

    // The same photo once more is told, whatever its class.
    page.fails_with("duplicate", SOON, || teach.add_photos("dots", &photos[1..2])).unwrap();
    teach.described(6, DESCRIBE).unwrap();

    let id = teach.example(named("stripes-1.png")).unwrap().get("id").to_owned();
    let of = |class: &'static str| {
        let id = id.clone();
        move |example: &Element| example.get("id") == id && example.get("class") == class
    };
    page.press(&format!("[data-testid='example'][data-id='{id}'] [data-testid='remove-example']")).unwrap();
    teach.described(5, SOON).unwrap();
    page.click("undo").unwrap();
    teach.described(6, SOON).unwrap();
    teach.example(of("stripes")).unwrap();
    teach.move_from("example", &id, "dots").unwrap();
    teach.example(of("dots")).unwrap();
    page.click("undo").unwrap();
    teach.example(of("stripes")).unwrap();

    // A class goes and comes back with all its photos.
    page.press(&in_class("dots", "remove-class")).unwrap();
    teach.described(3, SOON).unwrap();
    page.click("undo").unwrap();
    teach.described(6, SOON).unwrap();
    assert_eq!(teach.class_names().unwrap(), ["stripes", "dots"]);
}

/// The bytes of descriptors that the browser keeps for each photo.
const KEPT_DESCRIPTORS: &str = "return new Promise((resolve, reject) => {
        const open = indexedDB.open('headstart /');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
            const all = open.result.transaction('descriptions').objectStore('descriptions').getAll();
            all.onsuccess = () => { open.result.close(); resolve(all.result.map(one => one.descriptors.byteLength)); };
            all.onerror = () => reject(all.error);
        };
    });";

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn augmented_views_are_looked_at_once_training_wants_them() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let teach = open(&browser, &site);
    teach.start_with_textures(&pictures, &[Texture::Stripes, Texture::Dots], 3, DESCRIBE).unwrap();
    let set = |choice: &str| teach.page.enter("[data-testid='setting-views']", choice).unwrap();
    let trained = || {
        assert_eq!(teach.train(TRAIN).unwrap().get("state"), "done");
        teach.result(6).unwrap();
    };
    set("1");
    trained();
    // Three descriptors of 2,048 floats a photo, which are written a moment later.
    browser
        .wait_for("the views in the database", SOON, || {
            let kept = browser.run(KEPT_DESCRIPTORS, vec![])?;
            Ok((kept == serde_json::json!([24_576, 24_576, 24_576, 24_576, 24_576, 24_576])).then_some(()))
        })
        .unwrap();
    // They are there for the next run, and for one that wants none of them.
    trained();
    set("0");
    trained();
    assert_no_error(&teach.page);
}
