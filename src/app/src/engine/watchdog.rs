//! Whether a worker hangs: it has said nothing for many times as long as such a request usually takes. Plain data: neither
//! a clock nor a worker.
//!
//! Time is that in which the page's own timers ran. Behind other tabs they run seldom and while the machine sleeps not at all,
//! so that no more than [`LONGEST_TICK`] counts between two of them: whoever waits for a page that hardly runs waits longer.

use std::collections::{HashMap, VecDeque};

use headstart_protocol::{Describe, Progress, Request, RequestId, StartProgress};

/// Seconds between two ticks that count, at most.
const LONGEST_TICK: f64 = 2.0;
/// A request that takes so many times as long as the slowest of the last ones hangs.
const MANY_TIMES: f64 = 20.0;
/// The last ones.
const LAST: usize = 8;
/// Seconds that a photo may take, however fast others were: it may be a large one.
const PHOTO: f64 = 30.0;
/// The same for a step of a zip, which may lie on a slow disk.
const ZIP: f64 = 60.0;
/// Seconds for the first photo of all, with which a device compiles its kernels.
const WARM_UP: f64 = 180.0;
/// Seconds between two words of a training, which tells each epoch.
const RUN: f64 = 600.0;

/// What a request is to the watchdog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// So many passes of a photo through the base.
    Photo(u32),
    /// What takes less than a pass, and tells nothing of how long one takes.
    Chore,
    /// A step of reading or writing a zip.
    Zip,
    /// The start: its downloads have deadlines of their own.
    Start,
    /// It goes on beside later requests and tells how far it is.
    Run,
    /// It takes as long as it takes, or has deadlines of its own.
    Unwatched,
}

impl Work {
    /// What `request` is.
    pub(super) fn of(request: &Request) -> Self {
        match request {
            Request::Describe(Describe { views, .. }) => Self::Photo(views.saturating_add(1)),
            Request::Classify(_) | Request::Distort(_) | Request::KeepActivations(_) | Request::ShowLayers(_) => {
                Self::Photo(1)
            }
            Request::KeepDescriptors(_)
            | Request::KeepSquare(_)
            | Request::ForgetPhotos(_)
            | Request::CloseHead(_)
            | Request::MeetPartners(_) => Self::Chore,
            Request::ZipAdd(_)
            | Request::ZipFinish(_)
            | Request::OpenZip(_)
            | Request::NextZipFiles(_)
            | Request::CloseZip(_) => Self::Zip,
            Request::Start(_) => Self::Start,
            Request::Examine(_)
            | Request::Train(_)
            | Request::TrainScratch(_)
            | Request::TuneHead(_)
            | Request::DrawCurve(_) => Self::Run,
            Request::OpenHead(_)
            | Request::OpenScratch(_)
            | Request::ReadTuning(_)
            | Request::TimeBase(_)
            | Request::MeasureParity(_) => Self::Unwatched,
        }
    }
}

/// How long the last ones of a kind took, in seconds.
#[derive(Debug, Default)]
struct Usual(VecDeque<f64>);

impl Usual {
    fn note(&mut self, seconds: f64) {
        self.0.truncate(LAST - 1);
        self.0.push_front(seconds);
    }

    /// Many times as long as the slowest.
    fn many_times(&self) -> f64 {
        MANY_TIMES * self.0.iter().copied().fold(0.0, f64::max)
    }
}

/// What a worker has to do, and since when it has said nothing.
#[derive(Debug, Default)]
pub(super) struct Watchdog {
    /// Seconds that counted so far.
    now: f64,
    /// What is answered one after the other, the next first.
    line: VecDeque<(RequestId, Work)>,
    /// Since when the first one of the line is that, or when it said something last.
    since: f64,
    /// Whether the first one of the line is taken up.
    has_begun: bool,
    /// Whether the start has all files.
    is_warming_up: bool,
    /// The runs that were taken up, and when each said something last.
    runs: HashMap<RequestId, f64>,
    passes: Usual,
    zips: Usual,
    words: Usual,
}

impl Watchdog {
    /// The worker was asked.
    pub(super) fn asked(&mut self, id: RequestId, work: Work) {
        if self.line.is_empty() {
            self.next();
        }
        self.line.push_back((id, work));
    }

