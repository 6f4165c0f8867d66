//! A browser with the page's Teach view, and what a soak asks of it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use headstart_tests::{Browser, Downloads, Element, Options, Page, Site, Teach, TestError};
use serde_json::json;

use crate::{
    model::{Change, Log, Project},
    photos::{self, Photos},
};

/// How long anything may take that is not said to take longer.
pub(crate) const SOON: Duration = Duration::from_secs(30);
/// Until the engine can look at photos.
const ENGINE: Duration = Duration::from_secs(120);
/// The address of the Teach view.
pub(crate) const TEACH: &str = "?backend=cpu&size=150#/teach";

/// What `saving` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Saving {
    pub(crate) state: String,
    pub(crate) unsaved: String,
}

impl Saving {
    /// Whether all that was done is promised to be kept.
    pub(crate) fn is_promise(&self) -> bool {
        self.state == "saved" && self.unsaved == "0"
    }
}

/// A Chromium in which the Teach view can be opened.
pub(crate) struct Session {
    pub(crate) browser: Browser,
    url: String,
}

impl Session {
    /// Starts it, with what it remembers in the folder `profile`.
    pub(crate) fn start(site: &Site, profile: Option<&Path>, script: Option<&str>) -> Result<Self, TestError> {
        // A browser that was killed did not take its lock away.
        for lock in ["SingletonLock", "SingletonSocket", "SingletonCookie"] {
            if let Some(profile) = profile {
                // There may be none.
                let _ = fs::remove_file(profile.join(lock));
            }
        }
        let profile = profile.map(Path::to_owned);
        let before_pages = script.map(str::to_owned);
        let browser = Browser::start(&Options { profile, before_pages, ..Options::default() })?;
        Ok(Self { browser, url: site.url(TEACH) })
    }

    /// The Teach view of the window in which everything happens.
    pub(crate) fn teach(&self) -> Teach<'_> {
        Teach { page: self.page() }
    }

    pub(crate) fn page(&self) -> Page<'_> {
        Page::of(&self.browser)
    }

    /// Opens the page and waits until its project is there, whatever the engine does.
    pub(crate) fn open(&self) -> Result<(), TestError> {
        self.browser.open(&self.url)?;
        self.opened()
    }

    /// Waits until the page has its project.
    pub(crate) fn opened(&self) -> Result<(), TestError> {
        self.browser.wait_for("an open project", SOON, || {
            let saving = self.saving()?.is_some_and(|saving| saving.state != "saving");
            let open = self.page().all("project")?.iter().any(|project| project.get("open") == "true");
            Ok((saving && open).then_some(()))
        })
    }

    pub(crate) fn ready(&self) -> Result<(), TestError> {
        self.page().ready(ENGINE).map(drop)
    }

    /// What `saving` says, where it is there.
    pub(crate) fn saving(&self) -> Result<Option<Saving>, TestError> {
        let found = self.page().all("saving")?.into_iter().next();
        Ok(found.map(|element| Saving {
            state: element.get("state").to_owned(),
            unsaved: element.get("unsaved").to_owned(),
        }))
    }

    /// Waits for `saving` to be `wanted`, which is called `what`.
    pub(crate) fn wait_saving(
        &self,
        what: &str,
        after: Duration,
        wanted: impl Fn(&Saving) -> bool,
    ) -> Result<(), TestError> {
        self.browser.wait_for(what, after, || Ok(self.saving()?.filter(&wanted).map(drop)))
    }

    /// Waits for the promise that all is kept.
    pub(crate) fn saved(&self, after: Duration) -> Result<(), TestError> {
        self.wait_saving("`saved` with nothing left", after, Saving::is_promise)
    }

    /// The entry of the open project, without its place in the page.
    pub(crate) fn open_project(&self) -> Result<(String, String), TestError> {
        let open = self.page().wait_for("project", SOON, |project| project.get("open") == "true")?;
        Ok((open.get("name").to_owned(), open.get("photos").to_owned()))
    }

    /// All notices of failures.
    pub(crate) fn errors(&self) -> Result<Vec<Element>, TestError> {
        self.page().all("error")
    }

    /// Waits until the view counts so many photos.
    pub(crate) fn counts(&self, photos: usize, after: Duration) -> Result<(), TestError> {
        let photos = photos.to_string();
        self.page().wait_for("teach-count", after, |count| count.get("photos") == photos).map(drop)
    }

    /// The project as its zip tells of it, and what is wrong with that zip.
    pub(crate) fn export(&self, photos: &Photos, after: Duration) -> Result<(Project, Vec<String>), TestError> {
        // The engine writes it.
        self.ready()?;
        let downloads = Downloads::new(&self.browser)?;
        let zip = downloads.save(&self.page(), "export-project", after)?;
        crate::exported::read(&zip, photos)
    }

    /// Gives an empty project these classes.
    pub(crate) fn begin(&self, classes: &[&str]) -> Result<Log, TestError> {
        self.teach().start_with(classes)?;
        self.saved(SOON)?;
        let classes = classes.iter().map(|name| (*name).to_owned()).collect();
        Ok(Log::new(Project { classes, ..Project::default() }))
    }

    /// Adds `files` to a class and waits until the page counts them.
    pub(crate) fn add(&self, log: &mut Log, class: usize, files: &[PathBuf]) -> Result<(), TestError> {
        let name = log.now().classes[class].clone();
        files.iter().for_each(|file| log.push(Change::Add { photo: photos::name(file), class }));
        self.teach().add_photos(&name, files)?;
        self.counts(log.now().photos.len(), SOON)
    }

    /// Gives a class another name.
    pub(crate) fn rename(&self, log: &mut Log, class: usize, name: &str) -> Result<(), TestError> {
        let old = log.now().classes[class].clone();
        log.push(Change::Rename { class, name: name.to_owned() });
        self.teach().rename(&old, name)
    }

    /// Removes the photo that `example` shows.
    pub(crate) fn remove(&self, log: &mut Log, example: &Element) -> Result<(), TestError> {
        log.push(Change::Remove { photo: example.get("name").to_owned() });
        let id = json!(example.get("id"));
        self.page().press(&format!("[data-testid='example'][data-id={id}] [data-testid='remove-example']"))?;
        self.counts(log.now().photos.len(), SOON)
    }

    /// Moves the photo that `example` shows to another class, as far as the page shows it still.
    pub(crate) fn move_to(&self, log: &mut Log, example: &Element, class: usize) -> Result<(), TestError> {
        let name = log.now().classes[class].clone();
        log.push(Change::Move { photo: example.get("name").to_owned(), class });
        self.teach().move_from("example", example.get("id"), &name)
    }
}
