//! A database that fails: a write, the quota, deleted, of a newer version.

use std::{
    thread,
    time::{Duration, Instant},
};

use headstart_tests::{Site, TestError};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::{
    model::Log,
    photos::Photos,
    report::Row,
    session::{SOON, Session},
};

const CLASSES: [&str; 2] = ["left", "right"];
/// Until a page has tried again of its own.
const RESUME: Duration = Duration::from_secs(90);
/// How long a page may take to say that it cannot save.
const SAY: Duration = Duration::from_secs(30);
/// Bytes for all that the origin keeps.
const QUOTA: u32 = 5_000_000;

/// For so long Chromium's databases go by the quota that they asked for last.
const QUOTA_CACHE: Duration = Duration::from_secs(31);

/// Makes the put fail that `putsUntilFailure` counts down to: by an exception, or by its transaction.
const FAILING_PUT: &str = "window.putsUntilFailure = Infinity;
    window.failedPuts = 0;
    for (const name of ['put', 'add']) {
        const original = IDBObjectStore.prototype[name];
        IDBObjectStore.prototype[name] = function(...given) {
            window.putsUntilFailure -= 1;
            if (window.putsUntilFailure !== 0) return original.apply(this, given);
            window.failedPuts += 1;
            if (window.putThrows) throw new DOMException('it failed for a test', 'UnknownError');
            const request = original.apply(this, given);
            this.transaction.abort();
            return request;
        };
    }";

/// Deletes all databases of the origin, as the browser does when it clears a site's data.
const DELETE: &str = "return indexedDB.databases().then(all => Promise.all(all.map(one => new Promise(resolve => {
        const deletion = indexedDB.deleteDatabase(one.name);
        deletion.onsuccess = () => resolve(one.name);
        deletion.onerror = () => resolve(null);
        setTimeout(() => resolve(null), 10000);
    }))));";

/// Opens all databases of the origin as a later release would, and lets go of them.
const UPGRADE: &str = "return indexedDB.databases().then(all => Promise.all(all.map(one => new Promise(resolve => {
        const opening = indexedDB.open(one.name, one.version + 1);
        opening.onsuccess = () => { opening.result.close(); resolve(one.name); };
        opening.onerror = () => resolve(null);
        setTimeout(() => resolve(null), 10000);
    }))));";

/// What is done to the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Put,
    Quota,
    Deleted,
    Newer,
}

impl Fault {
    pub(crate) const ALL: [Self; 4] = [Self::Put, Self::Quota, Self::Deleted, Self::Newer];

    fn title(self) -> &'static str {
        match self {
            Self::Put => "`put` failing once",
            Self::Quota => "quota of 5 MB",
            Self::Deleted => "database deleted under the page",
            Self::Newer => "database of a newer version under the page",
        }
    }
}

pub(crate) fn run(site: &Site, fault: Fault, seed: u64, times: usize) -> Result<Row, TestError> {
    let mut row = Row::new(fault.title());
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut photos = Photos::new(seed)?;
    for _ in 0..times {
        let start = Instant::now();
        let broken = once(site, fault, &mut random, &mut photos).unwrap_or_else(|error| vec![error.to_string()]);
        row.count(start.elapsed(), broken);
    }
    Ok(row)
}

fn once(site: &Site, fault: Fault, random: &mut ChaCha8Rng, photos: &mut Photos) -> Result<Vec<String>, TestError> {
    let session = Session::start(site, None, Some(FAILING_PUT))?;
    session.open()?;
    let mut log = session.begin(&CLASSES)?;
    session.add(&mut log, 0, &photos.small(6)?)?;
    session.saved(SOON)?;
    log.promise();

    match fault {
        Fault::Put => {
            let (number, throws) = (random.random_range(1..8), random.random_bool(0.5));
            let script = "window.putsUntilFailure = arguments[0]; window.putThrows = arguments[1];";
            session.browser.run(script, vec![json!(number), json!(throws)])?;
            session.add(&mut log, 1, &photos.small(6)?)?;
            let failed = || Ok((session.browser.run("return window.failedPuts", vec![])? == 1).then_some(()));
            session.browser.wait_for("a put that failed", SOON, failed)?;
        }
        Fault::Quota => {
            quota(&session, site, Some(QUOTA))?;
            thread::sleep(QUOTA_CACHE);
            session.add(&mut log, 1, &photos.large(12)?)?;
        }
        Fault::Deleted => elsewhere(&session, site, DELETE)?,
        Fault::Newer => elsewhere(&session, site, UPGRADE)?,
    }
    if matches!(fault, Fault::Deleted | Fault::Newer) {
        session.add(&mut log, 1, &photos.small(6)?)?;
    }
    let mut broken = Vec::new();
    // A write that was tried again has nothing to say; what lasts must be said.
    if matches!(fault, Fault::Quota | Fault::Newer) {
        said(&session)?;
    }
    broken.extend(zip(&session, photos, &log, "while it failed")?);

    match fault {
        Fault::Put | Fault::Deleted => (),
        Fault::Quota => quota(&session, site, None)?,
        Fault::Newer => elsewhere(&session, site, DELETE)?,
    }
    // What a person does who has read that it was not saved: another thing, or the button beside it.
    session.rename(&mut log, 0, "left again")?;
    session.browser.run("document.querySelector(`[data-testid='save-again']`)?.click();", vec![])?;
    session.saved(RESUME)?;
    log.promise();
    session.page().reload()?;
    session.opened()?;
    broken.extend(zip(&session, photos, &log, "after a reload")?);
    Ok(broken)
}

/// Waits until the page says that it cannot save.
fn said(session: &Session) -> Result<(), TestError> {
    session.browser.wait_for("a word on what is not saved", SAY, || {
        let failed = session.saving()?.is_some_and(|saving| saving.state == "failed");
        let told = session.errors()?.iter().any(|error| error.get("kind") == "storage-failed");
        Ok((failed || told).then_some(()))
    })
}

/// How the project's zip differs from what was done.
fn zip(session: &Session, photos: &Photos, log: &Log, when: &str) -> Result<Vec<String>, TestError> {
    let (found, wrong) = session.export(photos, SOON)?;
    let differences = Log::new(log.now()).broken_by(&found);
    Ok(wrong.into_iter().chain(differences).map(|what| format!("{when}, {what}")).collect())
}

/// Gives the origin so many bytes, or as many as there are.
fn quota(session: &Session, site: &Site, bytes: Option<u32>) -> Result<(), TestError> {
    let mut parameters = json!({ "origin": site.url("").trim_end_matches('/') });
    if let Some(bytes) = bytes {
        parameters["quotaSize"] = json!(bytes);
    }
    session.browser.devtools("Storage.overrideQuotaForOrigin", &parameters).map(drop)
}

/// Runs `script` on the same origin in a window of its own, and comes back.
fn elsewhere(session: &Session, site: &Site, script: &str) -> Result<(), TestError> {
    let home = session.browser.window()?;
    session.browser.add_window()?;
    // Any file that is no page of ours.
    session.browser.open(&site.url("samples/README.md"))?;
    let done = session.browser.run(script, vec![])?;
    let all = done.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(serde_json::Value::is_string));
    session.browser.close_window()?;
    session.browser.turn_to(&home)?;
    if all {
        return Ok(());
    }
    let (testid, attribute) = ("the page's database".to_owned(), "connection that lets go of it".to_owned());
    Err(TestError::Contract { testid, attribute, found: done.to_string() })
}
