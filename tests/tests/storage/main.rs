//! Projects in the browser's database: what is saved stays, whatever becomes of the page, the tab or the database.
#![cfg(test)]

mod faults;
mod formats;
mod projects;
mod tabs;

use std::{path::PathBuf, time::Duration};

use headstart_tests::{Browser, Built, Element, Options, Page, Pictures, Site, Teach, Texture};
use serde_json::Value;

const START: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(20);
const DESCRIBE: Duration = Duration::from_secs(120);
const CPU: &str = "?backend=cpu&size=150#/teach";

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
        teach.start_with_textures(&self.pictures, &[Texture::Stripes, Texture::Dots], each, DESCRIBE).unwrap();
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
