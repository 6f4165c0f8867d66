//! The built page on the CPU, against the command line and the golden figures.
#![cfg(test)]

use std::{path::PathBuf, time::Duration};

use headstart_tests::{
    Browser, Built, Element, Kind, ObedientWorkers, Options, Page, Pictures, Site, TOLERANCE, float_goldens,
    measured_parity, shipped_goldens,
};
use headstart_weights::Golden;
use serde::Deserialize;
use serde_json::json;

const START: Duration = Duration::from_secs(90);
const PHOTO: Duration = Duration::from_secs(60);

/// The page on the CPU at 150×150, ready.
fn ready<'a>(browser: &'a Browser, site: &Site) -> Page<'a> {
    let page = Page::open(browser, &site.url("?backend=cpu&size=150#/classify")).unwrap();
    let engine = page.ready(START).unwrap();
    assert_eq!(engine.get("backend"), "cpu");
    page
}

/// Counts the workers that are started, notes what the page says when the first one is, and counts those that are ended.
const WORKERS: &str = "window.workers = { started: 0, ended: 0, said: null };
    const Original = Worker;
    window.Worker = class extends Original {
        constructor(...address) {
            super(...address);
            window.workers.started += 1;
            window.workers.said ??= document.querySelector(`[data-testid='engine'] [role=status]`)?.textContent ?? '';
        }
        terminate() {
            super.terminate();
            window.workers.ended += 1;
        }
    };";

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn one_worker_starts_beside_the_page_and_ends_where_the_address_is_wrong() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options { before_pages: Some(WORKERS.to_owned()), ..Options::default() }).unwrap();
    let check = |ended: u32| {
        let workers = browser.run("return window.workers", vec![]).unwrap();
        assert_eq!((&workers["started"], &workers["ended"]), (&json!(1), &json!(ended)));
        // Its code has not come, and maybe not even its first words.
        assert!(["", "Loading the page"].map(|said| json!(said)).contains(&workers["said"]), "{workers}");
    };
    ready(&browser, &site);
    check(0);

    browser.open("about:blank").unwrap();
    let page = Page::open(&browser, &site.url("?backend=cpu&size=99")).unwrap();
    page.wait_for("error", START, |_| true).unwrap();
    check(1);
}

/// Notes how long each message to a worker is, and what state the engine is in then.
const MESSAGES: &str = "window.posted = [];
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
        const { state } = document.querySelector(`[data-testid='engine']`).dataset;
        window.posted.push({ bytes: message.byteLength ?? 0, state });
        return post.call(this, message, ...rest);
    };";

/// The base comes twice, as it is damaged at first.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_photo_that_is_given_while_the_base_comes_is_begun_then_and_answered_as_any_other() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options { before_pages: Some(MESSAGES.to_owned()), ..Options::default() }).unwrap();
    let photo = built.sample("chelsea.png");
    let bytes = std::fs::metadata(&photo).unwrap().len();
    site.limit(Some(2_000_000));
    site.misbehave(&built.base_path(), Kind::Flip(std::fs::metadata(&built.base).unwrap().len() * 3 / 4), 1);
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150&workers=1#/classify")).unwrap();
    page.wait_for("file-input", START, |_| true).unwrap();
    page.upload("file-input", std::slice::from_ref(&photo)).unwrap();
    page.predictions(1, START + PHOTO).unwrap();
    page.upload("file-input", &[photo]).unwrap();
    let answers = page.predictions(2, PHOTO).unwrap();
    let of = |answer: &Element| ["label", "confidence"].map(|attribute| answer.get(attribute).to_owned());
    assert_eq!(of(&answers[0]), of(&answers[1]));
    assert_eq!(site.requests_for(&built.base_path()).len(), 2);
    let with_photo = "return window.posted.filter(({ bytes }) => bytes > arguments[0]).map(({ state }) => state)";
    assert_eq!(browser.run(with_photo, vec![json!(bytes)]).unwrap(), json!(["loading", "ready", "ready"]));
}

