//! One photo on all cores: workers compute parts of it, and nobody notices but by the time it takes.
#![cfg(test)]

use std::time::Duration;

use headstart_protocol::{FromWorker, Prediction, Reply};
use headstart_tests::{Browser, Built, ObedientWorkers, Options, Order, Page, Pictures, Site, Texture, Worker};

const START: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(60);

/// A browser that tells what each worker of the page does.
fn watching(cameras: u8) -> Browser {
    Browser::start(&Options { cameras, before_pages: Some(Worker::WATCH.to_owned()), ..Options::default() }).unwrap()
}

fn ready<'a>(browser: &'a Browser, site: &Site, workers: usize) -> Page<'a> {
    // Away first: a page that only gets another hash is not loaded anew.
    browser.open("about:blank").unwrap();
    let page = Page::open(browser, &site.url(&format!("?backend=cpu&size=150&workers={workers}#/classify"))).unwrap();
    page.ready(START).unwrap();
    page
}

/// What the main worker said of photos, in their order.
fn predictions(browser: &Browser) -> Vec<Prediction> {
    let workers = Worker::all(browser).unwrap();
    let said = workers[0].replies().filter_map(|reply| match reply {
        Reply::Classify(prediction) => Some(prediction.clone()),
        _ => None,
    });
    said.collect()
}

/// Until all workers know each other.
fn have_met(browser: &Browser, workers: usize) {
    let has_met = |worker: &Worker| worker.replies().any(|reply| matches!(reply, Reply::MeetPartners(())));
    browser
        .wait_for("workers that know each other", START, || {
            let all = Worker::all(browser)?;
            Ok((all.len() == workers && all.iter().all(has_met)).then_some(()))
        })
        .unwrap();
}

/// Until the main worker has answered one more of the camera's frames that satisfies `wanted`.
fn next_frame(browser: &Browser, what: &str, wanted: impl Fn(&Prediction) -> bool) {
    let before = predictions(browser).len();
    browser.wait_for(what, SOON, || Ok(predictions(browser)[before..].iter().any(&wanted).then_some(()))).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn several_workers_answer_one_photo_as_one_does() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = watching(0);
    let mut photos = vec![built.sample("chelsea.png")];
    photos.extend(pictures.textures(Texture::Clouds, 0..4).unwrap());
    let mut alone: Vec<Prediction> = Vec::new();
    for workers in 1..=3 {
        let page = ready(&browser, &site, workers);
        for (number, photo) in photos.iter().enumerate() {
            page.upload("file-input", std::slice::from_ref(photo)).unwrap();
            page.predictions(number + 1, SOON).unwrap();
            // The second photo calls them.
            if number == 1 && workers > 1 {
                have_met(&browser, workers);
                page.wait_for("engine", SOON, |engine| engine.get("workers") == workers.to_string()).unwrap();
            }
        }
        let found = predictions(&browser);
        let by: Vec<_> = found.iter().map(|prediction| prediction.workers as usize).collect();
        assert_eq!(by, [1, 1, workers, workers, workers]);
        if workers == 1 {
            alone = found;
            assert_eq!(Worker::all(&browser).unwrap().len(), 1);
            continue;
        }
        for (found, expected) in found.iter().zip(&alone) {
            let pairs = found.probabilities.iter().zip(&expected.probabilities);
            assert!(pairs.clone().all(|(a, b)| (a - b).abs() < 1e-6), "{found:?} for {expected:?}");
        }
        let ms: Vec<_> = found.iter().map(|prediction| prediction.ms.round()).collect();
        println!("{workers} workers: {ms:?} ms");
        assert_eq!(page.all("error").unwrap(), []);
    }
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_camera_keeps_partners_and_lets_them_go() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = watching(1);
    let page = ready(&browser, &site, 2);
    page.click("camera").unwrap();
    have_met(&browser, 2);
    for _ in 0..3 {
        next_frame(&browser, "a frame by two", |frame| frame.workers == 2);
    }
    // Longer than a helper without photos rests.
    std::thread::sleep(Duration::from_secs(25));
    next_frame(&browser, "a frame by two", |frame| frame.workers == 2);
    page.click("camera").unwrap();
    page.wait_for("engine", SOON, |engine| engine.get("workers") == "1").unwrap();
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_partner_that_crashes_or_hangs_costs_time_alone() {
    let built = Built::find().unwrap();
    let obedient = ObedientWorkers::new(&built.dist).unwrap();
    let site = Site::under(&built.dist, "/", &obedient.mounted()).unwrap();
    for order in [Order::Crash, Order::Hang] {
        let browser = watching(1);
        let page = ready(&browser, &site, 2);
        page.click("camera").unwrap();
        have_met(&browser, 2);
        next_frame(&browser, "a frame by two", |frame| frame.workers == 2);
        order.give_to(&browser, 1).unwrap();
        next_frame(&browser, "a frame by one", |frame| frame.workers == 1);
        next_frame(&browser, "another one", |frame| frame.workers == 1);
        page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
        assert_eq!(page.predictions(1, SOON).unwrap()[0].get("label"), "cat");
        let is_alone = |said: &FromWorker| matches!(said, FromWorker::Alone);
        let gave_up = Worker::all(&browser).unwrap()[0].said.iter().filter(|said| is_alone(said)).count();
        assert_eq!(gave_up, usize::from(order == Order::Hang));
        let engine = page.wait_for("engine", SOON, |engine| engine.get("state") == "ready").unwrap();
        assert_eq!((engine.get("state"), page.all("error").unwrap()), ("ready", Vec::new()));
    }
}
