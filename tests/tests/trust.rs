//! What the page says beside an answer: why, and that a photo is nothing it was taught. On both devices.
#![cfg(test)]

use std::time::Duration;

use headstart_tests::{Browser, Built, Element, Options, Page, Site};

const START: Duration = Duration::from_secs(300);
const PHOTO: Duration = Duration::from_secs(120);

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_photo_has_a_heat_map_and_another_is_refused_on_the_cpu() {
    a_photo_has_a_heat_map_and_another_is_refused("cpu", &Options::default());
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_photo_has_a_heat_map_and_another_is_refused_on_webgpu() {
    a_photo_has_a_heat_map_and_another_is_refused("webgpu", &Options { webgpu: true, ..Options::default() });
}

fn a_photo_has_a_heat_map_and_another_is_refused(backend: &str, options: &Options) {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(options).unwrap();
    let page = Page::open(&browser, &site.url(&format!("?backend={backend}&size=150#/classify"))).unwrap();
    assert_eq!(page.ready(START).unwrap().get("backend"), backend);

    page.upload("file-input", &[built.sample("coffee.png")]).unwrap();
    let coffee = page.predictions(1, PHOTO).unwrap().remove(0);
    assert_eq!(coffee.get("known"), "false", "{coffee:?}");
    assert!(coffee.text.starts_with("Nothing it was taught: nearest is "), "{}", coffee.text);
    // Who wants to know nearly everything has more taken for a class, but not a cup.
    page.enter("[data-testid=acceptance]", "99").unwrap();
    let is = |known: &'static str| move |one: &Element| one.get("known") == known;
    page.wait_for("prediction", PHOTO, is("false")).unwrap();

    page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
    let cat = page.predictions(2, PHOTO).unwrap().remove(0);
    assert_eq!((cat.get("label"), cat.get("known")), ("cat", "true"), "{cat:?}");
    assert!(cat.number("familiarity").unwrap() > coffee.number("familiarity").unwrap());
    page.enter("[data-testid=acceptance]", "50").unwrap();

    // The newest comes first.
    page.click("why").unwrap();
    let heat = page.wait_for("heatmap", PHOTO, |heat| heat.get("class") == "cat").unwrap();
    assert!(heat.get("class") == "cat");
    let [red, blue] = colours(&browser);
    assert!(red > blue, "what is answered has more that speaks for it: {red} to {blue}");
    page.enter("[data-testid=heatmap-class]", "1").unwrap();
    page.wait_for("heatmap", PHOTO, |heat| heat.get("class") == "dog").unwrap();
    let [other_red, other_blue] = colours(&browser);
    // Of two classes the one's reasons are the other's reasons against.
    assert_eq!([other_red, other_blue], [blue, red]);
    let both = pixels(&browser);
    page.enter("[data-testid=heatmap-layer]", "2").unwrap();
    browser.wait_for("another layer", PHOTO, || Ok((pixels(&browser) != both).then_some(()))).unwrap();
    page.click("why").unwrap();
    assert_eq!(page.all("heatmap").unwrap(), []);
    assert_eq!(page.all("error").unwrap(), []);
}

/// The map's pixels: a sum that tells maps apart, and how many are red and blue.
fn drawn(browser: &Browser) -> [u64; 3] {
    let script = "const map = document.querySelector('[data-testid=heatmap]');
        const { data } = map.getContext('2d').getImageData(0, 0, map.width, map.height);
        const found = [0, 0, 0];
        for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] < 32) continue;
            found[0] += data[at + 3] * (at % 9973);
            found[data[at] > data[at + 2] ? 1 : 2] += 1;
        }
        return found;";
    serde_json::from_value(browser.run(script, vec![]).unwrap()).unwrap()
}

fn pixels(browser: &Browser) -> u64 {
    drawn(browser)[0]
}

fn colours(browser: &Browser) -> [u64; 2] {
    let [_, red, blue] = drawn(browser);
    assert!(red + blue > 100, "an empty map");
    [red, blue]
}
