//! What the page lets its visitor save.

use std::{
    cell::Cell,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::json;

use crate::{Browser, Page, Scratch, TestError};

/// Where the files go that a browser saves.
pub struct Downloads<'a> {
    browser: &'a Browser,
    folder: Scratch,
    saved: Cell<u32>,
}

impl<'a> Downloads<'a> {
    /// Makes room for them.
    ///
    /// # Errors
    /// Where no folder can be made.
    pub fn new(browser: &'a Browser) -> io::Result<Self> {
        Ok(Self { browser, folder: Scratch::new()?, saved: Cell::new(0) })
    }

    /// Clicks the first element of that name, which saves a file, and waits for that file to be whole.
    ///
    /// # Errors
    /// Where there is no such element, or [`TestError::Timeout`].
    pub fn save(&self, page: &Page<'_>, testid: &str, after: Duration) -> Result<PathBuf, TestError> {
        self.saved.update(|saved| saved + 1);
        // A folder for each: a file of the same name would be written over.
        let folder = self.folder.path().join(self.saved.get().to_string());
        fs::create_dir(&folder)?;
        let behaviour = json!({ "behavior": "allow", "downloadPath": folder });
        self.browser.devtools("Browser.setDownloadBehavior", &behaviour)?;
        page.click(testid)?;
        self.browser.wait_for(&format!("the file of {testid}"), after, || Ok(whole_file(&folder)?))
    }
}

/// The file in `folder`. Until it is whole, it lies under another name beside an empty one of its own.
fn whole_file(folder: &Path) -> io::Result<Option<PathBuf>> {
    let mut found = None;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "crdownload") {
            return Ok(None);
        }
        // Hidden files are Chromium's own.
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        // A file may be renamed between the two looks at it.
        if !hidden && fs::metadata(&path).is_ok_and(|file| file.len() > 0) {
            found = Some(path);
        }
    }
    Ok(found)
}
