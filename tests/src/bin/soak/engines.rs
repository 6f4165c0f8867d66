//! Workers that end at any moment, and GPUs that go away.

use std::{
    thread,
    time::{Duration, Instant},
};

use headstart_tests::{
    Browser, Built, ObedientWorkers, Options, Order, Page, Pictures, Site, Teach, TestError, Texture, Worker,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::report::Row;

/// Until the engine can look at photos.
const ENGINE: Duration = Duration::from_secs(300);
const CPU: &str = "?backend=cpu&size=150&workers=1#/classify";
const GPU: &str = "?backend=webgpu&size=150";
const SAMPLES: [&str; 3] = ["chelsea.png", "husky.png", "coffee.png"];
/// Photos of each class to train on.
const EACH: u64 = 6;
/// A device is lost so many times in one page.
const TIMES_A_PAGE: usize = 10;

/// What each photo was answered with.
type Answers = Vec<[String; 2]>;

/// The built page with workers that obey.
struct Place {
    built: Built,
    workers: ObedientWorkers,
}

impl Place {
    fn new() -> Result<Self, TestError> {
        let built = Built::page()?;
        Ok(Self { workers: ObedientWorkers::new(&built.dist)?, built })
    }

    fn site(&self) -> Result<Site, TestError> {
        Ok(Site::under(&self.built.dist, "/", &self.workers.mounted())?)
    }

    /// The page's answers to all samples, during which `meanwhile` is done. What it answered before is taken away.
    fn ask(&self, page: &Page<'_>, meanwhile: impl FnOnce() -> Result<(), TestError>) -> Result<Answers, TestError> {
        page.ready(ENGINE)?;
        if !page.all("prediction")?.is_empty() {
            page.click("clear")?;
        }
        page.upload("file-input", &SAMPLES.map(|name| self.built.sample(name)))?;
        meanwhile()?;
        let found = page.predictions(SAMPLES.len(), ENGINE)?;
        Ok(found.iter().map(|answer| ["name", "label"].map(|name| answer.get(name).to_owned())).collect())
    }
}

fn browser() -> Result<Browser, TestError> {
    let before_pages = Some(Worker::WATCH.to_owned());
    Browser::start(&Options { webgpu: true, before_pages, ..Options::default() })
}

/// The worker crashes while it has photos, or before, or after them.
pub(crate) fn crashes(seed: u64, times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("worker ended at random");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let place = Place::new()?;
    let (site, browser) = (place.site()?, browser()?);
    let page = Page::open(&browser, &site.url(CPU))?;
    let expected = place.ask(&page, || Ok(()))?;
    for _ in 0..times {
        let start = Instant::now();
        let wait = Duration::from_millis(random.random_range(0..1500));
        let found = place.ask(&page, || lose(&browser, Order::Crash, wait));
        row.count(start.elapsed(), differences(&page, &expected, found));
    }
    Ok(row)
}

/// The GPU's device is destroyed while photos are looked at, and while a head is trained.
pub(crate) fn lost_devices(seed: u64, times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("GPU device destroyed (software adapter)");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let place = Place::new()?;
    let trainings = times / 2;
    let mut left = times - trainings;
    while left > 0 {
        let (site, browser) = (place.site()?, browser()?);
        let page = Page::open(&browser, &site.url(&format!("{GPU}#/classify")))?;
        let start = Instant::now();
        let expected = place.ask(&page, || Ok(()))?;
        let usual = start.elapsed().as_millis() as u64;
        for _ in 0..left.min(TIMES_A_PAGE) {
            let start = Instant::now();
            let wait = Duration::from_millis(random.random_range(0..=usual));
            let found = place.ask(&page, || lose(&browser, Order::LoseDevice, wait));
            row.count(start.elapsed(), differences(&page, &expected, found));
        }
        left -= left.min(TIMES_A_PAGE);
    }
    if trainings > 0 {
        train(&place, &mut random, trainings, &mut row)?;
    }
    Ok(row)
}

/// The device is destroyed in a training.
fn train(place: &Place, random: &mut ChaCha8Rng, times: usize, row: &mut Row) -> Result<(), TestError> {
    let pictures = Pictures::new()?;
    let kinds = [Texture::Stripes, Texture::Dots];
    let others = kinds.map(|kind| pictures.textures(kind, 100..102)).into_iter().collect::<Result<Vec<_>, _>>()?;
    let others = others.concat();
    let (site, browser) = (place.site()?, browser()?);
    let teach = Teach::open(&browser, &site.url(&format!("{GPU}#/teach")), ENGINE)?;
    teach.start_with_textures(&pictures, &kinds, EACH, ENGINE)?;
    let start = Instant::now();
    teach.train(ENGINE)?;
    let usual = start.elapsed().as_millis() as u64;
    for _ in 0..times {
        let start = Instant::now();
        let wait = Duration::from_millis(random.random_range(0..=usual));
        let mut broken = Vec::new();
        match trained(&teach, &browser, wait, &others) {
            Ok(wrong) => broken.extend(wrong),
            Err(error) => broken.push(error.to_string()),
        }
        broken.extend(errors(&teach.page)?);
        row.count(start.elapsed(), broken);
    }
    Ok(())
}

/// Trains, loses the device after `wait`, and gives back the photos that the head then answers wrongly.
fn trained(
    teach: &Teach<'_>,
    browser: &Browser,
    wait: Duration,
    photos: &[std::path::PathBuf],
) -> Result<Vec<String>, TestError> {
    teach.show()?;
    teach.page.ready(ENGINE)?;
    // A result of before stays until the next one: its time tells them apart.
    browser.run("document.querySelector(`[data-testid='train']`).click();", vec![])?;
    lose(browser, Order::LoseDevice, wait)?;
    let over = |state: &str| !matches!(state, "running" | "idle");
    teach.page.wait_for("training", ENGINE, |training| over(training.get("state")))?;
    let state = teach.page.wait_for("training", ENGINE, |_| true)?;
    let mut wrong = Vec::new();
    if state.get("state") != "done" {
        wrong.push(format!("the training is {}", state.get("state")));
    }
    teach.page.wait_for("engine", ENGINE, |engine| engine.get("state") == "ready")?;
    for (name, (label, _)) in teach.own_answers(photos, ENGINE)? {
        if !name.starts_with(&label) {
            wrong.push(format!("{name} is called {label}"));
        }
    }
    Ok(wrong)
}

/// Waits and gives the order.
fn lose(browser: &Browser, order: Order, wait: Duration) -> Result<(), TestError> {
    thread::sleep(wait);
    order.give(browser)
}

fn differences(page: &Page<'_>, expected: &Answers, found: Result<Answers, TestError>) -> Vec<String> {
    let mut broken = Vec::new();
    match found {
        Ok(found) if found == *expected => {}
        Ok(found) => broken.push(format!("answered {found:?}, not {expected:?}")),
        Err(error) => broken.push(error.to_string()),
    }
    broken.extend(errors(page).unwrap_or_else(|error| vec![error.to_string()]));
    broken
}

fn errors(page: &Page<'_>) -> Result<Vec<String>, TestError> {
    Ok(page.all("error")?.into_iter().map(|error| error.text).collect())
}
