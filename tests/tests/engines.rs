//! Classify, teach and storage in the other engines: Firefox and WebKitGTK, on the CPU. Where one is not installed, its
//! tests say so and are skipped; with `HEADSTART_ALL_ENGINES` set they fail.
#![cfg(test)]

use std::time::{Duration, Instant};

use headstart_tests::{Browser, Built, Engine, Options, Page, Pictures, Process, Site, Teach, TestError, Texture};

const START: Duration = Duration::from_secs(120);
const PHOTO: Duration = Duration::from_secs(60);
/// For 8 photos.
const DESCRIBE: Duration = Duration::from_secs(120);
const TRAIN: Duration = Duration::from_secs(180);
const SOON: Duration = Duration::from_secs(30);
const CLASSIFY: &str = "?backend=cpu&size=150#/classify";
const TEACH: &str = "?backend=cpu&size=150#/teach";
/// Photos a class.
const EACH: u64 = 4;

/// The browser, or nothing where it is not installed.
fn start(engine: Engine) -> Option<Browser> {
    engine.is_here().then(|| Browser::start(&Options { engine, ..Options::default() }).unwrap())
}

fn classify(engine: Engine) {
    let Some(browser) = start(engine) else { return };
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let start = Instant::now();
    let page = Page::open(&browser, &site.url(CLASSIFY)).unwrap();
    let ready = page.ready(START).unwrap();
    assert_eq!(ready.get("backend"), "cpu");
    println!("{}: ready after {:.1} s", engine.name(), start.elapsed().as_secs_f64());

    let photos = ["chelsea.png", "husky.png"].map(|name| built.sample(name));
    page.upload("file-input", &photos).unwrap();
    let shown = page.predictions(photos.len(), PHOTO).unwrap();
    println!("{}: answers after {:.1} s", engine.name(), start.elapsed().as_secs_f64());
    for answer in built.classify(150, &photos).unwrap() {
        let name = answer.path.file_name().unwrap().to_string_lossy().into_owned();
        let found = shown.iter().find(|found| found.get("name") == name).unwrap();
        assert_eq!(found.get("label"), answer.label, "{name}");
        let off = (found.number("confidence").unwrap() - answer.confidence).abs();
        assert!(off < 1e-3, "{name}: the command says {}, {found:?}", answer.confidence);
    }
    assert_eq!(page.all("error").unwrap(), []);
}

fn teach(engine: Engine) {
    let Some(browser) = start(engine) else { return };
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let start = Instant::now();
    let teach = Teach::open(&browser, &site.url(TEACH), START).unwrap();
    let page = &teach.page;
    let kinds = [Texture::Stripes, Texture::Dots];
    let names = kinds.map(Texture::name);
    let photos = 2 * EACH as usize;
    teach.start_with(&names).unwrap();
    for kind in kinds {
        teach.add_photos(kind.name(), &pictures.textures(kind, 0..EACH).unwrap()).unwrap();
    }
    teach.described(photos, DESCRIBE).unwrap();
    println!("{}: {photos} photos described after {:.1} s", engine.name(), start.elapsed().as_secs_f64());
    let training = teach.train(TRAIN).unwrap();
    assert_eq!(training.get("state"), "done", "{training:?}");
    let result = teach.result(photos).unwrap();
    println!("{}: trained after {:.1} s, {result:?}", engine.name(), start.elapsed().as_secs_f64());
    assert!(result.number("accuracy").unwrap() > 0.5, "{result:?}");
    assert_eq!(page.all("error").unwrap(), []);

    // What is said to be saved is there again, photos and head.
    page.wait_for("saving", SOON, |saving| saving.get("state") == "saved" && saving.get("unsaved") == "0").unwrap();
    page.reload().unwrap();
    page.ready(START).unwrap();
    teach.described(photos, SOON).unwrap();
    assert_eq!(teach.class_names().unwrap(), names);
    for kind in kinds {
        let name = format!("{}-0.png", kind.name());
        let example = teach.example(|example| example.get("name") == name).unwrap();
        assert_eq!((example.get("class"), example.get("state")), (kind.name(), "ready"));
    }
    assert_eq!(teach.result(photos).unwrap().get("accuracy"), result.get("accuracy"));
    assert_eq!(page.all("error").unwrap(), []);
    println!("{}: back after {:.1} s", engine.name(), start.elapsed().as_secs_f64());
}

#[test]
#[ignore = "needs the built page and Firefox: cargo xtask test"]
fn firefox_classifies() {
    classify(Engine::Firefox);
}

#[test]
#[ignore = "needs the built page and WebKitGTK: cargo xtask test"]
fn webkit_classifies() {
    classify(Engine::WebKit);
}

#[test]
#[ignore = "needs the built page and Firefox: cargo xtask test"]
fn firefox_is_taught_and_remembers() {
    teach(Engine::Firefox);
}

#[test]
#[ignore = "needs the built page and WebKitGTK: cargo xtask test"]
fn webkit_is_taught_and_remembers() {
    teach(Engine::WebKit);
}

#[test]
#[ignore = "needs Firefox and WebKitGTK: cargo xtask test"]
fn every_browser_ends_with_its_test() {
    for engine in Engine::ALL {
        let Some(browser) = start(engine) else { continue };
        let processes = browser.processes();
        // The driver and at least the browser.
        assert!(processes.len() > 1 && processes.iter().all(Process::is_running), "{processes:?}");
        if engine != Engine::Chromium {
            assert!(matches!(browser.console(), Err(TestError::OnlyChromium { .. })));
        }
        drop(browser);
        let start = Instant::now();
        while processes.iter().any(Process::is_running) {
            assert!(start.elapsed() < SOON, "{} is still there: {processes:?}", engine.name());
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
