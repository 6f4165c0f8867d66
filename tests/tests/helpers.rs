//! Many photos on the CPU: helpers look at some of them, and nobody notices but by the time it takes.
#![cfg(test)]

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use headstart_protocol::Reply;
use headstart_tests::{Browser, Built, Element, Kind, Options, Page, Pictures, Site, Teach, Texture, Worker};
use serde_json::Value;

const START: Duration = Duration::from_secs(90);
const PHOTOS: Duration = Duration::from_secs(120);
const TRAIN: Duration = Duration::from_secs(120);
/// Photos that are enough for a helper to come.
const PICK: u64 = 12;

/// A browser that tells what each worker of the page does.
fn watching() -> Browser {
    Browser::start(&Options { before_pages: Some(Worker::WATCH.to_owned()), ..Options::default() }).unwrap()
}

/// The page on the CPU at 150×150, ready, with `workers` at most.
fn ready<'a>(browser: &'a Browser, site: &Site, workers: u32) -> Page<'a> {
    // Away first: a page that only gets another hash is not loaded anew.
    browser.open("about:blank").unwrap();
    let page = Page::open(browser, &site.url(&format!("?backend=cpu&size=150&workers={workers}#/classify"))).unwrap();
    assert_eq!(page.ready(START).unwrap().get("workers"), "1");
    page
}

fn has_workers(page: &Page<'_>, count: &str) {
    page.wait_for("engine", START, |engine| engine.get("workers") == count).unwrap();
}

/// Two picks of photos.
fn picks(pictures: &Pictures) -> [Vec<PathBuf>; 2] {
    [0..PICK, PICK..2 * PICK].map(|seeds| pictures.textures(Texture::Clouds, seeds).unwrap())
}

/// What each photo was answered with, in the order of the page.
fn answers(found: &[Element]) -> Vec<[&str; 3]> {
    found.iter().map(|answer| ["name", "label", "confidence"].map(|attribute| answer.get(attribute))).collect()
}

