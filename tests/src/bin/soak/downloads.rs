//! Weights that do not come, or that are not those that were asked for.

use std::{
    fs,
    num::NonZero,
    thread,
    time::{Duration, Instant},
};

use headstart_tests::{Browser, Built, Kind, Options, Page, Site, TestError};
use headstart_weights::read_base;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::report::Row;

const START: Duration = Duration::from_secs(90);
const CPU: &str = "?backend=cpu&size=150#/classify";
const HEAD: &str = "/models/cats-dogs-150.safetensors";
/// A silent connection counts as dropped after 15 seconds; so long after that it must have been taken up.
const TAKEN_UP: Duration = Duration::from_secs(15 + 10);
/// Bytes a second of a network that is lost.
const LINE: u64 = 2_500_000;
/// Pages that wait at once.
const AT_ONCE: usize = 5;
/// Bytes of which one bit is flipped.
const BLOCK: usize = 4096;

/// One bit in so many blocks of the base's file, or in each, is flipped. The reader that the worker has, here natively, must find it
/// while the file comes.
pub(crate) fn flips(times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("a bit flipped in each 4 KiB of the base (reader)");
    let bytes = fs::read(&Built::page()?.base)?;
    let start = Instant::now();
    let blocks = bytes.len().div_ceil(BLOCK);
    let times = times.min(blocks);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let missed = |first: usize| {
        let mut flipped = bytes.clone();
        let mut missed = Vec::new();
        for number in (first..times).step_by(threads) {
            let block = number * blocks / times;
            let place = (block * BLOCK + block % BLOCK).min(bytes.len() - 1);
            flipped[place] ^= 1 << (block % 8);
            if read_base(&flipped).is_ok() {
                missed.push(format!("a bit of byte {place} was flipped, and nobody noticed"));
            }
            flipped[place] = bytes[place];
        }
        missed
    };
    let missed: Vec<String> = thread::scope(|scope| {
        let parts: Vec<_> = (0..threads).map(|first| scope.spawn(move || missed(first))).collect();
        let panicked = || vec!["the reader panicked".to_owned()];
        parts.into_iter().flat_map(|part| part.join().unwrap_or_else(|_| panicked())).collect()
    });
    row.count_many(times, start.elapsed(), missed);
    Ok(row)
}

/// The host sends something else in the place of base or head: once, which must be mended without a word, or every time, which
/// must be told by its kind until the host is well again.
pub(crate) fn other_bytes(seed: u64, times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("weights cut, flipped, swapped, HTML instead");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let built = Built::page()?;
    let site = Site::new(&built.dist)?;
    let browser = Browser::start(&Options::default())?;
    for number in 0..times {
        let (path, file) = if random.random_bool(0.8) {
            (built.base_path(), built.base.clone())
        } else {
            (HEAD.to_owned(), built.dist.join(HEAD.trim_start_matches('/')))
        };
        let place = random.random_range(0..fs::metadata(file)?.len());
        let (fault, kind) = match number % 5 {
            0 => (Kind::Ends(place), "corrupt-weights"),
            1 | 2 => (Kind::Flip(place), "corrupt-weights"),
            3 => (Kind::Swapped("models/cats-dogs-224.safetensors"), "corrupt-weights"),
            _ if random.random_bool(0.5) => (Kind::Html("text/html; charset=utf-8"), "wrong-content"),
            _ => (Kind::Html("application/octet-stream"), "wrong-content"),
        };
        let lasts = random.random_bool(0.5);
        let start = Instant::now();
        site.misbehave(&path, fault, if lasts { u32::MAX } else { 1 });
        let broken = mended(&browser, &site, lasts.then_some(kind)).err();
        site.behave();
        row.count(start.elapsed(), broken.map(|error| format!("{fault:?} of {path}: {error}")).into_iter().collect());
    }
    Ok(row)
}

/// Opens a page without cached weights; where it must fail with `kind`, the host is well again after that.
fn mended(browser: &Browser, site: &Site, kind: Option<&str>) -> Result<(), TestError> {
    fresh(browser, site)?;
    let page = Page::open(browser, &site.url(CPU))?;
    if let Some(kind) = kind {
        page.wait_for("error", START, |error| error.get("kind") == kind)?;
        site.behave();
        page.click("try-again")?;
        page.wait_for("engine", START, |engine| engine.get("state") != "error")?;
    }
    page.ready(START).map(drop)
}

