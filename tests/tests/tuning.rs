//! The base's last block, trained in the page together with a head.
#![cfg(test)]

use std::time::Duration;

use headstart_tests::{Browser, Built, Element, Options, Page, Pictures, Site, Teach, Texture};

const START: Duration = Duration::from_secs(300);
const SOON: Duration = Duration::from_secs(20);
const DESCRIBE: Duration = Duration::from_secs(180);
const TRAIN: Duration = Duration::from_secs(120);
const TUNE: Duration = Duration::from_secs(600);
const PHOTO: Duration = Duration::from_secs(300);
const KINDS: [Texture; 2] = [Texture::Stripes, Texture::Checks];

fn tuning(page: &Page<'_>, after: Duration, wanted: impl Fn(&Element) -> bool) -> Element {
    page.wait_for("tuning", after, wanted).unwrap()
}

fn result(page: &Page<'_>, model: &str) -> Element {
    page.wait_for("result", SOON, |result| result.get("model") == model).unwrap()
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_last_block_is_trained_on_the_cpu_and_there_after_a_reload() {
    the_last_block_is_trained("cpu", 12, End::ByItself, &Options::default());
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_last_block_is_trained_on_webgpu_until_it_is_stopped() {
    the_last_block_is_trained("webgpu", 4, End::Stopped, &Options { webgpu: true, ..Options::default() });
}

/// How a run ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// All epochs, or early stopping.
    ByItself,
    /// By hand after the first epoch: on a software adapter a step takes as long as a run on the CPU.
    Stopped,
}

/// Trains it on `each` photos a class.
fn the_last_block_is_trained(backend: &str, each: u64, end: End, options: &Options) {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(options).unwrap();
    let address = site.url(&format!("?backend={backend}&size=150#/teach"));
    let teach = Teach::open(&browser, &address, START).unwrap();
    let page = &teach.page;
    assert_eq!(page.ready(START).unwrap().get("backend"), backend);
    teach.start_with_textures(&pictures, &KINDS, each, DESCRIBE).unwrap();
    browser.click("[data-testid='advanced'] > summary").unwrap();
    let is_off = |testid: &str| {
        let script = format!("return document.querySelector(`[data-testid='{testid}']`).disabled");
        browser.run(&script, vec![]).unwrap() == true
    };
    assert!(is_off("tune"), "without a head");
    teach.train(TRAIN).unwrap();
    result(page, "transfer");
    let fresh: Vec<_> = KINDS.iter().flat_map(|kind| pictures.textures(*kind, 100..102).unwrap()).collect();
    let frozen = teach.own_answers(&fresh, PHOTO).unwrap();

    // A time is measured before the first epoch is over; photos are answered meanwhile.
    teach.show().unwrap();
    browser.run("document.querySelector(`[data-testid='advanced']`).open = true", vec![]).unwrap();
    page.click("tune").unwrap();
    tuning(page, SOON, |tuning| tuning.get("state") == "measuring");
    let timed = tuning(page, TUNE, |tuning| tuning.get("state") == "running");
    println!("{timed:?}");
    assert!(timed.number("seconds-left").unwrap() > 0.0 && timed.number("frozen-accuracy").unwrap() > 0.5, "{timed:?}");
    assert_eq!((timed.get("epochs"), is_off("tune"), is_off("stop-tuning")), ("10", true, false));
    assert_eq!(teach.own_answers(&fresh, PHOTO).unwrap(), frozen, "the head before answers until the end");
    teach.show().unwrap();
    let over = match end {
        End::ByItself => "done",
        End::Stopped => {
            tuning(page, TUNE, |tuning| tuning.get("epoch") != "0");
            browser.run("document.querySelector(`[data-testid='advanced']`).open = true", vec![]).unwrap();
            page.click("stop-tuning").unwrap();
            "stopped"
        }
    };
    let done = tuning(page, TUNE, |tuning| tuning.get("state") == over);
    println!("{done:?}");
    // The better of both heads is in use; a whole run on photos that are told apart so easily helps.
    let helped = done.get("helped") == "true";
    assert!(helped || end == End::Stopped);
    assert!(!helped || done.number("accuracy").unwrap() >= done.number("frozen-accuracy").unwrap(), "{done:?}");
    let model = if helped { "tuned" } else { "transfer" };
    let tuned = result(page, model);
    println!("{tuned:?}");
    assert!(!helped || (tuned.get("figure"), tuned.get("accuracy")) == ("held-out", done.get("accuracy")));
    let own = teach.own_answers(&fresh, PHOTO).unwrap();
    println!("{frozen:?}\n{own:?}");
    assert_eq!(own != frozen, helped);
    assert!(own.iter().all(|(name, (label, _))| name.starts_with(label.as_str())), "{own:?}");

    teach.show().unwrap();
    teach.saved(SOON).unwrap();
    page.reload().unwrap();
    page.ready(START).unwrap();
    assert_eq!(teach.own_answers(&fresh, PHOTO).unwrap(), own);
    teach.show().unwrap();
    if helped {
        let again = tuning(page, SOON, |tuning| tuning.get("state") == "done");
        let figures =
            |tuning: &Element| ["accuracy", "frozen-accuracy", "helped"].map(|name| tuning.get(name).to_owned());
        assert_eq!(figures(&again), figures(&done));
    }
    assert_eq!(result(page, model).get("accuracy"), tuned.get("accuracy"));

    // One that is stopped before its first epoch leaves the head as it is.
    browser.run("document.querySelector(`[data-testid='advanced']`).open = true", vec![]).unwrap();
    page.click("tune").unwrap();
    tuning(page, SOON, |tuning| tuning.get("state") == "measuring");
    page.click("stop-tuning").unwrap();
    tuning(page, SOON, |tuning| tuning.get("state") == "stopped");
    assert_eq!(teach.own_answers(&fresh, PHOTO).unwrap(), own);
    assert_eq!(page.all("error").unwrap(), []);
}
