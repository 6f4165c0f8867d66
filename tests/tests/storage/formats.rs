//! What other releases and other bases saved.

use headstart_tests::Downloads;
use serde_json::json;

use super::{DESCRIBE, Room, SOON, START, in_database, reload};

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
