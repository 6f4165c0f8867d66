//! Which tab writes a project.

use std::time::Duration;

use headstart_tests::{Page, Texture};

use super::{DESCRIBE, Room, SOON, START, count, reload, saving_says};

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
