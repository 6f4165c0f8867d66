//! Projects in the browser's database: what is saved stays, whatever becomes of the page, the tab or the database.
#![cfg(test)]

use std::{path::PathBuf, time::Duration};

use headstart_tests::{
    Browser, Built, Downloads, Element, Options, Page, Pictures, Site, Teach, TestError, Texture, in_class,
};
use serde_json::{Value, json};

const START: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(20);
const DESCRIBE: Duration = Duration::from_secs(120);
const CPU: &str = "?backend=cpu&size=150#/teach";
/// For a CNN on two dozen photos.
const TRAIN: Duration = Duration::from_secs(420);
/// Bytes of disk that a page is granted, where it is to run out of them.
const LITTLE: u64 = 3 << 20;

/// A page to teach, and what it stands on.
struct Room {
    site: Site,
    browser: Browser,
    pictures: Pictures,
}

impl Room {
    fn new(before_pages: Option<&str>) -> Self {
        let built = Built::find().unwrap();
        let options = Options { before_pages: before_pages.map(str::to_owned), ..Options::default() };
        Self {
            site: Site::new(&built.dist).unwrap(),
            browser: Browser::start(&options).unwrap(),
            pictures: Pictures::new().unwrap(),
        }
    }

    fn teach(&self) -> Teach<'_> {
        Teach::open(&self.browser, &self.site.url(CPU), START).unwrap()
    }

    fn photos(&self, kind: Texture, count: u64) -> Vec<PathBuf> {
        self.pictures.textures(kind, 0..count).unwrap()
    }

    /// Two classes with so many photos each, all of it on the disk.
    fn taught(&self, each: u64) -> Teach<'_> {
        let teach = self.teach();
        teach.start_with(&["stripes", "dots"]).unwrap();
        teach.add_photos("stripes", &self.photos(Texture::Stripes, each)).unwrap();
        teach.add_photos("dots", &self.photos(Texture::Dots, each)).unwrap();
        teach.described(2 * each as usize, DESCRIBE).unwrap();
        teach.saved(SOON).unwrap();
        teach
    }
}

/// Runs a script on the open database of the page: `database` in it; it calls `done` with the answer.
fn in_database(browser: &Browser, script: &str) -> Value {
    let whole = format!(
        "return new Promise((done, fail) => {{
            const open = indexedDB.open('headstart /');
            open.onerror = () => fail(open.error);
            open.onsuccess = () => {{
                const database = open.result;
                database.onversionchange = () => database.close();
                const end = value => {{ database.close(); done(value); }};
                {script}
            }};
        }});"
    );
    browser.run(&whole, vec![]).unwrap()
}

fn count(page: &Page<'_>) -> Element {
    page.all("teach-count").unwrap().into_iter().next().unwrap()
}

fn saving_says(page: &Page<'_>, state: &str) -> Element {
    page.wait_for("saving", SOON, |saving| saving.get("state") == state).unwrap()
}

