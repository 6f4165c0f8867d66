//! The page without a network, a newer release, and files that the system hands over.
#![cfg(test)]

use std::{fs, path::Path, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use headstart_tests::{Browser, Built, Options, Page, Scratch, Site, visit, without_network};
use headstart_weights::sha256_hex;
use serde_json::{Value, json};

const START: Duration = Duration::from_secs(90);
const PHOTO: Duration = Duration::from_secs(60);
const CPU: &str = "?backend=cpu&size=150#/classify";
const OURS: &str = "return caches.keys().then(names => names.filter(name => name.startsWith('headstart-page ')));";

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn after_one_visit_everything_works_without_a_network() {
    let wrong = without_network(&Built::find().unwrap(), "/a/page/").unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Changes the release in `dist`: its page says `number`, as its list of files does.
fn release(dist: &Path, number: &str) {
    let (page, script) = (dist.join("index.html"), dist.join("service-worker.js"));
    let sum = |html: &str| {
        let hex = sha256_hex(html.as_bytes());
        let byte = |place: usize| u8::from_str_radix(&hex[place..place + 2], 16).unwrap();
        BASE64_STANDARD.encode((0..64).step_by(2).map(byte).collect::<Vec<_>>())
    };
    let html = fs::read_to_string(&page).unwrap();
    let newer = html.replacen("<html ", &format!("<html data-release=\"{number}\" "), 1);
    let list = fs::read_to_string(&script).unwrap();
    let newer_list =
        list.replacen("{\"id\":\"", &format!("{{\"id\":\"{number}"), 1).replacen(&sum(&html), &sum(&newer), 1);
    assert!(newer_list.contains(&sum(&newer)));
    fs::write(page, newer).unwrap();
    fs::write(script, newer_list).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() { copy(&path, &to.join(name)) } else { fs::copy(&path, to.join(name)).map(drop).unwrap() }
    }
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_newer_release_is_offered_and_never_swapped_in() {
    let built = Built::find().unwrap();
    let folder = Scratch::new().unwrap();
    let dist = folder.path().join("dist");
    copy(&built.dist, &dist);
    let site = Site::new(&dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = visit(&browser, &site.url(CPU)).unwrap();
    let other = "return caches.open('headstart-page /other/ 1').then(() => true);";
    browser.run(other, vec![]).unwrap();
    let shown = || browser.run("return document.documentElement.dataset.release ?? '';", vec![]).unwrap();
    for number in ["2", "3", "4"] {
        let before = shown();
        release(&dist, number);
        page.reload().unwrap();
        page.ready(START).unwrap();
        page.wait_for("update", START, |_| true).unwrap();
        // Neither now nor by being loaded again.
        page.reload().unwrap();
        page.ready(START).unwrap();
        page.wait_for("update", START, |_| true).unwrap();
        assert_eq!(shown(), before);
        page.click("use-update").unwrap();
        browser.wait_for("the newer release", START, || Ok((shown() == *number).then_some(()))).unwrap();
        page.ready(START).unwrap();
        assert_eq!(page.all("update").unwrap(), []);
    }
    // Those of the release before stay for pages that are still open; another deployment's are its own.
    let names = browser.run(OURS, vec![]).unwrap();
    assert_eq!(names.as_array().map(Vec::len), Some(3), "{names}");
    assert!(names.to_string().contains("headstart-page /other/ 1"), "{names}");

    drop(site);
    page.reload().unwrap();
    page.ready(START).unwrap();
    assert_eq!(shown(), "4");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_release_whose_files_are_mixed_is_not_kept() {
    let built = Built::find().unwrap();
    let folder = Scratch::new().unwrap();
    let dist = folder.path().join("dist");
    copy(&built.dist, &dist);
    let page = dist.join("index.html");
    fs::write(&page, fs::read_to_string(&page).unwrap() + "\n<!-- of another release -->\n").unwrap();
    let site = Site::new(&dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.ready(START).unwrap();
    let refused = || {
        let registration =
            browser.run("return navigator.serviceWorker.getRegistration().then(found => !found);", vec![])?;
        let was_asked = !site.requests_for("/service-worker.js").is_empty();
        Ok((was_asked && registration == true).then_some(()))
    };
    browser.wait_for("the refusal", START, refused).unwrap();
    page.go("#/about").unwrap();
    assert_eq!(page.all("offline").unwrap()[0].get("state"), "none");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn the_page_can_be_installed() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    visit(&browser, &site.url(CPU)).unwrap();
    let manifest = browser.devtools("Page.getAppManifest", &json!({})).unwrap();
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    let read: Value = serde_json::from_str(manifest["data"].as_str().unwrap()).unwrap();
    for icon in read["icons"].as_array().unwrap() {
        assert!(built.dist.join(icon["src"].as_str().unwrap()).is_file(), "{icon}");
    }
    let errors = browser.devtools("Page.getInstallabilityErrors", &json!({})).unwrap();
    assert_eq!(errors["installabilityErrors"], json!([]), "{errors}");
}

/// As the system's share sheet does it: a form with the photo is posted to the installed page.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_photo_can_be_shared_with_it() {
    let built = Built::find().unwrap();
    let site = Site::under(&built.dist, "/a/page/", &[]).unwrap();
    let browser = Browser::start(&Options::default()).unwrap();
    let page = visit(&browser, &site.url(CPU)).unwrap();
    let share = "return fetch('samples/chelsea.png').then(response => response.blob()).then(photo => {
        const form = document.createElement('form');
        const input = document.createElement('input');
        const files = new DataTransfer();
        files.items.add(new File([photo], 'a cat/50 %.png', { type: 'image/png' }));
        Object.assign(form, { action: 'share', method: 'post', enctype: 'multipart/form-data' });
        Object.assign(input, { type: 'file', name: 'files', files: files.files });
        form.append(input);
        document.body.append(form);
        form.submit();
    });";
    browser.run(share, vec![]).unwrap();
    let found = page.predictions(1, START).unwrap().remove(0);
    assert_eq!((found.get("label"), found.get("name")), ("cat", "a cat/50 %.png"));
    // It was taken out: the photo does not come again.
    page.reload().unwrap();
    page.ready(START).unwrap();
    let left = browser.run("return caches.has('headstart-shared /a/page/');", vec![]).unwrap();
    assert_eq!(left, false);
    assert!(site.requests().iter().all(|request| request.method == "GET"));
}

/// As the system's file manager does it: the installed page is given handles of files.
#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn files_can_be_opened_with_it() {
    let built = Built::find().unwrap();
    let site = Site::new(&built.dist).unwrap();
    let queue = "Object.defineProperty(window, 'launchQueue', { value: {
        setConsumer(consumer) { window.launched = consumer; } } });";
    let options = Options { before_pages: Some(queue.to_owned()), ..Options::default() };
    let browser = Browser::start(&options).unwrap();
    let page = Page::open(&browser, &site.url(CPU)).unwrap();
    page.ready(START).unwrap();
    let launch = "return fetch('samples/chelsea.png').then(response => response.blob()).then(photo => {
        const file = new File([photo], 'chelsea.png', { type: 'image/png' });
        window.launched({ files: [{ kind: 'file', getFile: () => Promise.resolve(file) }] });
    });";
    browser.run(launch, vec![]).unwrap();
    assert_eq!(page.predictions(1, PHOTO).unwrap()[0].get("name"), "chelsea.png");
}
