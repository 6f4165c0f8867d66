//! The photos that `?bench=` adds where `?photos=` asks for them. They take the way of a visitor's.

use headstart_protocol::BenchReport;

use super::Page;
use crate::dom::window;
use crate::measurement::{self, Photos};
use crate::queue::{PhotoId, WorkerId};

/// No bench needs more photos.
const MOST: u32 = 10_000;

/// The photos of a bench.
pub(super) struct Trial {
    report: BenchReport,
    /// The name of the first; the others follow.
    first: PhotoId,
    count: u32,
    left: u32,
    since: f64,
    /// Who answered.
    workers: Vec<WorkerId>,
}

impl Trial {
    /// Which photo of the bench this is, if it is one.
    pub(super) fn number(&self, id: PhotoId) -> Option<u32> {
        let number = u32::try_from(id.checked_sub(self.first)?).ok()?;
        (number < self.count).then_some(number)
    }
}

impl Page {
    /// The base is timed: the photos are next, if there are any.
    pub(super) fn benched(self, report: BenchReport) {
        let Some(count) = self.session.with_value(|session| session.query.photos) else {
            return self.show_bench(&report, None);
        };
        self.session.update_value(|session| {
            // A fresh worker times the base again, with the photos on their way already.
            if session.trial.is_some() {
                return;
            }
            let count = count.min(MOST);
            let first = session.next_id();
            session.queue.add(first);
            for _ in 1..count {
                let id = session.next_id();
                session.queue.add(id);
            }
            session.trial = Some(Trial { report, first, count, left: count, since: now(), workers: Vec::new() });
        });
        self.send_photos();
    }

    /// A photo in hand is answered; it may be the last of the bench.
    pub(super) fn count_trial(self, id: PhotoId) {
        let over = self.session.update_value(|session| {
            let worker = session.queue.holder(id)?;
            let trial = session.trial.as_mut().filter(|trial| trial.number(id).is_some())?;
            trial.left -= 1;
            if !trial.workers.contains(&worker) {
                trial.workers.push(worker);
            }
            session.trial.take_if(|trial| trial.left == 0)
        });
        if let Some(trial) = over {
            let photos = Photos { count: trial.count, workers: trial.workers.len(), ms: now() - trial.since };
            self.show_bench(&trial.report, Some(&photos));
        }
    }

    fn show_bench(self, report: &BenchReport, photos: Option<&Photos>) {
        self.bench.set(Some(measurement::json(report, self.ready_ms.get_untracked(), photos)));
    }
}

fn now() -> f64 {
    window().performance().map(|clock| clock.now()).unwrap_or_default()
}