/// Every photo of both picks was answered once.
fn assert_each_once(workers: &[Worker]) {
    let answered: Vec<_> = workers.iter().map(Worker::answered).collect();
    let all = answered.iter().map(Vec::len).sum::<usize>();
    // Each worker's requests have numbers of their own.
    let different = answered.iter().map(|ids| ids.iter().collect::<BTreeSet<_>>().len()).sum::<usize>();
    assert_eq!((all, different), (2 * PICK as usize, 2 * PICK as usize), "{answered:?}");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_helper_answers_as_the_main_worker_does_and_goes_again() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = watching();
    let [first, second] = picks(&pictures);
    let all = first.len() + second.len();

    let page = ready(&browser, &site, 1);
    page.upload("file-input", &first).unwrap();
    page.upload("file-input", &second).unwrap();
    let alone = page.predictions(all, PHOTOS).unwrap();
    assert_eq!(Worker::all(&browser).unwrap().len(), 1);
    assert_eq!(page.all("engine").unwrap()[0].get("workers"), "1");

    let page = ready(&browser, &site, 2);
    page.upload("file-input", &first).unwrap();
    has_workers(&page, "2");
    // With both ready, each takes of these.
    page.upload("file-input", &second).unwrap();
    let together = page.predictions(all, PHOTOS).unwrap();
    assert_eq!(answers(&together), answers(&alone));
    let workers = Worker::all(&browser).unwrap();
    println!("answered: {:?}", workers.iter().map(|worker| worker.answered().len()).collect::<Vec<_>>());
    assert_eq!(workers.len(), 2);
    assert!(workers.iter().all(|worker| !worker.answered().is_empty()), "{workers:?}");
    assert_each_once(&workers);
    assert_eq!(page.all("error").unwrap(), []);
    assert_eq!(site.requests_for(&built.base_path()).len(), 1, "the weights are fetched once");

    has_workers(&page, "1");
    page.upload("file-input", &first[..1]).unwrap();
    page.predictions(all + 1, PHOTOS).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_helper_describes_and_knows_the_visitors_own_head() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = watching();
    let url = |workers: u32| site.url(&format!("?backend=cpu&size=150&workers={workers}#/teach"));
    let teach = Teach::open(&browser, &url(2), START).unwrap();
    teach.start_with(&["stripes", "dots"]).unwrap();
    teach.add_photos("stripes", &pictures.textures(Texture::Stripes, 0..PICK).unwrap()).unwrap();
    has_workers(&teach.page, "2");
    teach.add_photos("dots", &pictures.textures(Texture::Dots, 0..PICK).unwrap()).unwrap();
    teach.described(2 * PICK as usize, PHOTOS).unwrap();
    let workers = Worker::all(&browser).unwrap();
    assert!(workers[1].replies().any(|reply| matches!(reply, Reply::Describe(_))), "{workers:?}");
    assert_each_once(&workers);
    teach.train(TRAIN).unwrap();

    let others = pictures.textures(Texture::Stripes, 100..100 + PICK).unwrap();
    teach.own_answers(&others, PHOTOS).unwrap();
    has_workers(&teach.page, "2");
    let together = teach.own_answers(&others, PHOTOS).unwrap();
    let workers = Worker::all(&browser).unwrap();
    let of_own_head = |reply: &Reply| matches!(reply, Reply::Classify(prediction) if prediction.own.is_some());
    assert!(workers[1..].iter().any(|helper| helper.replies().any(of_own_head)), "{workers:?}");
    assert_eq!(teach.page.all("error").unwrap(), []);

    browser.open("about:blank").unwrap();
    let teach = Teach::open(&browser, &url(1), START).unwrap();
    teach.page.wait_for("teach-count", START, |count| count.get("photos") == (2 * PICK).to_string()).unwrap();
    assert_eq!(teach.own_answers(&others, PHOTOS).unwrap(), together);
    assert_eq!(Worker::all(&browser).unwrap().len(), 1);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_helper_that_does_not_start_does_no_harm() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    for (path_end, fault) in [("_loader.js", Kind::Status(404)), ("_bg.wasm", Kind::CutAfter(100_000))] {
        let site = Site::new(&built.dist).unwrap();
        let browser = watching();
        let page = ready(&browser, &site, 2);
        let before = site.requests_for(path_end).len();
        site.misbehave(path_end, fault, u32::MAX);
        let [first, second] = picks(&pictures);
        page.upload("file-input", &first).unwrap();
        page.predictions(first.len(), PHOTOS).unwrap();
        browser
            .wait_for("the fault", START, || Ok((site.requests_for(path_end).len() > before).then_some(())))
            .unwrap();
        page.upload("file-input", &second).unwrap();
        page.predictions(first.len() + second.len(), PHOTOS).unwrap();
        assert_harmless(&page, &browser);
    }
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_helper_that_crashes_gives_its_photos_back() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = watching();
    let page = ready(&browser, &site, 2);
    browser.run("window.crashes = [1];", vec![]).unwrap();
    let [first, second] = picks(&pictures);
    page.upload("file-input", &first).unwrap();
    // Until it is ready it is sent nothing to crash with; it may be so only after the last photo.
    browser
        .wait_for("a ready helper", START, || {
            let workers = Worker::all(&browser)?;
            let is_ready = |helper: &Worker| helper.replies().any(|reply| matches!(reply, Reply::Start(_)));
            Ok(workers.get(1).is_some_and(is_ready).then_some(()))
        })
        .unwrap();
    page.upload("file-input", &second).unwrap();
    page.predictions(first.len() + second.len(), PHOTOS).unwrap();
    assert_harmless(&page, &browser);
}

/// The main worker answered every photo, a single helper was tried, and the visitor was told nothing.
fn assert_harmless(page: &Page<'_>, browser: &Browser) {
    let workers = Worker::all(browser).unwrap();
    assert_eq!(workers.len(), 2);
    assert_eq!(workers[0].answered().len(), 2 * PICK as usize);
    assert_each_once(&workers);
    let engine = page.wait_for("engine", START, |engine| engine.get("workers") == "1").unwrap();
    assert_eq!(engine.get("state"), "ready");
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_bench_sends_photos_through_the_pool() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = watching();
    let bench = |rest: &str| -> Value {
        browser.open("about:blank").unwrap();
        let page = Page::open(&browser, &site.url(&format!("?backend=cpu&size=150&bench=1{rest}"))).unwrap();
        page.json("bench-result", PHOTOS).unwrap()
    };
    let plain = bench("");
    assert!(plain.get("photos").is_none() && plain.get("workers").is_none(), "{plain}");
    for workers in 1..=2 {
        let found = bench(&format!("&photos=30&workers={workers}"));
        println!("{found}");
        assert_eq!((&found["photos"], found["runs_ms"].as_array().map(Vec::len)), (&Value::from(30), Some(1)));
        assert!(found["photos_ms"].as_f64().is_some_and(|ms| ms > 0.0), "{found}");
        // The helper may come too late for so few.
        assert!(found["workers"].as_u64().is_some_and(|used| (1..=workers).contains(&used)), "{found}");
        let counts: Vec<_> = Worker::all(&browser).unwrap().iter().map(|worker| worker.answered().len()).collect();
        assert_eq!((counts.len() as u64, counts.iter().sum::<usize>()), (workers, 30), "{counts:?}");
        assert_eq!(counts.iter().filter(|count| **count > 0).count() as u64, found["workers"]);
    }
}
