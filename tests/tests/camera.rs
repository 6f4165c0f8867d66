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

fn shown_device(browser: &Browser) -> String {
    let script = "const track = window.tracks.findLast(track => track.readyState == 'live');
        return track ? track.getSettings().deviceId : '';";
    browser.run(script, vec![]).unwrap().as_str().unwrap().to_owned()
}

/// A desk with two cameras: none of them says where it looks.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_other_camera_is_opened_chosen_by_name_and_remembered() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let before_pages = Some(REMEMBER_TRACKS.to_owned());
    let browser = Browser::start(&Options { cameras: 2, before_pages, ..Options::default() }).unwrap();
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.click("camera").unwrap();
    page.wait_for("camera-switch", SOON, |_| true).unwrap();
    let other_than = |device: &str| {
        let other = || Ok(Some(shown_device(&browser)).filter(|shown| !shown.is_empty() && shown != device));
        browser.wait_for("another camera", SOON, other).unwrap()
    };
    let first = other_than("");
    page.click("camera-switch").unwrap();
    let second = other_than(&first);
    page.click("camera-switch").unwrap();
    assert_eq!(other_than(&second), first);

    let names = "return [...document.querySelectorAll(`[data-testid='camera-choice'] option`)].map(each => each.text);";
    let names: Vec<String> = serde_json::from_value(browser.run(names, vec![]).unwrap()).unwrap();
    assert!(names.len() == 2 && names[0] != names[1] && names.iter().all(|name| !name.is_empty()), "{names:?}");
    let choose = "const choice = document.querySelector(`[data-testid='camera-choice']`);
        choice.value = arguments[0];
        choice.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.run(choose, vec![serde_json::json!(second)]).unwrap();
    assert_eq!(other_than(&first), second);
    page.reload().unwrap();
    page.click("camera").unwrap();
    assert_eq!(other_than(""), second);

    // One is unplugged.
    let unplug = "const all = MediaDevices.prototype.enumerateDevices;
        MediaDevices.prototype.enumerateDevices = async function () {
            return (await all.call(this)).filter(device => device.kind != 'videoinput' || device.deviceId == arguments_[0]);
        };
        navigator.mediaDevices.dispatchEvent(new Event('devicechange'));";
    let unplug = format!("const arguments_ = arguments; {unplug}");
    browser.run(&unplug, vec![serde_json::json!(second)]).unwrap();
    let gone = || Ok((page.all("camera-choice")?.is_empty() && page.all("camera-switch")?.is_empty()).then_some(()));
    browser.wait_for("nothing to switch to", SOON, gone).unwrap();
}

/// A call takes the camera, a lid is shut: the track is muted and its frames are black.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_muted_camera_is_not_answered_and_goes_on_by_itself() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let before_pages = Some(REMEMBER_TRACKS.to_owned());
    let browser = Browser::start(&Options { cameras: 1, before_pages, ..Options::default() }).unwrap();
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.ready(START).unwrap();
    page.click("camera").unwrap();
    page.wait_for("camera-prediction", SOON, |answer| !answer.get("label").is_empty()).unwrap();
    let mute = |muted: bool| {
        let script = "const [track] = window.tracks;
            Object.defineProperty(track, 'muted', { value: arguments[0], configurable: true });
            track.dispatchEvent(new Event(arguments[0] ? 'mute' : 'unmute'));";
        browser.run(script, vec![serde_json::json!(muted)]).unwrap();
    };
    mute(true);
    let words = || {
        let text = browser.run("return document.querySelector('.camera-answer').textContent;", vec![])?;
        let is_told = text.as_str().is_some_and(|text| text.contains("sends no picture"));
        Ok((is_told && page.all("camera-prediction")?.is_empty()).then_some(()))
    };
    browser.wait_for("a word on it", SOON, words).unwrap();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(page.all("camera-prediction").unwrap(), []);
    mute(false);
    page.wait_for("camera-prediction", SOON, |answer| !answer.get("label").is_empty()).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_camera_that_shows_nothing_is_told() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    // A stream whose first frame never comes.
    let silent = "MediaDevices.prototype.getUserMedia = async () => document.createElement('canvas').captureStream(0);";
    let options = Options { cameras: 1, before_pages: Some(silent.to_owned()), ..Options::default() };
    let browser = Browser::start(&options).unwrap();
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.click("camera").unwrap();
    page.wait_for("camera", SOON, |camera| camera.get("state") == "live").unwrap();
    let error = page.wait_for("error", SOON, |error| error.get("kind") == "camera-failed").unwrap();
    assert!(error.text.contains("no picture"), "{error:?}");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn in_a_frame_without_the_camera_a_link_opens_the_page_by_itself() {
    let built = Built::find().unwrap();
    let folder = headstart_tests::Scratch::new().unwrap();
    let outer = folder.path().join("outer.html");
    std::fs::write(&outer, format!("<iframe allow=\"camera 'none'\" src=\"./{CPU}\"></iframe>")).unwrap();
    let site = Site::under(&built.dist, "/", &[("outer.html", &outer)]).unwrap();
    let browser = Browser::start(&Options { cameras: 1, ..Options::default() }).unwrap();
    browser.open(&site.url("outer.html")).unwrap();
    let inside = |what: &str| {
        let script = format!("const page = document.querySelector('iframe').contentDocument; return {what};");
        browser.run(&script, vec![]).unwrap()
    };
    let there = || Ok((inside("!!page.querySelector(`button[data-testid='camera']`)") == true).then_some(()));
    browser.wait_for("the page in the frame", SOON, there).unwrap();
    inside("page.querySelector(`button[data-testid='camera']`).click()");
    let link = || {
        let address = inside("page.querySelector(`[data-testid='open-by-itself']`)?.href ?? ''");
        Ok(address.as_str().filter(|address| !address.is_empty()).map(str::to_owned))
    };
    let address = browser.wait_for("a link", SOON, link).unwrap();
    assert_eq!(address, site.url(CPU));
    assert_eq!(inside("page.querySelector(`[data-testid='error']`).dataset.kind"), "camera-refused");
}
