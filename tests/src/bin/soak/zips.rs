//! Hostile zips, opened as projects beside one that must not change.

use std::{
    thread,
    time::{Duration, Instant},
};

use headstart_tests::{Pictures, Site, TestError, hostile_zips};

use crate::{
    photos::Photos,
    report::Row,
    session::{SOON, Session},
};

const CLASSES: [&str; 2] = ["left", "right"];
/// How long a page has that says nothing.
const SILENCE: Duration = Duration::from_secs(5);
/// How long it may take over one of them.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn run(site: &Site, seed: u64, times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("hostile project zips");
    let files = Pictures::new()?;
    let mut photos = Photos::new(seed)?;
    let session = Session::start(site, None, None)?;
    session.open()?;
    session.ready()?;
    let mut log = session.begin(&CLASSES)?;
    session.add(&mut log, 0, &photos.small(4)?)?;
    session.add(&mut log, 1, &photos.small(4)?)?;
    session.saved(SOON)?;
    log.promise();
    for (number, (what, bytes)) in hostile_zips(seed, times).into_iter().enumerate() {
        let start = Instant::now();
        let before = session.open_project()?;
        let zip = files.write(&format!("hostile-{number}.zip"), &bytes)?;
        session.page().upload("import-project", &[zip])?;
        let mut broken = Vec::new();
        if let Err(error) = answered(&session) {
            broken.push(format!("{what}: {error}"));
        }
        let after = session.open_project()?;
        if after != before {
            broken.push(format!("{what}: the open project was {before:?} and is {after:?}"));
        }
        row.count(start.elapsed(), broken);
        dismiss(&session)?;
    }
    let start = Instant::now();
    session.saved(SOON)?;
    let (found, mut broken) = session.export(&photos, SOON)?;
    broken.extend(log.broken_by(&found));
    if !broken.is_empty() {
        row.count(start.elapsed(), broken);
    }
    Ok(row)
}

/// Waits until the page has refused what it was given, or has had the time to.
fn answered(session: &Session) -> Result<(), TestError> {
    let start = Instant::now();
    session.browser.wait_for("an answer to a zip", PATIENCE, || {
        let is_busy = session.page().all("busy")?.iter().any(|busy| !busy.text.is_empty());
        let answered = !session.errors()?.is_empty() || start.elapsed() > SILENCE;
        Ok((answered && !is_busy).then_some(()))
    })
}

/// Takes all notices away, so that the next one is told from them.
fn dismiss(session: &Session) -> Result<(), TestError> {
    let script = "document.querySelectorAll(`[data-testid='dismiss']`).forEach(button => button.click());";
    session.browser.run(script, vec![])?;
    thread::sleep(Duration::from_millis(100));
    Ok(())
}
