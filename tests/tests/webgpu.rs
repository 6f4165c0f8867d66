//! The built page on WebGPU: on machines without a GPU Chromium's software adapter, which is slow and exact.
#![cfg(test)]

use std::time::Duration;

use headstart_tests::{
    Browser, Built, ObedientWorkers, Options, Order, Page, Pictures, Site, TOLERANCE, Teach, Texture, Worker,
    float_goldens, measured_parity, shipped_goldens,
};
use headstart_weights::Golden;
use serde::Deserialize;

const START: Duration = Duration::from_secs(300);

fn browser() -> Browser {
    Browser::start(&Options { webgpu: true, ..Options::default() }).unwrap()
}

#[derive(Deserialize)]
struct Measured {
    backend: String,
    adapter: String,
    golden: Golden,
}

fn assert_parity(browser: &Browser, url: &str, goldens: &[Golden]) {
    let page = Page::open(browser, url).unwrap();
    let measured: Measured = page.json("parity-result", START).unwrap();
    assert_eq!(measured.backend, "webgpu");
    assert!(!measured.adapter.is_empty());
    let parity = measured_parity(&measured.golden, goldens).unwrap();
    println!("{url} on {}: worst {:.1e}, features {:.1e}", measured.adapter, parity.worst(), parity.features);
    assert_eq!(parity.stages.len(), 18);
    assert!(parity.worst() < TOLERANCE, "{parity:?}");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn photos_get_the_answers_of_the_command_line() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = browser();
    let page = Page::open(&browser, &site.url("?backend=webgpu&size=150#/classify")).unwrap();
    let engine = page.ready(START).unwrap();
    assert_eq!(engine.get("backend"), "webgpu");
    assert!(!engine.get("adapter").is_empty());
    let photo = built.sample("chelsea.png");
    let expected = built.classify(150, std::slice::from_ref(&photo)).unwrap().remove(0);
    page.upload("file-input", &[photo]).unwrap();
    let found = page.predictions(1, START).unwrap().remove(0);
    let confidence = found.number("confidence").unwrap();
    println!("{confidence:.6}, on the command line {:.6}, {} ms", expected.confidence, found.get("ms"));
    assert_eq!(found.get("label"), expected.label);
    assert!((confidence - expected.confidence).abs() < 1e-3, "{confidence}, not {}", expected.confidence);
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn every_stage_has_the_golden_figures() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let url = site.url("?backend=webgpu&size=150&parity=1");
    assert_parity(&browser(), &url, &shipped_goldens(&built).unwrap());
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
    let browser = browser();
    for size in [150, 224] {
        let url = site.url(&format!("?backend=webgpu&size={size}&parity=1&weights=float.safetensors"));
        assert_parity(&browser, &url, &float_goldens().unwrap());
    }
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn two_classes_are_taught() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = browser();
    let teach = Teach::open(&browser, &site.url("?backend=webgpu&size=150#/teach"), START).unwrap();
    let engine = teach.page.ready(START).unwrap();
    assert_eq!(engine.get("backend"), "webgpu");
    assert!(!engine.get("adapter").is_empty());
    teach.start_with(&["stripes", "dots"]).unwrap();
    for kind in [Texture::Stripes, Texture::Dots] {
        teach.add_photos(kind.name(), &pictures.textures(kind, 0..4).unwrap()).unwrap();
    }
    teach.described(8, START).unwrap();
    let training = teach.train(START).unwrap();
    assert_eq!(training.get("state"), "done", "{training:?}");
    let result = teach.page.wait_for("result", START, |result| result.get("model") == "transfer").unwrap();
    println!("taught on {} in {} s", engine.get("adapter"), result.get("seconds"));
    let own = teach.own_answers(&pictures.textures(Texture::Dots, 100..101).unwrap(), START).unwrap();
    assert_eq!(own["dots-100.png"].0, "dots");
    assert_eq!(teach.page.all("error").unwrap(), []);
}

/// A software adapter is slower than the processor itself: it is taken only where it is forced.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_software_adapter_is_not_chosen() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = browser();
    let page = Page::open(&browser, &site.url("?size=150")).unwrap();
    let engine = page.ready(START).unwrap();
    let software = "return navigator.gpu.requestAdapter().then(adapter => !adapter || adapter.info.isFallbackAdapter)";
    if browser.run(software, vec![]).unwrap() == true {
        assert_eq!(engine.get("backend"), "cpu");
    }
}

