//! The CNN that learns the same photos from scratch, and how good either is with how many photos.
//!
//! The worker keeps no photos of a project. For a comparison it is handed those that it lacks, one at a time, and keeps a
//! small square of each; then it is told to begin.

use std::collections::VecDeque;
use std::rc::Rc;

use headstart_protocol::{
    Command, Comparison, CurveEnd, CurvePoint, CurveProgress, Epoch, Failure, Photo as Pixels, PhotoHash,
    ScratchResult, Training, TrainingProgress,
};
use wasm_bindgen_futures::spawn_local;

use super::{Example, Run, RunState};
use crate::error::PageError;
use crate::intake;
use crate::queue::PhotoId;
use crate::signal::RwSignal;
use crate::signal::untrack;
use crate::state::Page;
use crate::state::session::Session;
use crate::wording;

/// The comparison as the views see it. Copies name the same state.
#[derive(Clone, Copy)]
pub(crate) struct Contest {
    /// Whether a CNN is trained after the head.
    pub(crate) too: RwSignal<bool>,
    /// The CNN's run.
    pub(crate) run: RwSignal<Run>,
    /// Its epochs.
    pub(crate) history: RwSignal<Vec<Epoch>>,
    /// What it came to.
    pub(crate) result: RwSignal<Option<Rc<ScratchTaught>>>,
    /// The learning curve's run.
    pub(crate) curve_run: RwSignal<Run>,
    /// What it came to so far.
    pub(crate) curve: RwSignal<Curve>,
}

impl Contest {
    pub(super) fn new() -> Self {
        Self {
            too: RwSignal::new(false),
            run: RwSignal::new(Run::default()),
            history: RwSignal::new(Vec::new()),
            result: RwSignal::new(None),
            curve_run: RwSignal::new(Run::default()),
            curve: RwSignal::new(Curve::default()),
        }
    }
}

/// A CNN trained from scratch, beside the head on the same photos.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScratchTaught {
    pub(crate) result: ScratchResult,
    /// How many of the same held-out photos heads that had not seen them answered rightly; `None` where no head was
    /// checked.
    pub(crate) transfer_right: Option<u32>,
}

/// A learning curve.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Curve {
    pub(crate) points: Vec<CurvePoint>,
    /// Photos that every draw is scored on.
    pub(crate) held_out: u32,
    /// How it ended, once it has.
    pub(crate) end: Option<CurveEnd>,
}

/// What a comparison is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Train,
    Curve,
}

/// A comparison that waits until the head's run is over, and then until the worker has all photos.
pub(in crate::state) struct Errand {
    purpose: Purpose,
    comparison: Box<Comparison>,
    /// Those that the worker may lack.
    waiting: VecDeque<Rc<Example>>,
    /// The photo in the worker.
    sent: Option<(PhotoId, PhotoHash)>,
}

impl Page {
    /// Whether a comparison goes on or is about to; tracked.
    pub(crate) fn compares(self) -> bool {
        let contest = self.teach.contest;
        contest.run.with(|run| run.state.is_on()) || contest.curve_run.with(|run| run.state.is_on())
    }

    /// The same, not tracked.
    pub(super) fn compares_untracked(self) -> bool {
        untrack(|| self.compares())
    }

    /// Notes what a CNN is to be trained on after the run `training`, if one is wanted.
    pub(super) fn plan_scratch(self, training: &Training, files: Vec<Rc<Example>>) {
        let contest = self.teach.contest;
        contest.run.set(Run::default());
        contest.history.update(Vec::clear);
        contest.result.set(None);
        let errand = contest.too.get_untracked().then(|| {
            let training = Training { run: self.next_run(), ..training.clone() };
            Errand::new(Purpose::Train, training, files)
        });
        self.teach.desk.update_value(|desk| desk.errand = errand);
    }

    /// The head is there: now the CNN, if one is wanted.
    pub(super) fn begin_scratch(self) {
        let number = self
            .teach
            .desk
            .with_value(|desk| desk.errand.as_ref().filter(|errand| errand.purpose == Purpose::Train).map(Errand::run));
        if let Some(number) = number {
            self.teach.contest.run.set(Run { state: RunState::Running, number, ..Run::default() });
            self.hand_over();
        }
    }

    /// The head's run failed: there is nothing to compare with.
    pub(super) fn give_scratch_up(self) {
        self.teach.desk.update_value(|desk| {
            desk.errand.take_if(|errand| errand.purpose == Purpose::Train);
        });
    }

