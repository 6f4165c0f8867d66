//! The camera, with Chromium's made-up device.
#![cfg(test)]

use std::time::Duration;

use headstart_tests::{Browser, Built, Options, Page, Site};

const START: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(30);
const CPU: &str = "?backend=cpu&size=150#/classify";

/// Keeps hold of every track that the page is given.
const REMEMBER_TRACKS: &str = "window.tracks = [];
    const original = MediaDevices.prototype.getUserMedia;
    MediaDevices.prototype.getUserMedia = async function (...wishes) {
        const stream = await original.apply(this, wishes);
        window.tracks.push(...stream.getTracks());
        return stream;
    };";

fn live_tracks(browser: &Browser) -> u64 {
    let script = "return window.tracks.filter(track => track.readyState == 'live').length";
    browser.run(script, vec![]).unwrap().as_u64().unwrap()
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn live_answers_come_and_the_camera_goes_off() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let before_pages = Some(REMEMBER_TRACKS.to_owned());
    let browser = Browser::start(&Options { cameras: 1, before_pages, ..Options::default() }).unwrap();
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.ready(START).unwrap();
    assert_eq!(page.all("camera").unwrap()[0].get("state"), "off");
    page.click("camera").unwrap();
    page.wait_for("camera", SOON, |camera| camera.get("state") == "live").unwrap();
    // Live means again and again: the measured time of one frame is hardly that of the next.
    let mut times = std::collections::BTreeSet::new();
    browser
        .wait_for("three live answers", SOON, || {
            for answer in page.all("camera-prediction")? {
                if !answer.get("label").is_empty() {
                    assert!((0.0..=1.0).contains(&answer.number("confidence")?));
                    times.insert(answer.get("ms").to_owned());
                }
            }
            Ok((times.len() >= 3).then_some(()))
        })
        .unwrap();
    // Photos are answered in between.
    page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
    assert_eq!(page.predictions(1, SOON).unwrap()[0].get("label"), "cat");
    assert!(live_tracks(&browser) > 0);

    page.go("#/about").unwrap();
    browser.wait_for("the camera to go off", SOON, || Ok((live_tracks(&browser) == 0).then_some(()))).unwrap();
    page.go("#/classify").unwrap();
    page.wait_for("camera", SOON, |camera| camera.get("state") == "off").unwrap();

    // On again, and off by its button.
    page.click("camera").unwrap();
    page.wait_for("camera", SOON, |camera| camera.get("state") == "live").unwrap();
    page.click("camera").unwrap();
    page.wait_for("camera", SOON, |camera| camera.get("state") == "off").unwrap();
    browser.wait_for("the camera to go off", SOON, || Ok((live_tracks(&browser) == 0).then_some(()))).unwrap();
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn no_camera_and_a_refused_one_are_told() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    for (cameras, kind) in [(0, "no-camera"), (1, "camera-refused")] {
        let options = Options { cameras, refuse_cameras: cameras > 0, ..Options::default() };
        let browser = Browser::start(&options).unwrap();
        let page = Page::open(&browser, &site.url(CPU)).unwrap();
        page.ready(START).unwrap();
        page.click("camera").unwrap();
        page.wait_for("error", SOON, |error| error.get("kind") == kind).unwrap();
        page.wait_for("camera", SOON, |camera| matches!(camera.get("state"), "off" | "error")).unwrap();
        page.upload("file-input", &[built.sample("chelsea.png")]).unwrap();
        page.predictions(1, SOON).unwrap();
    }
}
