//! Malformed photos by the hundred, given to the page: damaged ones, and headers that lie. Each ends as an answer or as a failure
//! of the photo, and the worker goes on.

use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, Instant},
};

use headstart_fuzz::pictures;
use headstart_protocol::{ErrorKind, FromWorker, Reply, decode};
use headstart_tests::{Browser, Built, Options, Page, Pictures, Site, TestError};
use image::imageops::{FilterType, resize};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use crate::report::Row;

/// Photos in one pick.
const PICK: usize = 250;
/// What a photo may take in a worker.
const HANG: f64 = 5.0;
/// For a pick, photo by photo, where none hangs.
const LOOK: Duration = Duration::from_millis(1_500);
const READY: Duration = Duration::from_secs(120);
/// Gigabytes of all of the browser's processes beyond those that it had when it was ready. A picture of as many pixels as are
/// read takes 0.2 of them and a decoder as much again, in each of two workers and in the browser, which shows it.
const MEMORY: f64 = 2.5;
/// Side of the samples that are damaged; smaller ones have more headers than pixels.
const SIDE: u32 = 96;
/// What may be wrong with a photo.
const OF_A_PHOTO: [ErrorKind; 6] = [
    ErrorKind::EmptyFile,
    ErrorKind::NotAnImage,
    ErrorKind::DamagedImage,
    ErrorKind::BlankImage,
    ErrorKind::ImageTooLarge,
    ErrorKind::UnsupportedFormat,
];

/// Notes what workers say, how long they take for it, and when one fails.
const WATCH: &str = "window.watched = { said: [], failed: 0 };
    window.Worker = class extends Worker {
        constructor(...given) {
            super(...given);
            [this.asked, this.since] = [0, 0];
            this.addEventListener('message', event => {
                const now = performance.now();
                watched.said.push([this.asked > 0 ? now - this.since : 0, [...event.data]]);
                [this.asked, this.since] = [Math.max(0, this.asked - 1), now];
            });
            this.addEventListener('error', () => watched.failed += 1);
        }
        postMessage(...given) {
            if (this.asked === 0) this.since = performance.now();
            this.asked += 1;
            super.postMessage(...given);
        }
    };";
/// Hands that over and begins again.
const WATCHED: &str = "const seen = watched; window.watched = { said: [], failed: 0 }; return seen;";

#[derive(Deserialize)]
struct Watched {
    /// Milliseconds since it was asked, or had answered what it was asked before; and the message.
    said: Vec<(f64, Vec<u8>)>,
    failed: usize,
}

impl Watched {
    /// How often a worker stopped, and the seconds that one took over a photo, at most.
    fn told(&self) -> (usize, f64) {
        let (mut stopped, mut slowest) = (self.failed, 0.0f64);
        for (waited, bytes) in &self.said {
            match decode(bytes) {
                // A helper that starts takes its time.
                Ok(FromWorker::Reply { reply: Ok(Reply::Start(_)), .. }) => {}
                Ok(FromWorker::Reply { .. }) => slowest = slowest.max(waited / 1e3),
                Ok(FromWorker::Alive | FromWorker::Alone | FromWorker::Begun { .. } | FromWorker::Progress { .. }) => {}
                Ok(FromWorker::Stopped(_)) | Err(_) => stopped += 1,
            }
        }
        (stopped, slowest)
    }
}

