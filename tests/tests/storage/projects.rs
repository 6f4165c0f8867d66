//! Projects beside each other, and what belongs to one.

use std::time::Duration;

use headstart_tests::{Downloads, TestError, Texture, in_class};
use serde_json::json;

use super::{DESCRIBE, Room, SOON, START, count, in_database, reload};

/// For a CNN on two dozen photos.
const TRAIN: Duration = Duration::from_secs(420);

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

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |chunk: &[u8], index: usize| {
        let whole = chunk.iter().chain([&0, &0]).take(3).fold(0_u32, |whole, byte| whole << 8 | u32::from(*byte));
        if index > chunk.len() { '=' } else { DIGITS[(whole >> (18 - 6 * index) & 63) as usize].into() }
    };
    bytes.chunks(3).flat_map(|chunk| (0..4).map(move |index| digit(chunk, index))).collect()
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