    /// Measures how good a head and a CNN are with how many of the project's photos.
    pub(crate) fn draw_curve(self) {
        let contest = self.teach.contest;
        if self.compares_untracked() || self.teach.run.read_untracked().state.is_on() {
            return;
        }
        contest.curve.set(Curve::default());
        if !self.engine_is_ready() || self.teach.describing.get_untracked().is_busy() {
            let failure = PageError::EngineNotReady.into();
            return contest.curve_run.set(Run { state: RunState::Failed(failure), ..Run::default() });
        }
        match self.training(false) {
            Ok((training, _, files)) => {
                let errand = Errand::new(Purpose::Curve, training, files);
                contest.curve_run.set(Run { state: RunState::Running, number: errand.run(), ..Run::default() });
                self.teach.desk.update_value(|desk| desk.errand = Some(errand));
                self.announcement.set("The learning curve is being measured.".to_owned());
                self.hand_over();
            }
            Err(error) => contest.curve_run.set(Run { state: RunState::Failed(error.into()), ..Run::default() }),
        }
    }

    /// Ends the learning curve with the points so far.
    pub(crate) fn stop_curve(self) {
        self.stop(self.teach.contest.curve_run, Purpose::Curve);
    }

    /// Ends the CNN's run with the best one so far.
    pub(super) fn stop_scratch(self) {
        self.stop(self.teach.contest.run, Purpose::Train);
    }

    fn stop(self, run: RwSignal<Run>, purpose: Purpose) {
        let number = run.with_untracked(|run| (run.state == RunState::Running).then_some(run.number));
        let Some(number) = number else { return };
        // Before the worker has all photos, nothing was begun.
        let held_back =
            self.teach.desk.update_value(|desk| desk.errand.take_if(|errand| errand.purpose == purpose).is_some());
        if held_back {
            run.set(Run { state: RunState::Stopped, ..Run::default() });
        } else {
            self.tell(&Command::StopTraining { run: number });
        }
    }

    /// The project is another one.
    pub(super) fn forget_comparisons(self) {
        self.stop_curve();
        let contest = self.teach.contest;
        self.teach.desk.update_value(|desk| desk.errand = None);
        contest.run.set(Run::default());
        contest.history.update(Vec::clear);
        contest.result.set(None);
        contest.curve_run.set(Run::default());
        contest.curve.set(Curve::default());
    }

    /// The worker is gone, and with it what it kept.
    pub(super) fn comparisons_lost(self) {
        self.teach.desk.update_value(|desk| {
            desk.errand = None;
            desk.kept.clear();
        });
        for run in [self.teach.contest.run, self.teach.contest.curve_run] {
            if run.with_untracked(|run| run.state.is_on()) {
                run.update(|run| run.state = RunState::Failed(PageError::TrainingLost.into()));
            }
        }
    }

    /// Hands the worker the next photo that it lacks, or has it begin.
    fn hand_over(self) {
        let next = self.teach.desk.update_value(|desk| {
            let errand = desk.errand.as_mut()?;
            while let Some(photo) = errand.waiting.pop_front() {
                let hash = photo.described().map(|described| described.hash)?;
                if !desk.kept.contains(&hash) {
                    let id = self.session.update_value(Session::next_id);
                    errand.sent = Some((id, hash));
                    return Some(Ok((id, photo)));
                }
            }
            desk.errand.take().map(Err)
        });
        match next {
            Some(Ok((id, photo))) => spawn_local(async move {
                match intake::read(&photo.file).await {
                    Ok(bytes) if self.hands_over(id) => {
                        self.tell(&Command::Keep { id, photo: Pixels::Encoded(bytes) });
                    }
                    Ok(_) => {}
                    Err(error) => {
                        self.keep_failed(id, error.into());
                    }
                }
            }),
            Some(Err(Errand { purpose: Purpose::Train, comparison, .. })) => {
                self.tell(&Command::TrainScratch(comparison));
            }
            Some(Err(Errand { purpose: Purpose::Curve, comparison, .. })) => {
                self.tell(&Command::DrawCurve(comparison));
            }
            None => {}
        }
    }

    fn hands_over(self, id: PhotoId) -> bool {
        self.teach
            .desk
            .with_value(|desk| desk.errand.as_ref().and_then(|errand| errand.sent).is_some_and(|(sent, _)| sent == id))
    }

    /// The worker keeps a photo.
    pub(in crate::state) fn kept(self, id: PhotoId) {
        if self.hands_over(id) {
            self.teach.desk.update_value(|desk| {
                let sent = desk.errand.as_mut().and_then(|errand| errand.sent.take());
                desk.kept.extend(sent.map(|(_, hash)| hash));
            });
            self.hand_over();
        }
    }