fn reload(teach: &Teach<'_>) {
    teach.page.reload().unwrap();
    teach.page.wait_for("saving", START, |saving| saving.get("state") == "saved").unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn one_tab_writes_and_the_other_looks_on_until_it_takes_over() {
    let room = Room::new(None);
    let teach = room.taught(2);
    let page = &teach.page;
    let first = room.browser.window().unwrap();
    room.browser.add_window().unwrap();
    let second = room.browser.window().unwrap();
    let other = room.teach();
    saving_says(&other.page, "readonly");
    assert_eq!(other.class_names().unwrap(), ["stripes", "dots"]);
    // Nothing in it can be changed.
    let disabled =
        room.browser.run("return document.querySelector('[data-testid=add-class]').matches(':disabled')", vec![]);
    assert_eq!(disabled.unwrap(), true);

    room.browser.turn_to(&first).unwrap();
    teach.rename("dots", "spots").unwrap();
    teach.saved(SOON).unwrap();
    room.browser.turn_to(&second).unwrap();
    other.page.click("take-over").unwrap();
    other.saved(SOON).unwrap();
    assert_eq!(other.class_names().unwrap(), ["stripes", "spots"], "as the first tab left it");
    other.add_photos("spots", &room.pictures.textures(Texture::Dots, 5..6).unwrap()).unwrap();
    other.described(5, DESCRIBE).unwrap();
    other.saved(SOON).unwrap();

    room.browser.turn_to(&first).unwrap();
    saving_says(page, "readonly");
    page.click("take-over").unwrap();
    teach.saved(SOON).unwrap();
    teach.described(5, SOON).unwrap();
    room.browser.turn_to(&second).unwrap();
    saving_says(&other.page, "readonly");
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn projects_stand_beside_each_other_and_come_back_from_deletion() {
    let room = Room::new(None);
    let teach = room.taught(2);
    let page = &teach.page;
    page.enter("[data-testid='project-name']", "First").unwrap();
    page.press("[data-testid='projects'] summary").unwrap();
    page.click("new-project").unwrap();
    let open = |name: &'static str| {
        page.wait_for("project", SOON, move |project| project.get("open") == "true" && project.get("name") == name)
    };
    open("My project").unwrap();
    assert_eq!(teach.class_names().unwrap(), Vec::<String>::new());
    let first = page.wait_for("project", SOON, |project| project.get("name") == "First").unwrap();
    assert_eq!((first.get("photos"), first.get("open")), ("4", "false"));

    let act =
        |name: &str, what: &str| page.press(&format!("[data-name='{name}'] [data-testid='project-{what}']")).unwrap();
    act("First", "duplicate");
    page.wait_for("project", SOON, |project| project.get("name") == "First (copy)").unwrap();
    act("First", "delete");
    page.wait_for("deleted-project", SOON, |project| project.get("name") == "First").unwrap();
    act("First (copy)", "open");
    open("First (copy)").unwrap();
    teach.described(4, SOON).unwrap();
    // The copy stands by itself.
    act("My project", "delete");
    page.press(&in_class("dots", "remove-class")).unwrap();
    teach.saved(SOON).unwrap();

    reload(&teach);
    open("First (copy)").unwrap();
    assert_eq!(count(page).get("photos"), "2");
    act("First", "undelete");
    page.wait_for("project", SOON, |project| project.get("name") == "First").unwrap();
    act("First", "open");
    open("First").unwrap();
    teach.described(4, SOON).unwrap();
    assert_eq!(teach.class_names().unwrap(), ["stripes", "dots"]);
    assert_eq!(page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_page_that_is_left_lets_the_project_go() {
    let room = Room::new(None);
    let teach = room.taught(1);
    // Another address of the page, in the same tab: the browser may keep the page before for the way back.
    let page = Page::open(&room.browser, &room.site.url("?backend=cpu&size=150&again=1#/teach")).unwrap();
    teach.saved(START).unwrap();
    assert_eq!(count(&page).get("photos"), "2");
    room.browser.run("history.back();", vec![]).unwrap();
    std::thread::sleep(Duration::from_secs(1));
    teach.page.wait_for("teach-count", START, |count| count.get("photos") == "2").unwrap();
    teach.saved(START).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn what_a_tab_had_not_saved_when_it_was_taken_over_is_kept() {
    // Nothing is written while the first tab waits.
    let room = Room::new(Some(
        "const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...all) {
            if (window.stuck) { throw new DOMException('made up', 'UnknownError'); }
            return put.apply(this, all);
        };",
    ));
    let teach = room.taught(2);
    let page = &teach.page;
    let first = room.browser.window().unwrap();
    room.browser.run("window.stuck = true;", vec![]).unwrap();
    teach.rename("dots", "spots").unwrap();
    saving_says(page, "failed");
    room.browser.add_window().unwrap();
    let other = room.teach();
    saving_says(&other.page, "readonly");
    other.page.click("take-over").unwrap();
    other.saved(SOON).unwrap();
    assert_eq!(other.class_names().unwrap(), ["stripes", "dots"]);

    room.browser.turn_to(&first).unwrap();
    let lost = saving_says(page, "readonly");
    assert!(lost.number("unsaved").unwrap() > 0.0, "{lost:?}");
    // Nothing throws it away.
    room.browser.run("window.stuck = false;", vec![]).unwrap();
    page.press("[data-testid='projects'] summary").unwrap();
    page.fails_with("storage-failed", SOON, || page.click("new-project")).unwrap();
    page.click("take-over").unwrap();
    teach.saved(SOON).unwrap();
    assert_eq!(teach.class_names().unwrap(), ["stripes", "spots"]);
    assert_eq!(teach.open_project().unwrap().get("name"), "My project 2");
    reload(&teach);
    page.wait_for("project", SOON, |project| project.get("name") == "My project" && project.get("photos") == "4")
        .unwrap();
    teach.described(4, SOON).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_write_that_fails_is_tried_again_and_nothing_else_waits_for_it() {
    // From the first photo on, one of its name cannot be read and each third write fails once.
    let room = Room::new(Some(
        "window.puts = 0;
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...all) {
            if (++window.puts % 3 === 0 && window.failing) { throw new DOMException('made up', 'UnknownError'); }
            return put.apply(this, all);
        };
        const read = Blob.prototype.arrayBuffer;
        Blob.prototype.arrayBuffer = function () {
            const lost = this.name === 'stripes-1.png' && window.failing;
            return lost ? Promise.reject(new DOMException('made up', 'NotReadableError')) : read.call(this);
        };",
    ));
    let teach = room.teach();
    let page = &teach.page;
    room.browser.run("window.failing = true;", vec![]).unwrap();
    teach.start_with(&["stripes", "dots"]).unwrap();
    teach.add_photos("stripes", &room.photos(Texture::Stripes, 3)).unwrap();
    teach.add_photos("dots", &room.photos(Texture::Dots, 3)).unwrap();
    saving_says(page, "failed");
    page.wait_for("unsaved", SOON, |_| true).unwrap();
    room.browser.run("window.failing = false;", vec![]).unwrap();
    page.click("save-again").unwrap();
    teach.saved(SOON).unwrap();
    assert_eq!(page.all("unsaved").unwrap(), []);
    reload(&teach);
    assert_eq!(count(page).get("photos"), "6");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn photos_are_read_from_the_saved_copies() {
    let room = Room::new(None);
    let teach = room.taught(2);
    for kind in [Texture::Stripes, Texture::Dots] {
        for file in room.photos(kind, 2) {
            std::fs::remove_file(file).unwrap();
        }
    }
    let downloads = Downloads::new(&room.browser).unwrap();
    let zip = downloads.save(&teach.page, "export-project", SOON).unwrap();
    assert_eq!(teach.page.all("error").unwrap(), [], "all photos are in it");
    // It opens beside what is there, under the name of its file.
    teach.page.upload("import-project", &[zip]).unwrap();
    teach
        .page
        .wait_for("project", SOON, |project| {
            project.get("open") == "true" && project.get("name") == "headstart-project" && project.get("photos") == "4"
        })
        .unwrap();
    teach.described(4, DESCRIBE).unwrap();
    teach.saved(SOON).unwrap();
    assert_eq!(teach.page.all("project").unwrap().len(), 2);
    assert_eq!(teach.page.all("error").unwrap(), []);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn where_the_disk_is_full_labels_are_saved_all_the_same() {
    let room = Room::new(None);
    let origin = room.site.url("");
    let quota = |bytes: Option<u64>| {
        let mut parameters = json!({ "origin": origin.trim_end_matches('/') });
        if let Some(bytes) = bytes {
            parameters["quotaSize"] = json!(bytes);
        }
        room.browser.devtools("Storage.overrideQuotaForOrigin", &parameters).unwrap();
    };
    // Before the page writes anything: a database goes by the quota that it asked for last for half a minute.
    quota(Some(LITTLE));
    let teach = room.taught(2);
    let page = &teach.page;
    // Noise, which no picture format makes small.
    let large: Vec<PathBuf> =
        (0..6).map(|seed| room.pictures.noise(&format!("noise-{seed}.png"), seed).unwrap()).collect();
    teach.add_photos("dots", &large).unwrap();
    let failed = saving_says(page, "failed");
    assert!(failed.number("unsaved").unwrap() > 0.0);
    teach.rename("dots", "spots").unwrap();
    let renamed = "const all = database.transaction('projects').objectStore('projects').getAll();
        all.onsuccess = () => end(all.result.some(project => JSON.parse(project).classes.some(each => each.name === 'spots')));";
    room.browser
        .wait_for("the new name on the disk", SOON, || Ok((in_database(&room.browser, renamed) == true).then_some(())))
        .unwrap();
    quota(None);
    teach.described(10, DESCRIBE).unwrap();
    teach.saved(START).unwrap();
    reload(&teach);
    assert_eq!(count(page).get("photos"), "10");
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_database_that_is_deleted_under_the_page_is_written_again() {
    let room = Room::new(None);
    let teach = room.taught(2);
    let delete = "return new Promise(done => {
        const request = indexedDB.deleteDatabase('headstart /');
        request.onsuccess = request.onerror = () => done(true);
    });";
    // While it is being written to.
    teach.add_photos("dots", &room.pictures.textures(Texture::Checks, 0..20).unwrap()).unwrap();
    room.browser.run(delete, vec![]).unwrap();
    teach.rename("dots", "spots").unwrap();
    teach.described(24, DESCRIBE).unwrap();
    teach.saved(START).unwrap();
    reload(&teach);
    teach.described(24, SOON).unwrap();
    assert_eq!(teach.class_names().unwrap(), ["stripes", "spots"]);
    let stored = "const count = database.transaction('photos').objectStore('photos').count();
        count.onsuccess = () => end(count.result);";
    assert_eq!(in_database(&room.browser, stored), 24);
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn what_a_newer_release_saved_is_left_alone() {
    let room = Room::new(None);
    let teach = room.taught(2);
    let newer = "const store = database.transaction('projects', 'readwrite').objectStore('projects');
        const request = store.put(JSON.stringify({ version: 99, classes: 'otherwise' }), 1);
        request.transaction.oncomplete = () => end(true);";
    in_database(&room.browser, newer);
    reload(&teach);
    // Another one is open, and that one is listed and can be had as a zip.
    assert_eq!(teach.open_project().unwrap().get("photos"), "0");
    teach.page.wait_for("project", SOON, |project| project.get("photos") == "4").unwrap();
    let kept = "const request = database.transaction('projects').objectStore('projects').get(1);
        request.onsuccess = () => end(JSON.parse(request.result).version);";
    assert_eq!(in_database(&room.browser, kept), 99);
    teach.page.press("[data-testid='projects'] summary").unwrap();
    teach.page.ready(START).unwrap();
    let downloads = Downloads::new(&room.browser).unwrap();
    let zip = downloads.save(&teach.page, "project-rescue", SOON).unwrap();
    teach.page.upload("import-project", &[zip]).unwrap();
    teach.described(4, DESCRIBE).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn photos_that_another_base_described_are_looked_at_anew() {
    let room = Room::new(None);
    let teach = room.taught(2);
    let other = "const store = database.transaction('descriptions', 'readwrite').objectStore('descriptions');
        const cursor = store.openCursor();
        cursor.onsuccess = () => {
            if (!cursor.result) { return; }
            cursor.result.update({ ...cursor.result.value, base: 'another' });
            cursor.result.continue();
        };
        cursor.transaction.oncomplete = () => end(true);";
    in_database(&room.browser, other);
    reload(&teach);
    let bases = "const all = database.transaction('descriptions').objectStore('descriptions').getAll();
        all.onsuccess = () => end(all.result.every(each => each.base.length === 64));";
    room.browser
        .wait_for("descriptions of this base", DESCRIBE, || {
            Ok((in_database(&room.browser, bases) == true).then_some(()))
        })
        .unwrap();
    teach.described(4, SOON).unwrap();
}

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn photos_that_come_before_the_project_go_into_it() -> Result<(), TestError> {
    // The database answers late.
    let room = Room::new(Some(
        "const open = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (...all) {
            if (!sessionStorage.late) { return open.apply(this, all); }
            const late = { };
            setTimeout(() => {
                const request = open.apply(this, all);
                for (const name of ['onsuccess', 'onerror', 'onblocked', 'onupgradeneeded']) {
                    request[name] = event => late[name]?.(event);
                }
                Object.defineProperty(late, 'result', { get: () => request.result });
                Object.defineProperty(late, 'error', { get: () => request.error });
            }, 3000);
            return Object.setPrototypeOf(late, IDBOpenDBRequest.prototype);
        };
        navigator.storage.persist = () => { localStorage.asked = 1; return Promise.resolve(true); };",
    ));
    let teach = room.taught(2);
    assert_eq!(room.browser.run("return localStorage.asked", vec![])?, "1", "the browser was asked to keep the data");
    teach.page.reload()?;
    teach.page.go("#/teach")?;
    let paste = "const bytes = Uint8Array.from(atob(arguments[0]), letter => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }));
        window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));";
    let photo = std::fs::read(&room.pictures.textures(Texture::Checks, 0..1)?[0])?;
    room.browser.run(paste, vec![json!(base64(&photo))])?;
    teach.described(5, DESCRIBE)?;
    teach.saved(SOON)?;
    reload(&teach);
    teach.described(5, SOON)?;
    Ok(())
}

/// The epochs that are done in the checkpoint on the disk.
const CHECKPOINT: &str =
    "const get = database.transaction('documents').objectStore('documents').get([1, 'checkpoint']);
    get.onsuccess = () => end(get.result ? JSON.parse(new TextDecoder().decode(get.result)).result.done : 0);";

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_training_goes_on_after_a_reload_and_its_result_stays() {
    let room = Room::new(None);
    let teach = room.taught(12);
    let page = &teach.page;
    page.click("scratch-too").unwrap();
    page.click("train").unwrap();
    teach.result(24).unwrap();
    room.browser
        .wait_for("a checkpoint of the CNN on the disk", DESCRIBE, || {
            Ok((in_database(&room.browser, CHECKPOINT).as_u64() > Some(0)).then_some(()))
        })
        .unwrap();
    reload(&teach);
    let resumed = page.wait_for("resumed", START, |_| true).unwrap();
    assert_eq!(resumed.get("outcome"), "on", "{resumed:?}");
    assert!(resumed.number("epoch").unwrap() > 0.0, "{resumed:?}");
    let scratch = |after| page.wait_for("result", after, |result| result.get("model") == "scratch");
    let result = scratch(TRAIN).unwrap();
    teach.saved(SOON).unwrap();
    assert_eq!(in_database(&room.browser, CHECKPOINT), 0, "nothing is to go on any more");
    reload(&teach);
    assert_eq!(scratch(SOON).unwrap().get("accuracy"), result.get("accuracy"));
    assert_eq!(page.all("resumed").unwrap(), []);
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |chunk: &[u8], index: usize| {
        let whole = chunk.iter().chain([&0, &0]).take(3).fold(0_u32, |whole, byte| whole << 8 | u32::from(*byte));
        if index > chunk.len() { '=' } else { DIGITS[(whole >> (18 - 6 * index) & 63) as usize].into() }
    };
    bytes.chunks(3).flat_map(|chunk| (0..4).map(move |index| digit(chunk, index))).collect()
}

/// The database of the release before projects: one project, whose list is in postcard's encoding.
const EARLIER: &str = "const list = Uint8Array.from(arguments[0].match(/../g), pair => parseInt(pair, 16));
    const photo = number => new Promise(done => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 40 });
        const context = canvas.getContext('2d');
        context.fillRect(0, number * 7, 40, 5);
        canvas.toBlob(done);
    });
    return Promise.all([photo(1), photo(2)]).then(photos => new Promise((done, fail) => {
        const open = indexedDB.open('headstart', 1);
        open.onerror = () => fail(open.error);
        open.onupgradeneeded = () => ['documents', 'photos', 'descriptions'].forEach(store => open.result.createObjectStore(store));
        open.onsuccess = () => {
            const transaction = open.result.transaction(['documents', 'photos'], 'readwrite');
            transaction.objectStore('documents').put(list, 'project');
            transaction.objectStore('photos').put({ id: 3, file: photos[0] }, 3);
            transaction.objectStore('photos').put({ id: 300, file: photos[1] }, 300);
            transaction.oncomplete = () => { open.result.close(); done(true); };
        };
    }));";

#[test]
#[ignore = "needs the built page: cargo xtask test"]
fn a_project_of_the_release_before_opens() {
    let room = Room::new(None);
    // A page of the same origin that opens no database.
    room.browser.open(&room.site.url("samples/README.md")).unwrap();
    // Classes “Tasse” and “皿”, a photo each.
    let list = "01000201055461737365010203e79abf0002030105612e6a7067001470686f746f732f54617373652f332d612e6a7067\
        ac020205622e706e6701ffffffffffffffffff011470686f746f732fe79abf2f3330302d622e706e67\
        0000000001000000000000d03f333333333333d33f001401019a9999999999c93f0207";
    room.browser.run(EARLIER, vec![json!(list)]).unwrap();
    let teach = room.teach();
    teach.described(2, DESCRIBE).unwrap();
    assert_eq!(teach.class_names().unwrap(), ["Tasse", "皿"]);
    teach.saved(SOON).unwrap();
    reload(&teach);
    teach.described(2, SOON).unwrap();
    let left = "return indexedDB.databases().then(all => all.map(each => each.name))";
    assert_eq!(room.browser.run(left, vec![]).unwrap(), json!(["headstart /"]));
    assert_eq!(teach.page.all("error").unwrap(), []);
}