fn names(elements: &[Element]) -> Vec<&str> {
    elements.iter().map(|element| element.get("name")).collect()
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn photos_get_the_answers_of_the_command_line() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = ready(&browser, &site);
    let chelsea = built.sample("chelsea.png");
    let photos = [
        chelsea.clone(),
        built.sample("husky.png"),
        built.sample("coffee.png"),
        pictures.convert(&chelsea, "chelsea.jpg").unwrap(),
        pictures.convert(&chelsea, "chelsea.webp").unwrap(),
        pictures.convert(&chelsea, "chelsea.bmp").unwrap(),
        pictures.animation(&chelsea).unwrap(),
        pictures.one_pixel().unwrap(),
    ];
    let expected = built.classify(150, &photos).unwrap();
    assert_eq!(expected.len(), photos.len());

    // One alone, then all others at once.
    page.upload("file-input", &photos[..1]).unwrap();
    page.predictions(1, PHOTO).unwrap();
    page.upload("file-input", &photos[1..]).unwrap();
    let found = page.predictions(photos.len(), PHOTO).unwrap();
    for answer in expected {
        let name = answer.path.file_name().unwrap().to_string_lossy();
        let shown = found.iter().find(|element| element.get("name") == name).unwrap();
        let confidence = shown.number("confidence").unwrap();
        println!("{name}: {} {confidence:.6}, on the command line {:.6}", shown.get("label"), answer.confidence);
        assert_eq!(shown.get("label"), answer.label, "{name}");
        assert!((confidence - answer.confidence).abs() < 1e-3, "{name}: {confidence}, not {}", answer.confidence);
        assert!(shown.number("ms").unwrap() > 0.0, "{name}");
    }
    assert_eq!(found.iter().find(|element| element.get("name") == "chelsea.png").unwrap().get("label"), "cat");
    assert_eq!(found.iter().find(|element| element.get("name") == "husky.png").unwrap().get("label"), "dog");
    assert_eq!(found.last().unwrap().get("name"), "chelsea.png", "the newest comes first");
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn what_is_no_photo_is_told_and_the_rest_goes_on() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = ready(&browser, &site);
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic and then nothing that any browser reads";
    let bad = [
        (pictures.write("empty.jpg", b"").unwrap(), "empty-file"),
        (pictures.write("garbage.jpg", &[0x17; 5_000]).unwrap(), "not-an-image"),
        (pictures.write("text.png", b"This is no picture.").unwrap(), "not-an-image"),
        (pictures.half_a_jpeg(&built.sample("chelsea.png")).unwrap(), "damaged-image"),
        (pictures.huge_header().unwrap(), "image-too-large"),
        (pictures.write("photo.heic", heic).unwrap(), "unsupported-format"),
    ];
    let mut files: Vec<PathBuf> = bad.iter().map(|(path, _)| path.clone()).collect();
    files.push(built.sample("chelsea.png"));
    page.upload("file-input", &files).unwrap();
    assert_eq!(names(&page.predictions(1, PHOTO).unwrap()), ["chelsea.png"]);
    let errors = browser
        .wait_for("all errors", PHOTO, || Ok(Some(page.all("error")?).filter(|errors| errors.len() >= bad.len())))
        .unwrap();
    let mut found: Vec<_> = errors.iter().map(|error| error.get("kind")).collect();
    let mut expected: Vec<_> = bad.iter().map(|(_, kind)| *kind).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "{errors:?}");
    assert!(errors.iter().all(|error| error.text.len() > 20 && error.text.contains(' ')), "{errors:?}");
    let alert = browser.run("return document.querySelector('[data-testid=error]').getAttribute('role')", vec![]);
    assert_eq!(alert.unwrap(), "alert");

    // The page is as usable as before.
    page.upload("file-input", &[built.sample("husky.png")]).unwrap();
    assert_eq!(names(&page.predictions(2, PHOTO).unwrap()), ["husky.png", "chelsea.png"]);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn two_hundred_files_at_once() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = ready(&browser, &site);
    let mut files: Vec<_> = (0..195).map(|i| pictures.write(&format!("{i}.jpg"), b"no picture").unwrap()).collect();
    for i in 0..5 {
        files.insert(i * 40, pictures.convert(&built.sample("chelsea.png"), &format!("photo-{i}.png")).unwrap());
    }
    page.upload("file-input", &files).unwrap();
    assert_eq!(page.predictions(5, PHOTO).unwrap().len(), 5);
    browser.wait_for("195 errors", PHOTO, || Ok((page.all("error")?.len() == 195).then_some(()))).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn samples_are_one_click() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = ready(&browser, &site);
    let samples = page.all("sample").unwrap();
    assert!(samples.len() >= 3 && samples.iter().all(|sample| !sample.get("name").is_empty()), "{samples:?}");
    browser.click("[data-testid=sample][data-name*=chelsea]").unwrap();
    assert_eq!(page.predictions(1, PHOTO).unwrap()[0].get("label"), "cat");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_page_answers_while_the_rest_loads() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    site.misbehave(&built.base_path(), Kind::Throttle(2_000_000), 1);
    let browser = Browser::start(&Options::default()).unwrap();
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150")).unwrap();
    let loading = page.wait_for("engine", START, |engine| engine.number("loaded").is_ok_and(|n| n > 0.0)).unwrap();
    assert_eq!(loading.get("state"), "loading");

    // Painted, answering, and already taking photos.
    let paint = "return performance.getEntriesByName('first-contentful-paint')[0].startTime";
    let painted = browser.run(paint, vec![]).unwrap().as_f64().unwrap();
    println!("first contentful paint after {painted:.0} ms");
    assert!(painted < 2_000.0, "painted after {painted} ms");
    page.go("#/about").unwrap();
    let gone = |page: &Page<'_>| Ok(page.all("file-input")?.is_empty().then_some(()));
    browser.wait_for("the other view", Duration::from_secs(2), || gone(&page)).unwrap();
    page.go("#/classify").unwrap();
    page.wait_for("file-input", Duration::from_secs(2), |_| true).unwrap();
    page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();

    // The bar counts bytes and only goes up.
    let total = std::fs::metadata(&built.base).unwrap().len() as f64;
    let mut last = 0.0;
    browser
        .wait_for("the end of the download", START, || {
            let engine = page.all("engine")?.remove(0);
            if engine.get("state") != "loading" {
                return Ok(Some(()));
            }
            let (loaded, all) = (engine.number("loaded")?, engine.number("total")?);
            assert!(loaded >= last && loaded <= all, "{loaded} of {all} after {last}");
            assert!(all >= total && all < total + 1e6, "{all} bytes, the base alone has {total}");
            last = loaded;
            Ok(None)
        })
        .unwrap();
    assert!(last > 0.5 * total, "seen up to byte {last} only");
    page.ready(START).unwrap();
    assert_eq!(names(&page.predictions(1, PHOTO).unwrap()), ["chelsea.png"]);
}

