//! Everything that the page waits for comes, or is given up and told: downloads, the GPU, the workers.
#![cfg(test)]

use std::time::{Duration, Instant};

use headstart_tests::{Browser, Built, Kind, ObedientWorkers, Options, Order, Page, Pictures, Site, Texture, Worker};

const START: Duration = Duration::from_secs(90);
const PHOTO: Duration = Duration::from_secs(60);
/// A worker that hangs is ended after 30 seconds, or more where photos are slow.
const HANG: Duration = Duration::from_secs(180);
const CPU: &str = "?backend=cpu&size=150&workers=1#/classify";

/// A browser with WebGPU that tells what each worker of the page does, and has run `script` before.
fn watching(script: &str) -> Browser {
    let before_pages = Some(format!("{}\n{script}", Worker::WATCH));
    Browser::start(&Options { webgpu: true, before_pages, ..Options::default() }).unwrap()
}

fn browser() -> Browser {
    Browser::start(&Options::default()).unwrap()
}

fn notes(browser: &Browser) -> String {
    let script = "return [...document.querySelectorAll('.engine-note')].map(note => note.textContent).join(' ')";
    browser.run(script, vec![]).unwrap().as_str().unwrap().to_owned()
}

fn is_cat(page: &Page<'_>, built: &Built, count: usize, after: Duration) {
    page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
    assert_eq!(page.predictions(count, after).unwrap()[0].get("label"), "cat");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_stalled_download_is_taken_up_where_it_stopped() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = browser();
    let length = std::fs::metadata(&built.base).unwrap().len();
    site.misbehave(&built.base_path(), Kind::StallAfter(length / 3), 1);
    let start = Instant::now();
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.ready(START).unwrap();
    let seconds = start.elapsed().as_secs();
    assert!((15..40).contains(&seconds), "{seconds} s");
    let requests = site.requests_for(&built.base_path());
    let sent = requests.iter().map(|request| request.sent as u64).sum::<u64>();
    assert_eq!(requests.iter().map(|request| request.status).collect::<Vec<_>>(), [200, 206]);
    assert!(sent * 10 <= length * 11, "{sent} bytes for {length}");
    is_cat(&page, &built, 1, PHOTO);
}

/// The host announces more than it sends, every time.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_body_that_stays_short_is_told_and_can_be_tried_again() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = browser();
    site.misbehave(&built.base_path(), Kind::Short(10_000), u32::MAX);
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.wait_for("stands-still", Duration::from_secs(40), |_| true).unwrap();
    page.wait_for("try-again", PHOTO, |_| true).unwrap();
    let error = page.wait_for("error", START, |error| !error.get("kind").is_empty()).unwrap();
    assert_eq!(error.get("kind"), "download-failed", "{error:?}");
    site.behave();
    page.click("try-again").unwrap();
    page.wait_for("engine", START, |engine| engine.get("state") == "ready").unwrap();
    is_cat(&page, &built, 1, PHOTO);
}

