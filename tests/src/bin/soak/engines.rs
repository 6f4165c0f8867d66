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
const GPU: &str = "?size=150";
/// The software adapter, for the page a real one: it is taken unasked, and left for the CPU as such.
const REAL_GPU: &str = "if (self.GPU) GPU.prototype.requestAdapter = () => Promise.resolve({
    info: { vendor: 'acme' }, isFallbackAdapter: false, features: new Set(['timestamp-query']) });";
const SAMPLES: [&str; 3] = ["chelsea.png", "husky.png", "coffee.png"];
/// Photos of each class to train on.
const EACH: u64 = 6;
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
    let before_pages = Some(format!("{}\n{REAL_GPU}", Worker::WATCH));
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
    let (site, browser) = (place.site()?, browser()?);
    let trainings = times / 2;
    let url = site.url(&format!("{GPU}#/classify"));
    let page = Page::open(&browser, &url)?;
    let expected = place.ask(&page, || Ok(()))?;
    let start = Instant::now();
    place.ask(&page, || Ok(()))?;
    let usual = start.elapsed().as_millis() as u64;
    let mut on_gpu = 0;
    for _ in 0..times - trainings {
        let start = Instant::now();
        on_gpu_again(&browser, &url)?;
        let wait = Duration::from_millis(random.random_range(0..=usual));
        let found = place.ask(&page, || lose(&browser, Order::LoseDevice, wait));
        on_gpu += usize::from(is_on_gpu(&page));
        row.count(start.elapsed(), differences(&page, &expected, found));
    }
    if trainings > 0 {
        on_gpu += train(&place, &mut random, trainings, &mut row)?;
    }
    row.measured.push(("times that ended on a new device, the others on the CPU:", on_gpu as f64));
    Ok(row)
}

/// Whether the engine runs on the GPU.
fn is_on_gpu(page: &Page<'_>) -> bool {
    page.ready(ENGINE).is_ok_and(|engine| engine.get("backend") == "webgpu")
}

/// Where the engine has gone over to the CPU, or has failed, the page begins anew.
fn on_gpu_again(browser: &Browser, url: &str) -> Result<(), TestError> {
    let page = Page::of(browser);
    if is_on_gpu(&page) {
        return Ok(());
    }
    browser.open("about:blank")?;
    browser.open(url)?;
    page.ready(ENGINE).map(drop)
}

/// The device is destroyed in a training; how many of them ended on a GPU.
fn train(place: &Place, random: &mut ChaCha8Rng, times: usize, row: &mut Row) -> Result<usize, TestError> {
    let pictures = Pictures::new()?;
    let kinds = [Texture::Stripes, Texture::Dots];
    let others = kinds.map(|kind| pictures.textures(kind, 100..102)).into_iter().collect::<Result<Vec<_>, _>>()?;
    let others = others.concat();
    let (site, browser) = (place.site()?, browser()?);
    let url = site.url(&format!("{GPU}#/teach"));
    let teach = Teach::open(&browser, &url, ENGINE)?;
    teach.start_with_textures(&pictures, &kinds, EACH, ENGINE)?;
    let start = Instant::now();
    teach.train(ENGINE)?;
    let usual = start.elapsed().as_millis() as u64;
    let mut on_gpu = 0;
    for _ in 0..times {
        let start = Instant::now();
        teach.show()?;
        // Where the page begins anew, the project goes on there.
        teach.saved(ENGINE)?;
        on_gpu_again(&browser, &url)?;
        let wait = Duration::from_millis(random.random_range(0..=usual));
        let mut broken = Vec::new();
        match trained(&teach, &browser, wait, &others) {
            Ok(wrong) => broken.extend(wrong),
            Err(error) => broken.push(error.to_string()),
        }
        broken.extend(errors(&teach.page)?);
        on_gpu += usize::from(is_on_gpu(&teach.page));
        row.count(start.elapsed(), broken);
    }
    Ok(on_gpu)
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
