//! Writes that fail, a full disk, a database that is deleted.

use std::path::PathBuf;

use headstart_tests::Texture;
use serde_json::json;

use super::{DESCRIBE, Room, SOON, START, count, in_database, reload, saving_says};

/// Bytes of disk that a page is granted, where it is to run out of them.
const LITTLE: u64 = 3 << 20;

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