/// The software adapter, for the page a real one: it is taken unasked, and left as such.
const REAL_GPU: &str = "GPU.prototype.requestAdapter = () => Promise.resolve({
    info: { vendor: 'acme' }, isFallbackAdapter: false, features: new Set(['timestamp-query']) });";

/// A browser that tells what each worker of the page does, and has run `script` before.
fn watching(script: &str) -> Browser {
    let before_pages = Some(format!("{}\n{script}", Worker::WATCH));
    Browser::start(&Options { webgpu: true, before_pages, ..Options::default() }).unwrap()
}

fn is_cat(page: &Page<'_>, built: &Built, count: usize) {
    page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
    assert_eq!(page.predictions(count, START).unwrap()[0].get("label"), "cat");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_lost_device_is_opened_again_and_at_the_second_loss_left() {
    let built = Built::find().unwrap();
    let workers = ObedientWorkers::new(&built.dist).unwrap();
    let site = Site::under(&built.dist, "/", &workers.mounted()).unwrap();
    let browser = watching(REAL_GPU);
    let page = Page::open(&browser, &site.url("?size=150#/classify")).unwrap();
    assert_eq!(page.ready(START).unwrap().get("backend"), "webgpu");
    let lose = |count: usize, backend: &str| {
        Order::LoseDevice.give(&browser).unwrap();
        let started = || Ok((Worker::all(&browser)?.len() == count).then_some(()));
        browser.wait_for("another worker", START, started).unwrap();
        let ready = |engine: &headstart_tests::Element| engine.get("state") == "ready";
        assert_eq!(page.wait_for("engine", START, ready).unwrap().get("backend"), backend);
    };
    lose(2, "webgpu");
    is_cat(&page, &built, 1);
    // After an answer it counts from the beginning.
    lose(3, "webgpu");
    lose(4, "cpu");
    is_cat(&page, &built, 2);
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_forced_gpu_that_is_lost_is_opened_again_and_never_replaced() {
    let built = Built::find().unwrap();
    let workers = ObedientWorkers::new(&built.dist).unwrap();
    let site = Site::under(&built.dist, "/", &workers.mounted()).unwrap();
    let browser = watching("");
    let page = Page::open(&browser, &site.url("?backend=webgpu&size=150#/classify")).unwrap();
    page.ready(START).unwrap();
    page.upload("file-input", &[built.sample("chelsea.png"), built.sample("husky.png")]).unwrap();
    // In the middle of both.
    Order::LoseDevice.give(&browser).unwrap();
    let labels: Vec<_> =
        page.predictions(2, START).unwrap().iter().map(|found| found.get("label").to_owned()).collect();
    assert!(labels.contains(&"cat".to_owned()) && labels.contains(&"dog".to_owned()), "{labels:?}");
    assert_eq!(page.ready(START).unwrap().get("backend"), "webgpu");
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_training_goes_on_after_its_device_is_lost() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let workers = ObedientWorkers::new(&built.dist).unwrap();
    let site = Site::under(&built.dist, "/", &workers.mounted()).unwrap();
    let browser = watching("");
    let teach = Teach::open(&browser, &site.url("?backend=webgpu&size=150#/teach"), START).unwrap();
    teach.start_with_textures(&pictures, &[Texture::Stripes, Texture::Dots], 4, START).unwrap();
    teach.page.click("train").unwrap();
    teach.page.wait_for("training", START, |training| training.get("state") == "running").unwrap();
    Order::LoseDevice.give(&browser).unwrap();
    teach.page.wait_for("training", START, |training| training.get("state") == "done").unwrap();
    assert_eq!(Worker::all(&browser).unwrap().len(), 2);
    let own = teach.own_answers(&pictures.textures(Texture::Dots, 100..101).unwrap(), START).unwrap();
    assert_eq!(own["dots-100.png"].0, "dots");
    assert_eq!(teach.page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_gpu_that_does_not_open_has_ten_seconds() {
    let built = Built::find().unwrap();
    let workers = ObedientWorkers::with_silent_gpu(&built.dist).unwrap();
    let site = Site::under(&built.dist, "/", &workers.mounted()).unwrap();
    let browser = watching(REAL_GPU);
    let page = Page::open(&browser, &site.url("?size=150#/classify")).unwrap();
    assert_eq!(page.ready(START).unwrap().get("backend"), "cpu");
    is_cat(&page, &built, 1);
}