/// Leaves the page, and forgets its weights.
fn fresh(browser: &Browser, site: &Site) -> Result<(), TestError> {
    browser.open(&site.url("samples/README.md"))?;
    let script = "return caches.keys().then(names => Promise.all(names.map(name => caches.delete(name))));";
    browser.run(script, vec![]).map(drop)
}

/// The connection breaks at a random byte. What has come and was not read yet is lost with it, in any
/// browser: on a line without a limit that is what the host was ahead.
pub(crate) fn drops(seed: u64, times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("network lost at a random byte (20 Mbit/s)");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let built = Built::page()?;
    let length = fs::metadata(&built.base)?.len();
    let browser = Browser::start(&Options::default())?;
    let mut most = 0.0_f64;
    for _ in 0..times {
        let site = Site::new(&built.dist)?;
        site.limit(Some(LINE));
        site.misbehave(&built.base_path(), Kind::CutAfter(random.random_range(0..length)), 1);
        let start = Instant::now();
        let ready = Page::open(&browser, &site.url(CPU)).and_then(|page| page.ready(START).map(drop));
        let mut broken: Vec<_> = ready.err().map(|error| error.to_string()).into_iter().collect();
        let (share, resumed) = fetched(&built, &site, length);
        most = most.max(share);
        if share > 1.1 || resumed != 1 {
            broken.push(format!("{share:.2} of the file were fetched, in {resumed} more requests"));
        }
        row.count(start.elapsed(), broken);
    }
    row.measured.push(("most of the file that was fetched, as a share of it", most));
    Ok(row)
}

/// The connection stands still at a random byte. Each page has a host of its own, and they wait at once.
pub(crate) fn stalls(seed: u64, times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("network stalled at a random byte");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let built = Built::page()?;
    let length = fs::metadata(&built.base)?.len();
    let browser = Browser::start(&Options::default())?;
    let home = browser.window()?;
    let (mut most, mut latest) = (0.0_f64, 0.0_f64);
    let mut left = times;
    while left > 0 {
        let mut waiting = Vec::new();
        for _ in 0..left.min(AT_ONCE) {
            let site = Site::new(&built.dist)?;
            let place = random.random_range(0..length);
            site.misbehave(&built.base_path(), Kind::StallAfter(place), 1);
            let window = browser.add_window()?;
            browser.open(&site.url(CPU))?;
            waiting.push((site, window, place, Instant::now()));
        }
        left -= waiting.len();
        for (site, window, place, start) in waiting {
            let mut broken = Vec::new();
            browser.turn_to(&window)?;
            if let Err(error) = Page::of(&browser).ready(START) {
                broken.push(format!("stalled at {place}: {error}"));
            }
            let requests = site.requests_for(&built.base_path());
            let taken_up = match requests.as_slice() {
                [first, second] => second.at.saturating_sub(first.at),
                other => {
                    broken.push(format!("{} requests for the base", other.len()));
                    Duration::ZERO
                }
            };
            latest = latest.max(taken_up.as_secs_f64());
            let (share, _) = fetched(&built, &site, length);
            most = most.max(share);
            if share > 1.1 || taken_up > TAKEN_UP {
                broken.push(format!("{share:.2} of the file were fetched; taken up after {taken_up:.1?}"));
            }
            browser.close_window()?;
            row.count(start.elapsed(), broken);
        }
        browser.turn_to(&home)?;
    }
    row.measured.push(("most of the file that was fetched, as a share of it", most));
    row.measured.push(("longest time from a request to the next, in seconds", latest));
    Ok(row)
}

/// How much of the base went out, as a share of it, and how many requests went on where another had stopped.
fn fetched(built: &Built, site: &Site, length: u64) -> (f64, usize) {
    let requests = site.requests_for(&built.base_path());
    let sent = requests.iter().map(|request| request.sent).sum::<usize>();
    (sent as f64 / length as f64, requests.iter().skip(1).count())
}
