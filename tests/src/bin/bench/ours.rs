//! Headstart's own page, through its contract with automation.

use std::{path::PathBuf, slice, thread, time::Duration};

use headstart_tests::{Browser, Options, Page, Pictures, Site, Teach, TestError, Texture, Window};
use headstart_weights::{
    golden_pattern,
    vgg16::{MEAN, STD},
};
use image::{Rgb, RgbImage};
use serde::Deserialize;

use crate::figures::Figures;
use crate::report::{Report, Row};
use crate::visits::WATCH;
use crate::{Cores, Device, LONG, Run};

/// Where our site serves the float weights.
pub(crate) const FLOATS: &str = "float.safetensors";
/// Photos in one pick.
const PICK: u64 = 20;
/// Photos for one worker and for two.
const POOL: u32 = 100;
/// Photos of each of two classes.
const LESSON: u64 = 20;
/// How long the camera runs before its answers are counted, so that helpers are there, and how long they are.
const CAMERA: [Duration; 2] = [Duration::from_secs(15), Duration::from_secs(10)];
/// Counts how often the camera's answer changes: once a frame that is answered.
const COUNT: &str = "window.answers = 0;
    new MutationObserver((changes) => {
        if (changes.some((change) => change.target.parentElement?.closest('.camera-answer'))) window.answers += 1;
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });";
/// How often the camera, the pick, the lesson and the photos for one worker and for two are repeated.
const REPEATS: usize = 3;

/// What `?parity=1` measures.
#[derive(Deserialize)]
pub(crate) struct Golden {
    /// The GPU's own words about itself.
    pub(crate) adapter: String,
    /// The figures.
    pub(crate) golden: headstart_weights::Golden,
}

/// What the page says of the golden pattern with the base that ships, or with the `weights` at that address.
///
/// # Errors
/// Where it does not.
pub(crate) fn features(
    browser: &Browser,
    site: &Site,
    device: Device,
    size: usize,
    weights: Option<&str>,
) -> Result<Golden, TestError> {
    let weights = weights.map_or_else(String::new, |weights| format!("&weights={weights}"));
    let url = site.url(&format!("?backend={}&size={size}&parity=1{weights}", device.name()));
    Page::open(browser, &url)?.json("parity-result", LONG)
}

/// The page, ready, with its photo.
pub(crate) struct Ours<'a> {
    browser: &'a Browser,
    window: Window,
    page: Page<'a>,
    photo: PathBuf,
    answered: usize,
    _pictures: Pictures,
}

impl<'a> Ours<'a> {
    /// Opens it in `window`, and lets it answer once.
    ///
    /// # Errors
    /// Where it does not.
    pub(crate) fn open(browser: &'a Browser, window: Window, site: &Site, run: Run) -> Result<Self, TestError> {
        let Run { device, cores, size, .. } = run;
        let pictures = Pictures::new()?;
        let photo = pictures.save("pattern.png", pattern(size))?;
        let workers = match cores {
            Cores::One => "&workers=1",
            Cores::All => "",
        };
        let url = site.url(&format!("?backend={}&size={size}{workers}#/classify", device.name()));
        let page = Page::open(browser, &url)?;
        page.ready(LONG)?;
        let mut ours = Self { browser, window, page, photo, answered: 0, _pictures: pictures };
        ours.time()?;
        Ok(ours)
    }

    /// Milliseconds that one more photo takes, from decoded pixels to probabilities, by the worker's clock.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub(crate) fn time(&mut self) -> Result<f64, TestError> {
        self.browser.turn_to(&self.window)?;
        self.page.upload("file-input", slice::from_ref(&self.photo))?;
        self.answered += 1;
        let newest = self.page.predictions(self.answered, LONG)?.into_iter().next();
        let none = || TestError::Peer { name: "Headstart".to_owned(), message: "it shows no prediction".to_owned() };
        newest.ok_or_else(none)?.number("ms")
    }
}

/// The golden pattern as a photo: what the peers get as numbers.
pub(crate) fn pattern(size: usize) -> RgbImage {
    let planes = golden_pattern(size);
    RgbImage::from_fn(size as u32, size as u32, |x, y| {
        let place = y as usize * size + x as usize;
        Rgb(std::array::from_fn(|c| {
            ((planes[c * size * size + place] * STD[c] + MEAN[c]) * 255.0).round().clamp(0.0, 255.0) as u8
        }))
    })
}

#[derive(Deserialize)]
struct HeapReport {
    wasm_heap_bytes: f64,
}

#[derive(Deserialize)]
struct PoolReport {
    workers: u64,
    photos_ms: f64,
}

