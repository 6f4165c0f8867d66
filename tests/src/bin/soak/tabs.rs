//! Two windows on one project that edit it at once.

use std::{
    thread,
    time::{Duration, Instant},
};

use headstart_tests::{Site, TestError, Window, in_class};
use serde_json::json;

use crate::{
    model::Log,
    photos::Photos,
    report::Row,
    session::{SOON, Saving, Session, TEACH},
};

const CLASSES: [&str; 2] = ["left", "right"];

pub(crate) fn run(site: &Site, seed: u64, times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("two tabs editing at once");
    let mut photos = Photos::new(seed)?;
    for number in 0..times {
        let start = Instant::now();
        let broken = once(site, &mut photos, number).unwrap_or_else(|error| vec![error]);
        row.count(start.elapsed(), broken);
    }
    Ok(row)
}

/// Two windows of a fresh browser.
struct Two<'a> {
    session: &'a Session,
    windows: [Window; 2],
}

impl Two<'_> {
    fn turn(&self, to: usize) -> Result<(), TestError> {
        self.session.browser.turn_to(&self.windows[to])
    }

    /// What both say, once one writes and the other does not.
    fn settled(&self) -> Result<[Saving; 2], TestError> {
        let start = Instant::now();
        loop {
            let mut said = Vec::new();
            for window in 0..2 {
                self.turn(window)?;
                said.extend(self.session.saving()?);
            }
            if let [one, other] = &said[..]
                && [one, other].iter().filter(|saving| saving.state == "readonly").count() == 1
            {
                return Ok([one.clone(), other.clone()]);
            }
            if start.elapsed() > SOON {
                let found = format!("{said:?}");
                let (testid, attribute) = ("saving".to_owned(), "data-state of one writer and one reader".to_owned());
                return Err(TestError::Contract { testid, attribute, found });
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

fn once(site: &Site, photos: &mut Photos, number: usize) -> Result<Vec<String>, String> {
    let session = Session::start(site, None, None).at("the start")?;
    let (two, mut log) = begin(&session, site, photos, number).at("two windows on one project")?;
    let writer = usize::from(two.settled().at("who writes")?[0].state == "readonly");
    let reader = 1 - writer;
    let mut broken = edit(&two, photos, &mut log, writer, number).at("both edit")?;
    broken.extend(take_over(&two, photos, &mut log, reader).at("the reader takes over")?);
    Ok(broken)
}

/// Opens a project in two windows: the second comes while the first has something to save, or both come at once.
fn begin<'a>(
    session: &'a Session,
    site: &Site,
    photos: &mut Photos,
    number: usize,
) -> Result<(Two<'a>, Log), TestError> {
    session.open()?;
    let mut log = session.begin(&CLASSES)?;
    let first = session.browser.window()?;
    session.add(&mut log, 0, &photos.small(6)?)?;
    let second = session.browser.add_window()?;
    session.browser.open(&site.url(TEACH))?;
    let two = Two { session, windows: [first, second] };
    two.settled()?;
    if number % 2 == 1 {
        two.turn(0)?;
        session.saved(SOON)?;
        for window in 0..2 {
            two.turn(window)?;
            session.browser.run("window.isOld = true; setTimeout(() => location.reload());", vec![])?;
        }
        for window in 0..2 {
            two.turn(window)?;
            let is_new = || Ok((session.browser.run("return window.isOld !== true", vec![])? == true).then_some(()));
            session.browser.wait_for("the page anew", SOON, is_new)?;
        }
    }
    Ok((two, log))
}

/// Edits in both windows. What the reader is told to do must not be taken.
fn edit(
    two: &Two<'_>,
    photos: &mut Photos,
    log: &mut Log,
    writer: usize,
    number: usize,
) -> Result<Vec<String>, TestError> {
    let session = two.session;
    for window in 0..2 {
        two.turn(window)?;
        session.opened()?;
    }
    two.turn(1 - writer)?;
    intrude(session, photos)?;
    two.turn(writer)?;
    session.counts(log.now().photos.len(), SOON)?;
    session.add(log, 1, &photos.small(5)?)?;
    session.rename(log, 0, &format!("left {number}"))?;
    two.turn(1 - writer)?;
    intrude(session, photos)?;
    let is_writer = session.saving()?.filter(|saving| saving.state != "readonly");
    // The other one may be asked to give way before it is done.
    if number % 4 < 2 {
        two.turn(writer)?;
        session.saved(SOON)?;
        log.promise();
    }
    Ok(is_writer.map(|saving| format!("the reader says {saving:?} before it took over")).into_iter().collect())
}

/// Makes the reader the writer, and looks what it has.
fn take_over(two: &Two<'_>, photos: &mut Photos, log: &mut Log, reader: usize) -> Result<Vec<String>, TestError> {
    let session = two.session;
    two.turn(reader)?;
    session.page().press("[data-testid='take-over']")?;
    session.wait_saving("a new writer", SOON, |saving| matches!(&*saving.state, "saved" | "saving"))?;
    session.opened()?;
    two.turn(1 - reader)?;
    session.wait_saving("the old writer as a reader", SOON, |saving| saving.state == "readonly")?;
    // What it says that it could not save may be missing.
    if session.saving()?.is_some_and(|saving| saving.unsaved == "0") {
        log.promise();
    }
    two.turn(reader)?;
    session.saved(SOON)?;
    let (found, mut broken) = session.export(photos, SOON)?;
    broken.extend(log.broken_by(&found));
    let shown = session.teach().class_names()?;
    if shown != found.classes {
        broken.push(format!("after taking over, the page shows classes {shown:?} and its zip has {:?}", found.classes));
        return Ok(broken);
    }
    *log = Log::new(found);
    session.add(log, 0, &photos.small(3)?)?;
    session.saved(SOON)?;
    log.promise();
    let (found, wrong) = session.export(photos, SOON)?;
    broken.extend(wrong);
    broken.extend(log.broken_by(&found));
    Ok(broken)
}

/// Does in a window that must not what its page lets a person do: adds photos and names a class.
fn intrude(session: &Session, photos: &mut Photos) -> Result<(), TestError> {
    let Some(class) = session.teach().class_names()?.into_iter().next() else { return Ok(()) };
    let open = "const field = document.querySelector(arguments[0]);
        return field !== null && !field.matches(':disabled') && field.closest('[inert]') === null;";
    let is_open = |field: &str| Ok::<_, TestError>(session.browser.run(open, vec![json!(field)])? == true);
    if is_open(&in_class(&class, "class-input"))? {
        session.teach().add_photos(&class, &photos.small(2)?)?;
    }
    let field = in_class(&class, "class-name");
    if is_open(&field)? { session.page().enter(&field, "an intruder") } else { Ok(()) }
}

/// For an error that says where it happened.
trait At<T> {
    fn at(self, place: &str) -> Result<T, String>;
}

impl<T> At<T> for Result<T, TestError> {
    fn at(self, place: &str) -> Result<T, String> {
        self.map_err(|error| format!("{place}: {error}"))
    }
}