    /// The worker has taken `id` up, and with it answered all before it.
    pub(super) fn begun(&mut self, id: RequestId) {
        match self.line.front() {
            Some((first, Work::Run)) if *first == id => {
                self.line.pop_front();
                self.runs.insert(id, self.now);
                self.next();
            }
            Some((first, _)) if *first == id => {
                self.since = self.now;
                self.has_begun = true;
            }
            _ => {}
        }
    }

    /// The worker told how far `id` is.
    pub(super) fn told(&mut self, id: RequestId, progress: &Progress) {
        if let Some(last) = self.runs.get_mut(&id) {
            self.words.note(self.now - std::mem::replace(last, self.now));
        } else if self.line.front().is_some_and(|(first, _)| *first == id) {
            self.since = self.now;
            self.is_warming_up = matches!(progress, Progress::Start(StartProgress::WarmingUp(_)));
        }
    }

    /// The worker answered `id`.
    pub(super) fn answered(&mut self, id: RequestId) {
        self.runs.remove(&id);
        let Some(place) = self.line.iter().position(|(other, _)| *other == id) else { return };
        let work = self.line.remove(place).map_or(Work::Unwatched, |(_, work)| work);
        if place > 0 {
            return;
        }
        let seconds = self.now - self.since;
        match work {
            Work::Photo(passes) => self.passes.note(seconds / f64::from(passes)),
            // One pass, with all that it has to compile.
            Work::Start if self.is_warming_up => self.passes.note(seconds),
            Work::Zip => self.zips.note(seconds),
            Work::Start | Work::Chore | Work::Run | Work::Unwatched => {}
        }
        self.next();
    }

    /// Whether there is anything to watch.
    pub(super) fn is_busy(&self) -> bool {
        !self.line.is_empty() || !self.runs.is_empty()
    }

    /// So many seconds have passed since the last tick. Whether the worker hangs.
    pub(super) fn hangs(&mut self, seconds: f64) -> bool {
        self.now += seconds.clamp(0.0, LONGEST_TICK);
        let limit = self.line.front().and_then(|(_, work)| self.limit(*work));
        let of_runs = RUN.max(self.words.many_times());
        limit.is_some_and(|limit| self.now - self.since > limit)
            || self.runs.values().any(|last| self.now - last > of_runs)
    }

    /// Seconds that the first one of the line may take, if there is a limit.
    fn limit(&self, work: Work) -> Option<f64> {
        let own = match work {
            Work::Photo(passes) => PHOTO.max(f64::from(passes) * self.passes.many_times()),
            Work::Zip => ZIP.max(self.zips.many_times()),
            Work::Start => self.is_warming_up.then_some(WARM_UP)?,
            Work::Chore | Work::Run => PHOTO.max(self.passes.many_times()),
            Work::Unwatched => return None,
        };
        // A step of a run is before it.
        let waits = !self.has_begun && !self.runs.is_empty();
        Some(if waits { own.max(RUN) } else { own })
    }

    /// Another one is the first of the line.
    fn next(&mut self) {
        self.since = self.now;
        self.has_begun = false;
        self.is_warming_up = false;
    }
}

#[cfg(test)]
mod tests {
    use headstart_protocol::{Backend, Transfer};

    use super::*;

    const WARMING_UP: Progress = Progress::Start(StartProgress::WarmingUp(Backend::Cpu));

    fn id(number: u64) -> RequestId {
        RequestId(number)
    }

    /// A worker that was asked for these, numbered from 1.
    fn asked(work: &[Work]) -> Watchdog {
        let mut dog = Watchdog::default();
        work.iter().zip(1..).for_each(|(work, number)| dog.asked(id(number), *work));
        dog
    }

    /// Seconds until it is taken for hanging, if it is within an hour.
    fn patience(dog: &mut Watchdog) -> Option<u32> {
        (1..3600).find(|_| dog.hangs(1.0))
    }

    fn pass(dog: &mut Watchdog, seconds: u32) {
        (0..seconds).for_each(|_| assert!(!dog.hangs(1.0)));
    }

