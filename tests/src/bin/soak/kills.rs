//! The browser is killed at a random moment while photos are added, edited and trained on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use headstart_tests::{Scratch, Site, TestError};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use crate::{
    model::Log,
    photos::Photos,
    report::Row,
    session::{SOON, Session},
};

const CLASSES: [&str; 3] = ["red", "green", "blue"];
/// Kills of a project before another one is begun, which is as large as it gets by then.
const EACH: usize = 10;
/// Milliseconds after which a browser is killed.
const LIFE: std::ops::Range<u64> = 200..9_000;
/// Until a zip of some hundred photos is there.
const EXPORT: Duration = Duration::from_secs(60);

pub(crate) fn run(site: &Site, seed: u64, times: usize) -> Result<Row, TestError> {
    let mut row = Row::new("browser killed");
    let mut kills = Kills {
        site,
        random: ChaCha8Rng::seed_from_u64(seed),
        photos: Photos::new(seed)?,
        names: 0,
        acts: 0,
        promises: 0,
    };
    while row.times < times {
        let most = EACH.min(times - row.times);
        kills.one_project(&mut row, most)?;
    }
    row.measured = vec![("acts", f64::from(kills.acts)), ("promises", f64::from(kills.promises))];
    Ok(row)
}

struct Kills<'a> {
    site: &'a Site,
    random: ChaCha8Rng,
    photos: Photos,
    /// Names that were given to classes.
    names: u32,
    acts: u32,
    promises: u32,
}

impl Kills<'_> {
    /// Kills the browser of a new project up to `most` times, and looks after each what is left.
    fn one_project(&mut self, row: &mut Row, most: usize) -> Result<(), TestError> {
        let profile = Scratch::new()?;
        let mut session = Session::start(self.site, Some(profile.path()), None)?;
        session.open()?;
        let mut log = session.begin(&CLASSES)?;
        for _ in 0..most {
            let start = Instant::now();
            let (mut broken, has_result) = self.until_killed(&session, &mut log);
            drop(session);
            session = Session::start(self.site, Some(profile.path()), None)?;
            match self.look(&session, &mut log, has_result) {
                Ok(found) => broken.extend(found),
                Err(error) => {
                    // Nothing can be said of what comes after.
                    broken.push(error.to_string());
                    row.count(start.elapsed(), broken);
                    return Ok(());
                }
            }
            row.count(start.elapsed(), broken);
        }
        Ok(())
    }

    /// Works on the project until the browser is killed. What went wrong before that, and whether a result was promised.
    fn until_killed(&mut self, session: &Session, log: &mut Log) -> (Vec<String>, bool) {
        let life = Duration::from_millis(self.random.random_range(LIFE));
        let killer = session.browser.killer();
        let killed = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let killed = Arc::clone(&killed);
            move || {
                thread::sleep(life);
                killed.store(true, Ordering::SeqCst);
                killer.kill();
            }
        });
        let (mut broken, mut has_result) = (Vec::new(), false);
        loop {
            match self.act(session, log).and_then(|()| self.ask(session, log)) {
                Ok(promised) => has_result |= promised,
                Err(error) => {
                    if !killed.load(Ordering::SeqCst) {
                        broken.push(format!("before it was killed: {error}"));
                    }
                    break;
                }
            }
        }
        // It ends by itself, and has nothing to say.
        let _ = thread.join();
        (broken, has_result)
    }

    /// Does one thing to the project.
    fn act(&mut self, session: &Session, log: &mut Log) -> Result<(), TestError> {
        self.acts += 1;
        let class = self.random.random_range(0..CLASSES.len());
        let examples = session.page().all("example")?;
        let example = examples.choose(&mut self.random);
        match (self.random.random_range(0..10), example) {
            (0, _) => {
                self.names += 1;
                session.rename(log, class, &format!("class {}", self.names))
            }
            (1 | 2, Some(example)) => session.move_to(log, example, class),
            (3, Some(example)) => session.remove(log, example),
            (4, Some(_)) => {
                let train = "document.querySelector(`[data-testid='train']`)?.click();";
                session.browser.run(train, vec![]).map(drop)
            }
            _ => {
                let count = self.random.random_range(1..8);
                session.add(log, class, &self.photos.small(count)?)
            }
        }
    }

    /// Looks whether the page promises what was done so far, for a while or only once; and whether it has a result.
    fn ask(&mut self, session: &Session, log: &mut Log) -> Result<bool, TestError> {
        let (start, patience) = (Instant::now(), Duration::from_millis(self.random.random_range(0..800)));
        loop {
            let has_result = !session.page().all("result")?.is_empty();
            if session.saving()?.is_some_and(|saving| saving.is_promise()) {
                self.promises += 1;
                log.promise();
                return Ok(has_result);
            }
            if start.elapsed() > patience {
                return Ok(false);
            }
            thread::sleep(Duration::from_millis(30));
        }
    }

    /// Opens the project again and compares it with what was promised, and goes on from what is there.
    fn look(&self, session: &Session, log: &mut Log, has_result: bool) -> Result<Vec<String>, TestError> {
        session.open()?;
        let (found, mut broken) = session.export(&self.photos, EXPORT)?;
        broken.extend(log.broken_by(&found));
        if has_result {
            session.page().wait_for("result", SOON, |_| true)?;
        }
        *log = Log::new(found);
        Ok(broken)
    }
}