    /// Ends the comparison that photo `id` was meant for; gives the failure back where it was meant for none.
    pub(in crate::state) fn keep_failed(self, id: PhotoId, failure: Failure) -> Option<Failure> {
        if !self.hands_over(id) {
            return Some(failure);
        }
        let errand = self.teach.desk.update_value(|desk| desk.errand.take());
        let contest = self.teach.contest;
        let run = match errand?.purpose {
            Purpose::Train => contest.run,
            Purpose::Curve => contest.curve_run,
        };
        run.update(|run| run.state = RunState::Failed(failure));
        None
    }

    /// The CNN's run goes on.
    pub(in crate::state) fn scratch_progressed(self, progress: TrainingProgress) {
        let contest = self.teach.contest;
        if !is_run(contest.run, progress.run) {
            return;
        }
        if let Some(latest) = progress.latest
            && contest.history.with_untracked(|history| history.last().is_none_or(|last| last.epoch < latest.epoch))
        {
            contest.history.update(|history| history.push(latest));
        }
        contest.run.update(|run| {
            run.done = progress.done;
            run.of = progress.of;
            run.fitting = true;
            run.latest = progress.latest.or(run.latest);
        });
    }

    /// The CNN's run ended with one.
    pub(in crate::state) fn scratch_trained(self, result: ScratchResult) {
        let contest = self.teach.contest;
        if !is_run(contest.run, result.run) {
            return;
        }
        let words = format!("The CNN from scratch is done: {} right.", wording::share(result.accuracy()));
        self.announcement.set(words);
        contest.run.update(|run| {
            run.state = if result.stopped { RunState::Stopped } else { RunState::Done };
            run.done = run.of;
        });
        contest.history.set(result.history.clone());
        let transfer_right = self.teach.result.with_untracked(|taught| {
            let taught = taught.as_ref().filter(|taught| !taught.result.answers.is_empty())?;
            let right = |example: u32| {
                let answer = taught.result.answers.iter().find(|(other, _)| *other == example)?.1;
                Some(u32::from(taught.photos.get(example as usize)?.1 == answer))
            };
            result.answers.iter().map(|(example, _)| right(*example)).sum()
        });
        contest.result.set(Some(Rc::new(ScratchTaught { result, transfer_right })));
    }

    /// The CNN's run ended without one. The head and its result stand.
    pub(in crate::state) fn scratch_failed(self, run: u32, failure: Failure) {
        let contest = self.teach.contest;
        if is_run(contest.run, run) {
            contest.run.update(|run| run.state = RunState::Failed(failure));
        }
    }

    /// The learning curve goes on.
    pub(in crate::state) fn curve_progressed(self, progress: CurveProgress) {
        let contest = self.teach.contest;
        if !is_run(contest.curve_run, progress.run) {
            return;
        }
        contest.curve_run.update(|run| (run.done, run.of) = (progress.done, progress.of));
        let news = contest.curve.with_untracked(|curve| curve.points != progress.points || curve.held_out == 0);
        if news {
            contest.curve.set(Curve { points: progress.points, held_out: progress.held_out, end: None });
        }
    }

    /// The learning curve ended.
    pub(in crate::state) fn curve_ended(self, end: CurveEnd) {
        let contest = self.teach.contest;
        if !is_run(contest.curve_run, end.run) {
            return;
        }
        let has_points = contest.curve.with_untracked(|curve| !curve.points.is_empty());
        let failure = end.failures.first().map(|(_, failure)| failure.clone()).filter(|_| !has_points);
        contest.curve_run.update(|run| {
            run.state = match failure {
                Some(failure) => RunState::Failed(failure),
                None if end.stopped => RunState::Stopped,
                None => RunState::Done,
            };
        });
        self.announcement.set("The learning curve is done.".to_owned());
        contest.curve.update(|curve| curve.end = Some(end));
    }
}

impl Errand {
    fn new(purpose: Purpose, mut training: Training, files: Vec<Rc<Example>>) -> Self {
        // It starts anew by its nature.
        training.continue_from = None;
        let hash = |photo: &Rc<Example>| photo.described().map(|described| described.hash).unwrap_or_default();
        let photos = files.iter().map(hash).collect();
        Self { purpose, comparison: Box::new(Comparison { training, photos }), waiting: files.into(), sent: None }
    }

    fn run(&self) -> u32 {
        self.comparison.training.run
    }
}

fn is_run(run: RwSignal<Run>, number: u32) -> bool {
    run.with_untracked(|run| run.state == RunState::Running && run.number == number)
}