    #[test]
    fn a_photo_may_take_half_a_minute_and_more_where_photos_are_slow() {
        assert_eq!(patience(&mut asked(&[Work::Photo(1)])), Some(31));
        let mut dog = asked(&[Work::Photo(1), Work::Photo(1)]);
        pass(&mut dog, 5);
        dog.answered(id(1));
        assert_eq!(patience(&mut dog), Some(101));
    }

    #[test]
    fn views_are_passes_and_the_warm_up_is_the_first() {
        let mut dog = asked(&[Work::Start, Work::Photo(17)]);
        dog.told(id(1), &WARMING_UP);
        pass(&mut dog, 10);
        dog.answered(id(1));
        assert_eq!(patience(&mut dog), Some(10 * 20 * 17 + 1));
    }

    #[test]
    fn only_the_slowest_of_the_last_counts() {
        let mut dog = asked(&[Work::Photo(1); 10]);
        pass(&mut dog, 20);
        (1..=9).for_each(|number| dog.answered(id(number)));
        assert_eq!(patience(&mut dog), Some(31));
    }

    #[test]
    fn chores_say_nothing_of_how_long_a_photo_takes() {
        let mut dog = asked(&[Work::Photo(1)]);
        pass(&mut dog, 10);
        dog.answered(id(1));
        for number in 2..50 {
            dog.asked(id(number), Work::Chore);
            dog.answered(id(number));
        }
        dog.asked(id(50), Work::Photo(2));
        assert_eq!(patience(&mut dog), Some(401));
    }

    #[test]
    fn a_photo_behind_others_waits_for_nothing() {
        let mut dog = asked(&[Work::Photo(1); 20]);
        for number in 1..20 {
            pass(&mut dog, 29);
            dog.answered(id(number));
        }
        assert!(!dog.hangs(1.0));
        let mut dog = asked(&[Work::Unwatched, Work::Photo(1)]);
        assert_eq!(patience(&mut dog), None);
        dog.answered(id(1));
        assert_eq!(patience(&mut dog), Some(31));
    }

    #[test]
    fn a_photo_is_watched_beside_a_training_once_it_is_taken_up() {
        let mut dog = asked(&[Work::Run, Work::Photo(1)]);
        dog.begun(id(1));
        pass(&mut dog, 300);
        dog.begun(id(2));
        assert_eq!(patience(&mut dog), Some(31));
    }

    #[test]
    fn a_training_has_ten_minutes_for_a_word() {
        let mut dog = asked(&[Work::Run]);
        dog.begun(id(1));
        for _ in 0..5 {
            pass(&mut dog, 500);
            dog.told(id(1), &WARMING_UP);
        }
        // Now words are known to be rare.
        assert_eq!(patience(&mut dog), None);
        let mut dog = asked(&[Work::Run]);
        dog.begun(id(1));
        assert_eq!(patience(&mut dog), Some(601));
        dog.answered(id(1));
        assert!(!dog.is_busy() && patience(&mut dog).is_none());
    }

    #[test]
    fn a_download_is_not_watched_and_the_warm_up_after_it_is() {
        let mut dog = asked(&[Work::Start]);
        let far = Transfer { loaded: 1, total: 2, cached: false };
        dog.told(id(1), &Progress::Start(StartProgress::Loading(far)));
        assert_eq!(patience(&mut dog), None);
        dog.told(id(1), &WARMING_UP);
        assert_eq!(patience(&mut dog), Some(181));
    }

    #[test]
    fn a_page_that_sleeps_does_not_take_its_worker_for_hanging() {
        let mut dog = asked(&[Work::Photo(1)]);
        // A night, and then a page in the background whose timers run once a minute.
        assert!(!dog.hangs(30_000.0));
        assert!((0..14).all(|_| !dog.hangs(60.0)));
        assert!(dog.hangs(60.0));
        // A clock that was put back.
        assert!(!asked(&[Work::Photo(1)]).hangs(-5.0));
    }

    #[test]
    fn who_has_nothing_to_do_hangs_never() {
        let mut dog = asked(&[Work::Photo(1)]);
        dog.answered(id(1));
        assert!(!dog.is_busy());
        assert_eq!(patience(&mut dog), None);
        // What is asked then has all of its time.
        dog.asked(id(2), Work::Zip);
        assert_eq!(patience(&mut dog), Some(61));
    }
}