/// A cache on the way may hold a damaged copy, or the last release's.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn what_is_not_the_file_is_asked_of_the_host_once_more() {
    let built = Built::find().unwrap();
    let base = built.base_path();
    let head = "/models/cats-dogs-150.safetensors";
    let length = std::fs::metadata(&built.base).unwrap().len();
    let browser = browser();
    for (path, fault, kind) in [
        (base.as_str(), Kind::Flip(20), "corrupt-weights"),
        (&base, Kind::Flip(length / 2), "corrupt-weights"),
        (&base, Kind::Flip(length - 1), "corrupt-weights"),
        (&base, Kind::Ends(length / 2), "corrupt-weights"),
        (&base, Kind::Html("application/octet-stream"), "wrong-content"),
        (head, Kind::Flip(10_000), "corrupt-weights"),
        (head, Kind::Html("application/octet-stream"), "wrong-content"),
        (head, Kind::Html("text/html"), "wrong-content"),
    ] {
        let site = Site::new(&built.dist).unwrap();
        site.misbehave(path, fault, 1);
        let page = Page::open(&browser, &site.url(CPU)).unwrap();
        let engine = page.ready(START).unwrap();
        let requests = site.requests_for(path);
        assert_eq!(requests.len(), 2, "{fault:?} {requests:?}");
        assert!(requests[1].headers.get("cache-control").is_some_and(|cache| cache == "no-cache"), "{requests:?}");
        assert_eq!(engine.get("loaded"), engine.get("total"), "what came in vain does not count");

        // Not for ever.
        let site = Site::new(&built.dist).unwrap();
        site.misbehave(path, fault, u32::MAX);
        let page = Page::open(&browser, &site.url(CPU)).unwrap();
        let error = page.wait_for("error", START, |error| !error.get("kind").is_empty()).unwrap();
        assert_eq!(error.get("kind"), kind, "{fault:?}: {error:?}");
        assert_eq!(site.requests_for(path).len(), 2);
        assert_eq!(error.text.contains("two releases"), kind == "corrupt-weights", "{error:?}");
    }
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_worker_that_does_not_come_can_be_asked_for_again() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = browser();
    site.misbehave("_loader.js", Kind::StallAfter(0), 1);
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.wait_for("stands-still", Duration::from_secs(40), |_| true).unwrap();
    page.click("try-again").unwrap();
    page.ready(START).unwrap();
    assert_eq!(page.all("stands-still").unwrap(), []);
    is_cat(&page, &built, 1, PHOTO);
}

const SILENT_GPU: &str = "GPU.prototype.requestAdapter = () => new Promise(() => {});";

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_browser_that_names_no_gpu_has_ten_seconds() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = watching(SILENT_GPU);
    let page = Page::open(&browser, &site.url("?size=150#/classify")).unwrap();
    assert_eq!(page.ready(START).unwrap().get("backend"), "cpu");
    assert!(notes(&browser).contains("10 seconds"), "{}", notes(&browser));
    is_cat(&page, &built, 1, PHOTO);
    browser.open("about:blank").unwrap();
    let page = Page::open(&browser, &site.url("?backend=webgpu&size=150#/classify")).unwrap();
    page.wait_for("error", START, |error| error.get("kind") == "backend-unavailable").unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_worker_that_hangs_is_ended_and_rebuilt() {
    let built = Built::find().unwrap();
    let workers = ObedientWorkers::new(&built.dist).unwrap();
    let site = Site::under(&built.dist, "/", &workers.mounted()).unwrap();
    let browser = watching("");
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.ready(START).unwrap();
    is_cat(&page, &built, 1, PHOTO);
    Order::Hang.give(&browser).unwrap();
    let start = Instant::now();
    is_cat(&page, &built, 2, HANG);
    println!("answered {:.0} s after a hang", start.elapsed().as_secs_f64());
    assert_eq!(Worker::all(&browser).unwrap().len(), 2);
    assert_eq!(page.all("error").unwrap(), []);
    assert!(notes(&browser).contains("did not answer"), "{}", notes(&browser));
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_helper_that_hangs_gives_its_photos_back() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let workers = ObedientWorkers::new(&built.dist).unwrap();
    let site = Site::under(&built.dist, "/", &workers.mounted()).unwrap();
    let browser = watching("");
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150&workers=2#/classify")).unwrap();
    page.ready(START).unwrap();
    page.upload("file-input", &pictures.textures(Texture::Clouds, 0..12).unwrap()).unwrap();
    page.wait_for("engine", START, |engine| engine.get("workers") == "2").unwrap();
    Order::Hang.give_to(&browser, 1).unwrap();
    page.upload("file-input", &pictures.textures(Texture::Clouds, 12..24).unwrap()).unwrap();
    page.predictions(24, HANG).unwrap();
    assert_eq!(page.all("error").unwrap(), []);
    assert_eq!(Worker::all(&browser).unwrap().len(), 2);
}

/// Two workers crash as soon as a photo is sent to them: neither has begun it.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_photo_that_no_worker_had_begun_is_not_to_blame() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = watching("");
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.ready(START).unwrap();
    browser.run("window.crashes = [0, 1, 2];", vec![]).unwrap();
    is_cat(&page, &built, 1, START);
    assert_eq!(Worker::all(&browser).unwrap().len(), 4);
    assert_eq!(page.all("error").unwrap(), []);
}
