//! The test's own tools, on a page of a few lines: a host that never misbehaves, or a policy that reports nothing, would
//! let every other test pass.
#![cfg(test)]

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use headstart_tests::{Browser, Downloads, Kind, Options, Page, Pictures, Scratch, Site, Texture};
use serde_json::json;

const SOON: Duration = Duration::from_secs(20);

fn page(folder: &Path) {
    let html = "<!doctype html><title>t</title><p data-testid=engine data-state=ready data-loaded=5>hello</p>
        <input type=file multiple data-testid=file-input hidden>
        <input type=file webkitdirectory multiple data-testid=folder-input>
        <a href=data.bin download=kept.bin data-testid=save>Save</a>
        <select data-testid=choice><option>one<option>two</select>
        <script src=choice.js></script>";
    // A file, as the policy wants it.
    let script = "document.querySelector('select').onchange = event => {
        const alert = document.createElement('p');
        Object.assign(alert.dataset, { testid: 'error', kind: event.target.value });
        document.body.append(alert);
    };";
    fs::write(folder.join("index.html"), html).unwrap();
    fs::write(folder.join("choice.js"), script).unwrap();
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
    site.misbehave("data.bin", Kind::Ends(70), 1);
    assert_eq!(fetched(&browser, &plain), json!([200, octets, null, 70]));
    site.misbehave("data.bin", Kind::Swapped("worker.js"), 1);
    assert_eq!(fetched(&browser, &plain)[3], 59);
    site.misbehave("data.bin", Kind::Flip(300), 1);
    let byte = "return fetch('data.bin').then(r => r.bytes()).then(all => all[300]);";
    assert_eq!(browser.run(byte, vec![]).unwrap(), (300 % 256) ^ 0x10);
    // Nothing more comes, and nobody hangs up.
    for (fault, came) in [(Kind::StallAfter(5_000), 5_000), (Kind::Short(1_000), 99_000)] {
        site.misbehave("data.bin", fault, 1);
        let script = "return fetch('data.bin').then(async response => {
            const [reader, late] = [response.body.getReader(), new Promise(late => setTimeout(late, 1000))];
            let came = 0;
            for (;;) {
                const piece = await Promise.race([reader.read(), late]);
                if (!piece) return came;
                if (piece.done) return 'the end';
                came += piece.value.length;
            }
        }, error => error.name);";
        assert_eq!(browser.run(script, vec![]).unwrap(), came, "{fault:?}");
    }
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

    fs::create_dir_all(folder.path().join("pets/cats")).unwrap();
    fs::write(folder.path().join("pets/cats/one.txt"), b"one").unwrap();
    shown.upload("folder-input", &[folder.path().join("pets")]).unwrap();
    let paths = "return [...document.querySelectorAll('input')[1].files].map(file => file.webkitRelativePath)";
    assert_eq!(browser.run(paths, vec![]).unwrap(), json!(["pets/cats/one.txt"]));

    browser.run("console.error('a word')", vec![]).unwrap();
    let error = shown.wait_for("prediction", Duration::from_millis(200), |_| true).unwrap_err().to_string();
    assert!(error.contains("hello") && error.contains("a word"), "{error}");
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn files_are_saved_and_choices_made() {
    let folder = Scratch::new().unwrap();
    page(folder.path());
    let site = Site::new(folder.path()).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let shown = Page::open(&browser, &site.url("")).unwrap();
    let downloads = Downloads::new(&browser).unwrap();
    // The same name a second time is another file.
    for _ in 0..2 {
        let saved = downloads.save(&shown, "save", SOON).unwrap();
        assert_eq!(saved.file_name().unwrap(), "kept.bin");
        assert_eq!(fs::read(saved).unwrap(), fs::read(folder.path().join("data.bin")).unwrap());
    }

    for value in ["two", "one", "two"] {
        let error = shown.fails_with(value, SOON, || shown.enter("[data-testid='choice']", value)).unwrap();
        assert_eq!(error.get("kind"), value);
    }
    // What failed before is no failure of now.
    assert!(shown.fails_with("two", Duration::from_millis(200), || Ok(())).is_err());
    shown.reload().unwrap();
    assert!(shown.all("error").unwrap().is_empty());
}

/// Two files of the same pixels are two files, and a browser shows both.
#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn identical_pictures_are_pictures() {
    let pictures = Pictures::new().unwrap();
    let image = Texture::Dots.draw(1);
    let files = pictures.identical("same", &image, 2).unwrap();
    let others = pictures.identical("other", &image, 2).unwrap();
    let bytes: BTreeSet<_> = files.iter().chain(&others).map(|file| fs::read(file).unwrap()).collect();
    assert_eq!(bytes.len(), 4);
    let folder = files[0].parent().unwrap();
    page(folder);
    let site = Site::new(folder).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    browser.open(&site.url("")).unwrap();
    let script = "const load = name => fetch(name).then(response => response.blob()).then(createImageBitmap);
        return Promise.all(['same-0.png', 'same-1.png'].map(load)).then(all => all.map(image => image.width));";
    assert_eq!(browser.run(script, vec![]).unwrap(), json!([image.width(), image.width()]));
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
