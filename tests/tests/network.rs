//! What the page asks of the network, and what it makes of a network that fails.
#![cfg(test)]

use std::time::Duration;

use headstart_tests::{Browser, Built, Kind, Options, Page, Scratch, Site};

const START: Duration = Duration::from_secs(90);
const PHOTO: Duration = Duration::from_secs(60);
const CPU: &str = "?backend=cpu&size=150#/classify";

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn nothing_is_asked_of_any_other_origin() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.ready(START).unwrap();
    page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
    page.predictions(1, PHOTO).unwrap();
    page.go("#/about").unwrap();
    // The photo stays here too: nothing but reading.
    assert!(site.requests().iter().all(|request| request.method == "GET" && request.body.is_empty()));
    assert!(site.requests().iter().all(|request| request.status < 400), "{:?}", site.requests());
    let others = "return performance.getEntriesByType('resource').map(entry => entry.name)
        .filter(name => !name.startsWith(location.origin) && !/^(blob|data):/.test(name))";
    assert_eq!(browser.run(others, vec![]).unwrap(), serde_json::json!([]));
    let reports: Vec<_> = site.reports().into_iter().map(|report| report.blocked).collect();
    assert!(reports.is_empty(), "{reports:?}");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_second_visit_fetches_no_weights() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let profile = Scratch::new().unwrap();
    let options = Options { profile: Some(profile.path().to_owned()), ..Options::default() };
    for visit in 0..2 {
        // A browser of its own, so that only what is on the disk is remembered.
        let browser = Browser::start(&options).unwrap();
        let page = Page::open(&browser, &site.url(CPU)).unwrap();
        page.ready(START).unwrap();
        assert_eq!(site.requests_for(&built.base_path()).len(), usize::from(visit == 0), "visit {visit}");
        page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
        assert_eq!(page.predictions(1, PHOTO).unwrap()[0].get("label"), "cat");
        site.forget();
    }
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_dropped_connection_is_taken_up_where_it_broke() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let third = std::fs::metadata(&built.base).unwrap().len() / 3;
    site.misbehave(&built.base_path(), Kind::CutAfter(third), 2);
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.ready(START).unwrap();
    let requests = site.requests_for(&built.base_path());
    let ranges: Vec<_> = requests.iter().map(|request| request.headers.get("range").cloned()).collect();
    println!("{ranges:?}");
    assert_eq!(requests.len(), 3, "{ranges:?}");
    assert_eq!(ranges[0], None);
    let from = |range: &Option<String>| {
        let first = range.as_deref()?.strip_prefix("bytes=")?.split('-').next()?;
        first.parse::<u64>().ok()
    };
    let starts = [from(&ranges[1]).unwrap(), from(&ranges[2]).unwrap()];
    assert!(starts[0] > 0 && starts[0] <= third && starts[1] > starts[0], "{starts:?}");
    assert!(requests[1..].iter().all(|request| request.status == 206));
    page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
    assert_eq!(page.predictions(1, PHOTO).unwrap()[0].get("label"), "cat");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_host_without_ranges_works_after_a_drop() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    site.misbehave(&built.base_path(), Kind::CutAfter(1_000_000), 1);
    site.misbehave(&built.base_path(), Kind::NoRanges, u32::MAX);
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.ready(START).unwrap();
    page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
    assert_eq!(page.predictions(1, PHOTO).unwrap()[0].get("label"), "cat");
}

/// Each fault is told by its kind, and the page stays usable: its other views open.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn weights_that_do_not_come_are_told() {
    let built = Built::find().unwrap();
    for (fault, kind) in [
        (Kind::Html("text/html; charset=utf-8"), "wrong-content"),
        (Kind::Html("application/octet-stream"), "wrong-content"),
        (Kind::Status(404), "download-failed"),
        (Kind::CutAfter(0), "download-failed"),
    ] {
        let site = Site::new(&built.dist).unwrap();
        let browser = Browser::start(&Options::default()).unwrap();
        site.misbehave(&built.base_path(), fault, u32::MAX);
        let page = Page::open(&browser, &site.url(CPU)).unwrap();
        let error = page.wait_for("error", START, |error| !error.get("kind").is_empty()).unwrap();
        assert_eq!(error.get("kind"), kind, "{fault:?}: {error:?}");
        page.wait_for("engine", START, |engine| engine.get("state") == "error").unwrap();
        page.go("#/about").unwrap();
        let gone = || Ok(page.all("file-input")?.is_empty().then_some(()));
        browser.wait_for("the other view", Duration::from_secs(5), gone).unwrap();

        // Once the host is well again, so is the page.
        site.behave();
        let page = Page::open(&browser, &site.url(CPU)).unwrap();
        page.reload().unwrap();
        page.ready(START).unwrap();
    }
}

/// Another file of the right length where the weights should be.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn damaged_weights_are_refused() {
    let built = Built::find().unwrap();
    let damaged = Scratch::new().unwrap();
    let mut bytes = std::fs::read(&built.base).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    let file = damaged.path().join("damaged");
    std::fs::write(&file, bytes).unwrap();
    let name = built.base_path();
    let site = Site::under(&built.dist, "/", &[(name.trim_start_matches('/'), &file)]).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    let error = page.wait_for("error", START, |error| !error.get("kind").is_empty()).unwrap();
    assert_eq!(error.get("kind"), "corrupt-weights", "{error:?}");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_page_works_below_any_path() {
    let built = Built::find().unwrap();
    let site = Site::under(&built.dist, "/some/where/", &[]).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.ready(START).unwrap();
    browser.click("[data-testid=sample]").unwrap();
    page.predictions(1, PHOTO).unwrap();
    let strays: Vec<_> = site.requests().into_iter().filter(|request| request.status >= 400).collect();
    assert!(strays.is_empty(), "{strays:?}");
}

/// Plain http on a local network: no Cache API, no camera, no WebGPU, and uploads work all the same.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn an_insecure_context_still_classifies() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let host = "headstart.test".to_owned();
    let options = Options { webgpu: true, cameras: 1, host: Some(host.clone()), ..Options::default() };
    let browser = Browser::start(&options).unwrap();
    let page = Page::open(&browser, &site.url_on(&host, "?size=150#/classify")).unwrap();
    assert_eq!(page.ready(START).unwrap().get("backend"), "cpu");
    page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
    assert_eq!(page.predictions(1, PHOTO).unwrap()[0].get("label"), "cat");
    page.click("camera").unwrap();
    page.wait_for("error", PHOTO, |error| error.get("kind") == "insecure-context").unwrap();
}