#[derive(Deserialize)]
struct Measured {
    backend: String,
    golden: Golden,
}

fn assert_parity(browser: &Browser, url: &str, goldens: &[Golden]) {
    let page = Page::open(browser, url).unwrap();
    let measured: Measured = page.json("parity-result", START).unwrap();
    assert_eq!(measured.backend, "cpu");
    let parity = measured_parity(&measured.golden, goldens).unwrap();
    println!("{url}: worst {:.1e}, features {:.1e}", parity.worst(), parity.features);
    assert_eq!(parity.stages.len(), 18);
    assert!(parity.worst() < TOLERANCE, "{parity:?}");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn every_stage_has_the_golden_figures() {
    let built = Built::find().unwrap();
    let goldens = shipped_goldens(&built).unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    for size in [150, 224] {
        assert_parity(&browser, &site.url(&format!("?backend=cpu&size={size}&parity=1")), &goldens);
    }
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn without_relaxed_simd_another_program_computes_the_same() {
    let built = Built::find().unwrap();
    let workers = ObedientWorkers::without_relaxed_simd(&built.dist).unwrap();
    let site = Site::under(&built.dist, "/", &workers.mounted()).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let goldens = shipped_goldens(&built).unwrap();
    assert_parity(&browser, &site.url("?backend=cpu&size=150&parity=1"), &goldens);
    assert_eq!(site.requests_for("/headstart-engine-cpu_plain.wasm").len(), 1);
    assert!(site.requests_for("/headstart-engine-cpu_bg.wasm").is_empty());
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn every_stage_of_the_float_base_has_the_golden_figures() {
    let built = Built::find().unwrap();
    let Some(weights) = built.float_weights() else {
        println!("left out: no float weights here; `cargo xtask weights` brings them");
        return;
    };
    let site = Site::under(&built.dist, "/", &[("float.safetensors", &weights)]).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    for size in [150, 224] {
        let url = site.url(&format!("?backend=cpu&size={size}&parity=1&weights=float.safetensors"));
        assert_parity(&browser, &url, &float_goldens().unwrap());
    }
    assert!(!site.requests_for("/float.safetensors").is_empty());
}

#[derive(Deserialize)]
struct Bench {
    backend: String,
    size: usize,
    batch: usize,
    runs_ms: Vec<f64>,
    features_l2: f64,
    navigation_to_ready_ms: f64,
    wasm_heap_bytes: u64,
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_bench_tells_times_of_the_real_thing() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = Page::open(&browser, &site.url("?backend=cpu&bench=3&size=150&batch=2")).unwrap();
    let bench: Bench = page.json("bench-result", START).unwrap();
    assert_eq!((bench.backend.as_str(), bench.size, bench.batch, bench.runs_ms.len()), ("cpu", 150, 2, 3));
    assert!(bench.runs_ms.iter().all(|ms| *ms > 1.0), "{:?}", bench.runs_ms);
    assert!(bench.navigation_to_ready_ms > 0.0 && bench.wasm_heap_bytes > 10_000_000);
    let goldens = shipped_goldens(&built).unwrap();
    let golden = goldens.iter().find(|golden| golden.size == 150).unwrap();
    let expected = golden.features.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    assert!((bench.features_l2 / expected - 1.0).abs() < TOLERANCE, "{}, not {expected}", bench.features_l2);
    println!("{:?} ms a batch of 2, ready after {:.0} ms", bench.runs_ms, bench.navigation_to_ready_ms);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn without_simd_the_page_says_so() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    // As such a browser does: it knows no such module, and compiles none.
    let before_pages = Some(
        "WebAssembly.validate = () => false;
        WebAssembly.instantiate = WebAssembly.instantiateStreaming =
            () => Promise.reject(new WebAssembly.CompileError('invalid value type'));"
            .to_owned(),
    );
    let browser = Browser::start(&Options { before_pages, ..Options::default() }).unwrap();
    let page = Page::open(&browser, &site.url("#/classify")).unwrap();
    page.wait_for("error", START, |error| error.get("kind") == "no-simd").unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_device_that_cannot_be_had_is_an_error_only_where_it_is_forced() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = Page::open(&browser, &site.url("?backend=webgpu")).unwrap();
    page.wait_for("error", START, |error| error.get("kind") == "backend-unavailable").unwrap();
    page.wait_for("engine", START, |engine| engine.get("state") == "error").unwrap();
    let page = Page::open(&browser, &site.url("")).unwrap();
    assert_eq!(page.ready(START).unwrap().get("backend"), "cpu");
    let size = browser.run("return location.search", vec![]).unwrap();
    assert_eq!(size, json!(""));
}
