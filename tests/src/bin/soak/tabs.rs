//! Two windows on one project that edit it at once.

use std::{
    thread,
    time::{Duration, Instant},
};

use headstart_tests::{Site, TestError, Window, in_class};

use crate::{
    model::Log,
    photos::Photos,
    report::Row,
    session::{SOON, Saving, Session},
};

const CLASSES: [&str; 2] = ["left", "right"];

pub(crate) fn run(site: &Site, seed: u64, times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("two tabs editing at once");
    let mut photos = Photos::new(seed)?;
    for number in 0..times {
        let start = Instant::now();
        let broken = once(site, &mut photos, number).unwrap_or_else(|error| vec![error.to_string()]);
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

fn once(site: &Site, photos: &mut Photos, number: usize) -> Result<Vec<String>, TestError> {
    let session = Session::start(site, None, None)?;
    session.open()?;
    let mut log = session.begin(&CLASSES)?;
    let first = session.browser.window()?;
    // The second comes while the first has something to save.
    session.add(&mut log, 0, &photos.small(6)?)?;
    let second = session.browser.add_window()?;
    session.browser.open(&site.url("?backend=cpu&size=150#/teach"))?;
    let two = Two { session: &session, windows: [first, second] };
    two.settled()?;
    if number % 2 == 1 {
        // Both come again at once, and nobody knows who will write.
        two.turn(0)?;
        session.saved(SOON)?;
        for window in 0..2 {
            two.turn(window)?;
            session.browser.run("setTimeout(() => location.reload());", vec![])?;
        }
        thread::sleep(Duration::from_millis(300));
    }
    let said = two.settled()?;
    let writer = usize::from(said[0].state == "readonly");
    let reader = 1 - writer;
    let mut broken = Vec::new();

    // Both edit. What the reader does is not taken, and says so by staying a reader.
    two.turn(reader)?;
    session.opened()?;
    intrude(&session, photos)?;
    two.turn(writer)?;
    session.add(&mut log, 1, &photos.small(5)?)?;
    session.rename(&mut log, 0, &format!("left {number}"))?;
    two.turn(reader)?;
    intrude(&session, photos)?;
    broken.extend(
        session
            .saving()?
            .filter(|saving| saving.state != "readonly")
            .map(|saving| format!("the reader says {saving:?} after it was told to add photos, and nobody took over")),
    );
    if number % 4 < 2 {
        two.turn(writer)?;
        session.saved(SOON)?;
        log.promise();
    }

    // The reader takes over, perhaps before the writer is done.
    two.turn(reader)?;
    session.page().press("[data-testid='take-over']")?;
    session.wait_saving("a new writer", SOON, |saving| matches!(&*saving.state, "saved" | "saving"))?;
    session.opened()?;
    two.turn(writer)?;
    session.wait_saving("the old writer as a reader", SOON, |saving| saving.state == "readonly")?;
    let left = session.saving()?.is_some_and(|saving| saving.unsaved != "0");
    if !left {
        log.promise();
    }
    two.turn(reader)?;
    session.saved(SOON)?;
    let (found, wrong) = session.export(photos, SOON)?;
    broken.extend(wrong);
    broken.extend(log.broken_by(&found));
    // It is a writer now, of what is there.
    let mut log = Log::new(found);
    session.counts(log.now().photos.len(), SOON)?;
    session.add(&mut log, 0, &photos.small(3)?)?;
    session.saved(SOON)?;
    log.promise();
    let (found, wrong) = session.export(photos, SOON)?;
    broken.extend(wrong);
    broken.extend(log.broken_by(&found));
    Ok(broken)
}

/// Tries to add photos in a window that must not.
fn intrude(session: &Session, photos: &mut Photos) -> Result<(), TestError> {
    let Some(class) = session.teach().class_names()?.into_iter().next() else { return Ok(()) };
    match session.teach().add_photos(&class, &photos.small(2)?) {
        // An input that takes nothing is as good as one whose files are not taken.
        Err(TestError::Command(_)) | Ok(()) => Ok(()),
        Err(error) => Err(error),
    }?;
    // The same for a name.
    let field = in_class(&class, "class-name");
    match session.page().enter(&field, "an intruder") {
        Err(TestError::Command(_)) | Ok(()) => Ok(()),
        Err(error) => Err(error),
    }
}