pub(crate) fn run(site: &Site, seed: u64, times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("malformed photos");
    let options = Options { before_pages: Some(WATCH.to_owned()), ..Options::default() };
    let browser = Browser::start(&options)?;
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150#/classify"))?;
    page.ready(READY)?;
    let built = Built::page()?;
    let good = built.sample("chelsea.png");
    let answer = || -> Result<_, TestError> {
        page.upload("file-input", std::slice::from_ref(&good))?;
        let answers = page.predictions(1, READY)?;
        page.click("clear")?;
        Ok(answers.first().map(|answer| (answer.get("label").to_owned(), answer.get("confidence").to_owned())))
    };
    let usual = answer()?;
    let _: Watched = watched(&browser)?;
    let idle = browser.memory();
    let seeds = seeds(&built)?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut kinds, mut slowest, mut most) = (BTreeMap::<String, usize>::new(), 0.0f64, 0.0f64);
    for first in (0..times).step_by(PICK) {
        let count = PICK.min(times - first);
        let folder = Pictures::new()?;
        let write = |number: usize| {
            let bytes = pictures::damaged(&mut random, &seeds);
            folder.write(&format!("{:05}.{}", first + number, ending(&bytes)), &bytes)
        };
        let files = (0..count).map(write).collect::<Result<Vec<_>, _>>()?;
        let start = Instant::now();
        page.upload("file-input", &files)?;
        let settled = settled(&browser, &page, count)?;
        let time = start.elapsed();
        let memory = browser.memory();
        page.click("clear")?;

        let mut broken = Vec::new();
        for kind in settled {
            if kind != ANSWERED && !OF_A_PHOTO.iter().any(|of_a_photo| of_a_photo.name() == kind) {
                broken.push(format!("a photo ended as {kind}"));
            }
            *kinds.entry(kind).or_default() += 1;
        }
        let (stopped, seconds) = watched(&browser)?.told();
        if stopped > 0 {
            broken.push(format!("a worker stopped {stopped} times"));
        }
        slowest = slowest.max(seconds);
        if seconds > HANG {
            broken.push(format!("a worker took {seconds:.1} s over a photo"));
        }
        let gigabytes = memory.saturating_sub(idle) as f64 / 1e9;
        most = most.max(gigabytes);
        if gigabytes > MEMORY {
            broken.push(format!("the browser holds {gigabytes:.1} GB more than when it was ready"));
        }
        let now = answer()?;
        if now != usual {
            broken.push(format!("a good photo's answer was {usual:?} and is {now:?}"));
        }
        let _: Watched = watched(&browser)?;
        row.count_many(count, time, broken);
    }
    row.measured =
        vec![("seconds of a worker over a photo, at most", slowest), ("GB beyond those when ready, at most", most)];
    let share = |kind: &str| kinds.get(kind).copied().unwrap_or_default() as f64;
    row.measured.push(("answered", share(ANSWERED)));
    row.measured.extend(OF_A_PHOTO.map(|kind| (kind.name(), share(kind.name()))));
    Ok(row)
}

/// What [`settled`] says of an answered photo.
const ANSWERED: &str = "answered";

/// What became of so many photos: [`ANSWERED`], or the kind of their failure.
fn settled(browser: &Browser, page: &Page<'_>, count: usize) -> Result<Vec<String>, TestError> {
    browser.wait_for(&format!("{count} photos that wait no longer"), LOOK * count as u32 + READY, || {
        let errors = page.all("error")?.into_iter().filter(|error| !error.get("name").is_empty());
        let mut settled: Vec<String> = errors.map(|error| error.get("kind").to_owned()).collect();
        let answered = page.all("prediction")?.iter().filter(|answer| !answer.get("label").is_empty()).count();
        settled.extend((0..answered).map(|_| ANSWERED.to_owned()));
        Ok((settled.len() == count && page.all("waiting")?.is_empty()).then_some(settled))
    })
}

fn watched(browser: &Browser) -> Result<Watched, TestError> {
    Ok(serde_json::from_value(browser.run(WATCHED, vec![])?)?)
}

/// Small pictures of every kind, and the samples: as they are, and small in every format.
fn seeds(built: &Built) -> Result<Vec<Vec<u8>>, TestError> {
    let mut seeds = pictures::sound();
    for sample in ["chelsea.png", "coffee.png", "husky.png"].map(|name| built.sample(name)) {
        let picture = image::open(&sample)?.into_rgb8();
        seeds.extend(pictures::in_every_format(&resize(&picture, SIDE, SIDE, FilterType::Triangle)));
        seeds.push(fs::read(sample)?);
    }
    Ok(seeds)
}

/// What the file would be called; the page does not care.
fn ending(bytes: &[u8]) -> &'static str {
    image::guess_format(bytes).ok().and_then(|format| format.extensions_str().first()).unwrap_or(&"jpg")
}
