//! The built page on a phone's screen: what just happened is on it.
#![cfg(test)]

use std::time::Duration;

use headstart_tests::{Browser, Built, Options, Page, Pictures, Site, Teach, TestError, Texture};
use serde_json::{Value, json};

const START: Duration = Duration::from_secs(90);
const PHOTO: Duration = Duration::from_secs(60);
/// How long a scroll may take, which is smooth.
const SCROLL: Duration = Duration::from_secs(5);

/// CSS pixels of a small phone.
const SCREEN: (u32, u32) = (360, 780);

/// A browser that is a phone: its screen, and a finger for a pointer.
fn phone() -> Browser {
    let browser = Browser::start(&Options::default()).unwrap();
    let (width, height) = SCREEN;
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": true });
    browser.devtools("Emulation.setDeviceMetricsOverride", &metrics).unwrap();
    browser.devtools("Emulation.setTouchEmulationEnabled", &json!({ "enabled": true, "maxTouchPoints": 5 })).unwrap();
    browser
}

/// How much of the first element that `selector` selects is on the screen: from 0 to 1.
const SEEN: &str = "const element = document.querySelector(arguments[0]);
    if (!element) return null;
    const { top, bottom, height } = element.getBoundingClientRect();
    return height > 0 ? Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0)) / Math.min(height, innerHeight) : 0;";

fn seen(browser: &Browser, selector: &str) -> Result<f64, TestError> {
    Ok(browser.run(SEEN, vec![json!(selector)])?.as_f64().unwrap_or(0.0))
}

/// Waits until (nearly) all of the element is on the screen, or fills it.
fn comes_into_view(browser: &Browser, selector: &str) {
    browser
        .wait_for(&format!("{selector} on the screen"), SCROLL, || Ok((seen(browser, selector)? > 0.95).then_some(())))
        .unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_answer_to_a_chosen_photo_is_on_the_screen() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = phone();
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150#/classify")).unwrap();
    page.ready(START).unwrap();
    let words = browser.run("return document.querySelector('.picker').innerText", vec![]).unwrap();
    let words = words.as_str().unwrap();
    assert!(words.contains("Take a photo") && !words.contains("Drop") && !words.contains("Ctrl"), "{words}");

    page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
    page.predictions(1, PHOTO).unwrap();
    comes_into_view(&browser, "[data-testid=prediction]");
    page.upload("file-input", &[built.sample("husky.png")]).unwrap();
    page.predictions(2, PHOTO).unwrap();
    comes_into_view(&browser, "[data-testid=prediction][data-name='husky.png']");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_failure_is_on_the_screen() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = phone();
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150#/classify")).unwrap();
    page.ready(START).unwrap();
    page.upload("file-input", &[pictures.write("text.png", b"This is no picture.").unwrap()]).unwrap();
    page.wait_for("error", PHOTO, |error| error.get("kind") == "not-an-image").unwrap();
    comes_into_view(&browser, "[data-testid=error]");

    // In the project a failure is told above the classes, wherever the visitor has scrolled to.
    page.go("#/teach").unwrap();
    page.wait_for("teach-count", PHOTO, |_| true).unwrap();
    browser.run("scrollTo(0, document.body.scrollHeight)", vec![]).unwrap();
    page.upload("import-head", &[pictures.write("no.safetensors", &[7; 100]).unwrap()]).unwrap();
    page.wait_for("error", PHOTO, |error| !error.get("kind").is_empty()).unwrap();
    comes_into_view(&browser, ".notice [data-testid=error]");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_trained_heads_result_is_on_the_screen() {
    let built = Built::find().unwrap();
    let pictures = Pictures::new().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = phone();
    let teach = Teach::open(&browser, &site.url("?backend=cpu&size=150#/teach"), START).unwrap();
    teach.start_with(&["stripes", "checks"]).unwrap();
    for kind in [Texture::Stripes, Texture::Checks] {
        teach.add_photos(kind.name(), &pictures.textures(kind, 0..6).unwrap()).unwrap();
    }
    teach.described(12, PHOTO).unwrap();
    teach.train(PHOTO).unwrap();
    comes_into_view(&browser, "[data-testid=result] h2");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_five_views_stand_in_one_row() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = phone();
    Page::open(&browser, &site.url("?backend=cpu#/classify")).unwrap();
    let rows = "return [...document.querySelectorAll('.nav a')].map(link => link.getBoundingClientRect().top)";
    let tops = browser.run(rows, vec![]).unwrap();
    let tops: Vec<f64> = tops.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    assert_eq!(tops.len(), 5);
    assert!(tops.iter().all(|top| (top - tops[0]).abs() < 1.0), "{tops:?}");
    let wide = "return document.documentElement.scrollWidth > innerWidth";
    assert_eq!(browser.run(wide, vec![]).unwrap(), json!(false), "nothing is wider than the screen");
}
