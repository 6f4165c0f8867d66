//! A photo made harder in the built page, and the answer that follows.
#![cfg(test)]

use std::time::Duration;

use headstart_tests::{Browser, Built, Element, Options, Page, Site};
use serde_json::json;

const START: Duration = Duration::from_secs(90);
const PHOTO: Duration = Duration::from_secs(60);

/// The answer once the last wish is answered and it is as `wanted`.
fn harder(page: &Page<'_>, wanted: impl Fn(&Element) -> bool) -> Element {
    page.wait_for("harder-panel", PHOTO, |panel| panel.get("state") == "answered").unwrap();
    page.wait_for("harder-prediction", PHOTO, wanted).unwrap()
}

fn confidence(answer: &Element) -> f64 {
    answer.number("confidence").unwrap()
}

/// Red, green and blue in the middle of the photo as it is shown, and how many pixels it has.
fn middle(browser: &Browser) -> (serde_json::Value, u64) {
    let script = "const canvas = document.querySelector('[data-testid=harder-photo]');
        const [x, y] = [canvas.width >> 1, canvas.height >> 1];
        return [[...canvas.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3), canvas.width * canvas.height];";
    let seen = browser.run(script, vec![]).unwrap();
    (seen[0].clone(), seen[1].as_u64().unwrap())
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_answer_follows_what_is_done_to_the_photo() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = Page::open(&browser, &site.url("?backend=cpu&size=150#/classify")).unwrap();
    page.ready(START).unwrap();
    page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
    let card = page.predictions(1, PHOTO).unwrap().remove(0);

    page.click("harder").unwrap();
    let is_cards = |answer: &Element| {
        answer.get("label") == card.get("label") && (confidence(answer) - confidence(&card)).abs() < 1e-4
    };
    harder(&page, is_cards);
    // Longer side 448 at most.
    let (_, pixels) = middle(&browser);
    assert!(pixels > 50_000 && pixels <= 448 * 448, "{pixels} pixels");
    assert_eq!(page.all("harder-change").unwrap()[0].text, "");

    let changed = |before: f64| move |answer: &Element| (confidence(answer) - before).abs() > 1e-6;
    page.enter("[data-testid=harder-light]", "0").unwrap();
    let dark = harder(&page, changed(confidence(&card)));
    assert_eq!(middle(&browser).0, json!([0, 0, 0]));
    let words = &page.all("harder-change").unwrap()[0].text;
    println!("dark: {} {}: {words}", dark.get("label"), dark.get("confidence"));
    assert!(words.contains("before"), "{words}");

    page.click("harder-reset").unwrap();
    harder(&page, is_cards);

    page.enter("[data-testid=harder-crop]", "50").unwrap();
    harder(&page, changed(confidence(&card)));
    let (_, cropped) = middle(&browser);
    assert!((pixels as f64 / cropped as f64 - 4.0).abs() < 0.1, "{cropped} of {pixels} pixels");
    page.click("harder-reset").unwrap();
    harder(&page, is_cards);

    // A pointer over the middle.
    let draw = "const canvas = document.querySelector('[data-testid=harder-photo]');
        canvas.scrollIntoView({ block: 'center' });
        const box = canvas.getBoundingClientRect();
        const fire = (type, share, buttons) => canvas.dispatchEvent(new PointerEvent(type, {
            bubbles: true, pointerId: 1, button: type === 'pointermove' ? -1 : 0, buttons,
            clientX: box.left + share * box.width, clientY: box.top + box.height / 2 }));
        fire('pointermove', 0.2, 0);
        fire('pointerdown', 0.4, 1);
        fire('pointermove', 0.5, 1);
        fire('pointermove', 0.6, 1);
        fire('pointerup', 0.6, 0);";
    browser.run(draw, vec![]).unwrap();
    let hidden = harder(&page, changed(confidence(&card)));
    assert_eq!(middle(&browser).0, json!([128, 128, 128]));
    page.click("harder-middle").unwrap();
    harder(&page, changed(confidence(&hidden)));
    page.click("harder-reset").unwrap();
    harder(&page, is_cards);
    assert_ne!(middle(&browser).0, json!([128, 128, 128]));
    assert_eq!(page.all("error").unwrap(), []);
}