/// Many photos on one worker and on two, in turn, each in a page of its own.
///
/// # Errors
/// Where a page does not answer, or not with as many workers as it should.
pub(crate) fn pool(site: &Site, report: &mut Report) -> Result<(), TestError> {
    let (mut one, mut two, mut ratios) = (Figures::default(), Figures::default(), Figures::default());
    for round in 1..=REPEATS {
        let mut times = [0.0; 2];
        for (time, workers) in times.iter_mut().zip(1..) {
            // A browser of its own: what the worker before compiled is not there for this one.
            let browser = Browser::start(&Options::default())?;
            let url = site.url(&format!("?backend=cpu&size=150&bench=1&photos={POOL}&workers={workers}"));
            let found: PoolReport = Page::open(&browser, &url)?.json("bench-result", LONG)?;
            if found.workers != workers {
                let message = format!("{} of {workers} workers answered", found.workers);
                return Err(TestError::Peer { name: "Headstart".to_owned(), message });
            }
            *time = found.photos_ms;
        }
        one.push(times[0]);
        two.push(times[1]);
        ratios.push(times[1] / times[0]);
        println!("{POOL} photos: round {round} of {REPEATS}");
    }
    report.rows.push(Row::milliseconds(&format!("{POOL} photos on the CPU, 150×150, 1 worker"), one));
    report.rows.push(Row::milliseconds(&format!("{POOL} photos on the CPU, 150×150, 2 workers"), two));
    let mut row = Row::new(&format!("{POOL} photos on 2 workers against 1"), "", ratios);
    row.bar = Some(0.6);
    report.rows.push(row);
    Ok(())
}

/// What only our page does, and what it takes: memory, many photos, a lesson. On the CPU at 150×150.
///
/// # Errors
/// Where the page does not do it.
pub(crate) fn measure(site: &Site, report: &mut Report) -> Result<(), TestError> {
    let browser = Browser::start(&Options { before_pages: Some(WATCH.to_owned()), ..Options::default() })?;
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150&bench=1"))?;
    let heap: HeapReport = page.json("bench-result", LONG)?;
    report.heap(heap.wasm_heap_bytes);

    let pictures = Pictures::new()?;
    let photos = pictures.textures(Texture::Clouds, 0..PICK)?;
    let mut rates = Figures::default();
    for _ in 0..REPEATS {
        // Away first: a page that only gets another hash is not loaded anew.
        browser.open("about:blank")?;
        let page = Page::open(&browser, &site.url("?backend=cpu&size=150#/classify"))?;
        page.ready(LONG)?;
        page.upload("file-input", &photos)?;
        page.predictions(photos.len(), LONG)?;
        let taken = browser.run("return window.watched.answered.at(-1) - window.watched.picked", vec![])?;
        let taken: f64 = serde_json::from_value(taken)?;
        rates.push(PICK as f64 * 1000.0 / taken);
    }
    report.rows.push(Row::new(&format!("photos a second on the CPU, a pick of {PICK}, 150×150"), "1/s", rates));

    browser.open("about:blank")?;
    let teach = Teach::open(&browser, &site.url("?backend=cpu&size=150#/teach"), LONG)?;
    let page = &teach.page;
    let classes = [Texture::Stripes, Texture::Clouds];
    teach.start_with(&classes.map(Texture::name))?;
    for kind in classes {
        teach.add_photos(kind.name(), &pictures.textures(kind, 100..100 + LESSON)?)?;
    }
    let photos = classes.len() * LESSON as usize;
    teach.described(photos, LONG)?;
    let mut seconds = Figures::default();
    for _ in 0..REPEATS {
        teach.train(LONG)?;
        seconds.push(teach.result(photos)?.number("seconds")?);
    }
    report.rows.push(Row::new(
        &format!("training a head on 2×{LESSON} photos, cross-validation included"),
        "s",
        seconds,
    ));
    // As many passes of a photo, whatever their number: 3,000.
    page.click("scratch-too")?;
    let mut seconds = Figures::default();
    for _ in 0..REPEATS {
        teach.train(LONG)?;
        page.wait_for("scratch-training", LONG, |run| run.get("state") == "running")?;
        page.wait_for("scratch-training", LONG, |run| run.get("state") == "done")?;
        let result = page.wait_for("result", LONG, |result| result.get("model") == "scratch")?;
        seconds.push(result.number("seconds")?);
    }
    let mut row =
        Row::new("training a CNN from scratch, 3,000 passes of a photo (100 photos × 30 epochs)", "s", seconds);
    row.bar = Some(7.0);
    report.rows.push(row);
    Ok(())
}

/// How many of the camera's frames are answered a second, by as many workers as the page takes.
///
/// # Errors
/// Where the page does not answer.
pub(crate) fn camera(site: &Site, report: &mut Report) -> Result<(), TestError> {
    let options = Options { cameras: 1, before_pages: Some(COUNT.to_owned()), ..Options::default() };
    let browser = Browser::start(&options)?;
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150#/classify"))?;
    page.ready(LONG)?;
    page.click("camera")?;
    page.wait_for("camera-prediction", LONG, |_| true)?;
    let [settle, count] = CAMERA;
    thread::sleep(settle);
    let mut rates = Figures::default();
    for _ in 0..REPEATS {
        browser.run("window.since = performance.now(); window.answers = 0", vec![])?;
        thread::sleep(count);
        let rate = browser.run("return window.answers * 1000 / (performance.now() - window.since)", vec![])?;
        rates.push(serde_json::from_value(rate)?);
    }
    report.rows.push(Row::new("camera, answers a second on all cores, 150×150 (10 wanted)", "1/s", rates));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_photo_is_the_pattern_of_whole_numbers() {
        let photo = pattern(150);
        let pixel = |c: u32, x: u32, y: u32| ((x * 7 * (c + 1) + y * 13 * (c + 2) + x * y * (c + 1)) % 256) as u8;
        for (x, y, found) in photo.enumerate_pixels() {
            assert_eq!(found.0, [0, 1, 2].map(|c| pixel(c, x, y)));
        }
    }
}
