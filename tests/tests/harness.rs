//! The test's own tools, on a page of a few lines: a host that never misbehaves, or a policy that reports nothing, would
//! let every other test pass.
#![cfg(test)]

use std::{fs, path::Path, time::Duration};

use headstart_tests::{Browser, Kind, Options, Page, Scratch, Site};
use serde_json::json;

const SOON: Duration = Duration::from_secs(20);

fn page(folder: &Path) {
    let html = "<!doctype html><title>t</title><p data-testid=engine data-state=ready data-loaded=5>hello</p>
        <input type=file multiple data-testid=file-input style=display:none>";
    fs::write(folder.join("index.html"), html).unwrap();
    fs::write(folder.join("data.bin"), (0..100_000_u32).map(|i| i as u8).collect::<Vec<_>>()).unwrap();
    fs::write(folder.join("worker.js"), "onmessage = message => fetch(message.data).catch(() => {});").unwrap();
}

/// What `fetch` of `data.bin` with `headers` gives: status, content type and byte count, or the exception.
fn fetched(browser: &Browser, headers: &serde_json::Value) -> serde_json::Value {
    let script = "const r = await fetch('data.bin', { headers: arguments[0] });
        const status = [r.status, r.headers.get('content-type'), r.headers.get('content-range')];
        try { return [...status, (await r.arrayBuffer()).byteLength]; } catch (e) { return [...status, e.name]; }";
    let script = format!("return (async function() {{ {script} }})(...arguments);");
    browser.run(&script, vec![headers.clone()]).unwrap()
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn the_host_serves_ranges_and_commits_faults() {
    let folder = Scratch::new().unwrap();
    page(folder.path());
    let site = Site::under(folder.path(), "/deep/down/", &[]).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let shown = Page::open(&browser, &site.url("?x=1#/classify")).unwrap();
    assert_eq!(shown.ready(SOON).unwrap().number("loaded").unwrap(), 5.0);
    assert!(shown.ready(SOON).unwrap().number("state").is_err());

    let octets = "application/octet-stream";
    let plain = json!({});
    assert_eq!(fetched(&browser, &plain), json!([200, octets, null, 100_000]));
    let range = json!({ "range": "bytes=99000-" });
    assert_eq!(fetched(&browser, &range), json!([206, octets, "bytes 99000-99999/100000", 1_000]));

    site.misbehave("data.bin", Kind::CutAfter(5_000), 1);
    assert_eq!(fetched(&browser, &plain), json!([200, octets, null, "TypeError"]));
    site.misbehave("data.bin", Kind::Html("text/html"), 1);
    assert_eq!(fetched(&browser, &plain)[1], "text/html");
    site.misbehave("data.bin", Kind::NoRanges, 1);
    assert_eq!(fetched(&browser, &range), json!([200, octets, null, 100_000]));
    site.misbehave("data.bin", Kind::Throttle(200_000), 1);
    let start = std::time::Instant::now();
    assert_eq!(fetched(&browser, &plain)[3], 100_000);
    assert!(start.elapsed() > Duration::from_millis(400));
    site.misbehave("data.bin", Kind::Status(503), u32::MAX);
    assert_eq!(fetched(&browser, &plain)[0], 503);
    site.behave();
    assert_eq!(fetched(&browser, &plain)[0], 200);

    assert_eq!(site.requests_for("data.bin").iter().filter(|request| request.status == 206).count(), 1);
    assert!(site.requests_for("data.bin").iter().all(|request| request.path == "/deep/down/data.bin"));
    assert!(site.reports().is_empty());
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn requests_to_other_origins_are_reported_from_page_and_worker() {
    let folder = Scratch::new().unwrap();
    page(folder.path());
    let other = Site::new(folder.path()).unwrap();
    let site = Site::new(folder.path()).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    Page::open(&browser, &site.url("")).unwrap();
    for (index, script) in ["fetch(arguments[0]).catch(() => {})", "new Worker('worker.js').postMessage(arguments[0])"]
        .into_iter()
        .enumerate()
    {
        browser.run(script, vec![json!(other.url("data.bin"))]).unwrap();
        browser
            .wait_for("a report", SOON, || Ok((site.reports().len() > index).then_some(())))
            .unwrap_or_else(|error| panic!("{script}: {error}"));
    }
    assert!(site.reports().iter().all(|report| report.blocked.starts_with(&other.url(""))), "{:?}", site.reports());
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn files_are_handed_over_and_time_runs_out() {
    let folder = Scratch::new().unwrap();
    page(folder.path());
    let site = Site::new(folder.path()).unwrap();
    let options = Options { before_pages: Some("window.first = true;".to_owned()), ..Options::default() };
    let browser = Browser::start(&options).unwrap();
    let shown = Page::open(&browser, &site.url("")).unwrap();
    assert_eq!(browser.run("return window.first", vec![]).unwrap(), true);
    shown.upload("file-input", &[folder.path().join("data.bin"), folder.path().join("worker.js")]).unwrap();
    let names = browser.run("return [...document.querySelector('input').files].map(file => file.name)", vec![]);
    assert_eq!(names.unwrap(), json!(["data.bin", "worker.js"]));

    browser.run("console.error('a word')", vec![]).unwrap();
    let error = shown.wait_for("prediction", Duration::from_millis(200), |_| true).unwrap_err().to_string();
    assert!(error.contains("hello") && error.contains("a word"), "{error}");
}

/// The browser offers what the other tests ask of it.
#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn the_browser_has_an_adapter_and_cameras_only_where_asked() {
    let folder = Scratch::new().unwrap();
    page(folder.path());
    let site = Site::new(folder.path()).unwrap();
    let kinds = "return navigator.mediaDevices.enumerateDevices()
        .then(all => all.filter(device => device.kind == 'videoinput').length)";
    let adapter = "return navigator.gpu ? navigator.gpu.requestAdapter().then(adapter => adapter != null) : false";
    let host = "headstart.test".to_owned();
    for (webgpu, cameras) in [(false, 0), (true, 2)] {
        let options = Options { webgpu, cameras, host: Some(host.clone()), ..Options::default() };
        let browser = Browser::start(&options).unwrap();
        Page::open(&browser, &site.url("")).unwrap();
        assert_eq!(browser.run(kinds, vec![]).unwrap(), cameras);
        assert_eq!(browser.run(adapter, vec![]).unwrap(), webgpu);
        browser.open(&site.url_on(&host, "")).unwrap();
        assert_eq!(browser.run("return window.isSecureContext", vec![]).unwrap(), false);
    }
}
