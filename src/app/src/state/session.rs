//! The conversation with the worker: starting it, asking it, hearing its answers, replacing it.

use std::sync::Arc;

use headstart_protocol::{
    Backend, Command, Event, Failure, HeadSummary, Photo as Pixels, Prediction, Ready, Start, WireError,
};
use send_wrapper::SendWrapper;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::helpers::Helper;
use super::trial::Trial;
use super::{Answer, CameraStatus, Outcome, Page, Phase};
use crate::address::{Query, View};
use crate::device::{self, Choice};
use crate::dom::window;
use crate::error::PageError;
use crate::pool::Pool;
use crate::queue::{MAIN, PhotoId, Queue, WorkerId};
use crate::restart::{Life, Next, Restarts};
use crate::worker::{EngineWorker, Heard, Message};
use crate::{intake, machine, measurement};

/// What the conversation has to remember.
#[derive(Default)]
pub(super) struct Session {
    pub(super) query: Query,
    base_url: String,
    worker: Option<EngineWorker>,
    /// Counts the workers, so that what an earlier one left behind is told apart.
    generation: u32,
    /// The device of this worker, and whether it ever said that it is alive.
    backend: Option<Backend>,
    alive: bool,
    /// The adapter of a GPU, in its own words.
    adapter: String,
    restarts: Restarts,
    last_id: PhotoId,
    pub(super) queue: Queue,
    pub(super) pool: Pool,
    pub(super) helpers: Vec<Helper>,
    pub(super) last_helper: WorkerId,
    /// The photos of a bench that are not all answered yet.
    pub(super) trial: Option<Trial>,
    /// The camera frame in the worker: there is never more than one.
    frame: Option<PhotoId>,
    /// Whether this worker was asked for what ships for the comparison.
    pub(super) comparison_asked: bool,
}

impl Session {
    /// A fresh name for a photo or a camera frame.
    pub(super) fn next_id(&mut self) -> PhotoId {
        self.last_id += 1;
        self.last_id
    }

    /// The command that starts the engine as the address wishes.
    pub(super) fn start(&self) -> Start {
        self.query.start(self.base_url.clone(), self.adapter.clone())
    }

    fn send(&self, command: &Command) -> Result<(), PageError> {
        self.worker.as_ref().map_or(Ok(()), |worker| worker.send(command))
    }
}

/// Where a photo in hand comes from.
enum Source {
    File(SendWrapper<Blob>),
    /// It is made up for a bench.
    Trial(u32),
}

impl Page {
    /// Brings the saved project back and starts the engine as the address wishes. `base_url` is the page's folder.
    pub(crate) fn start(self, query: Result<Query, PageError>, base_url: String) {
        self.open_project();
        match query {
            Ok(query) => {
                self.session.update_value(|session| {
                    session.restarts = Restarts::new(query.backend);
                    let keeps_files = machine::keeps_files() && query.weights.is_none();
                    session.pool = Pool::new(query.workers, &machine::read(), keeps_files);
                    session.query = query;
                    session.base_url = base_url;
                });
                self.fresh_worker(None);
            }
            Err(error) => self.phase.set(Phase::Failed(error.into())),
        }
    }

    /// Starts the engine again after the visitor asked for it.
    pub(crate) fn try_again(self) {
        self.note.set(None);
        self.session.update_value(|session| session.restarts = Restarts::new(session.query.backend));
        self.fresh_worker(None);
    }

    /// Sends a camera frame if the engine is ready and has answered the last one; otherwise `grab` is not called.
    pub(crate) fn offer_frame(self, grab: impl FnOnce() -> Option<Pixels>) {
        if !self.engine_is_ready() || self.session.with_value(|session| session.frame.is_some()) {
            return;
        }
        let Some(photo) = grab() else { return };
        let sent = self.session.update_value(|session| {
            let id = session.next_id();
            session.frame = Some(id);
            session.send(&Command::Classify { id, photo, compare: false })
        });
        self.mind(sent);
    }

    /// Sends a command, if the engine is ready; what a fresh engine must know is sent again by [`Page::ready`].
    pub(super) fn tell(self, command: &Command) {
        if self.engine_is_ready() {
            let sent = self.session.with_value(|session| session.send(command));
            self.mind(sent);
        }
    }

    /// Has a zip taken apart.
    ///
    /// # Errors
    /// A file that the browser does not hand over, or not to the worker.
    pub(super) async fn send_zip(self, zip: &Blob) -> Result<(), PageError> {
        let generation = self.session.with_value(|session| session.generation);
        let message = Message::with_tail(&Command::ZipRead(Vec::new()), zip).await?;
        self.session.with_value(|session| match &session.worker {
            Some(worker) if session.generation == generation => worker.post(&message),
            // The worker stopped meanwhile, and the zip was given up with it.
            _ => Ok(()),
        })
    }

    /// Reads the next photos and sends them, as far as hands are free.
    pub(super) fn send_photos(self) {
        if !self.engine_is_ready() {
            return;
        }
        let all_classify = self.view.get_untracked() != View::Compare;
        while let Some((id, worker)) = self.session.update_value(|session| session.take(all_classify)) {
            let Some(source) = self.wanted(id) else {
                self.session.update_value(|session| session.queue.done(id));
                continue;
            };
            spawn_local(async move {
                let photo = match source {
                    Source::File(file) => intake::read(&file).await.map(Pixels::Encoded),
                    Source::Trial(number) => Ok(measurement::photo(number)),
                };
                self.read(worker, id, photo);
            });
        }
        self.call_helpers(all_classify);
        self.let_helpers_rest();
    }

    fn read(self, worker: WorkerId, id: PhotoId, photo: Result<Pixels, PageError>) {
        if !self.session.with_value(|session| session.queue.is_reading(id, worker)) {
            return; // The worker stopped meanwhile and the photo is back in the queue.
        }
        let wanted = self.wanted(id).is_some();
        match photo {
            Ok(photo) if wanted => {
                let compare = worker == MAIN && self.view.get_untracked() == View::Compare;
                let command = match self.asked(id) {
                    Some(_) => Command::Describe { id, photo, size: self.fix_size(), views: self.teach.views() },
                    None => Command::Classify { id, photo, compare },
                };
                self.session.update_value(|session| session.queue.sent(id));
                if worker == MAIN {
                    let sent = self.session.with_value(|session| session.send(&command));
                    self.mind(sent);
                } else {
                    self.tell_helper(worker, &command);
                }
            }
            Ok(_) => self.done(id),
            Err(error) => {
                self.photo_failed(id, error.into());
                self.done(id);
            }
        }
    }

    /// What a photo is that is still to be classified or described.
    fn wanted(self, id: PhotoId) -> Option<Source> {
        if let Some(number) = self.session.with_value(|session| session.trial.as_ref()?.number(id)) {
            return Some(Source::Trial(number));
        }
        match self.asked(id) {
            Some(example) => Some(Source::File(example.file.clone())),
            None => self.waiting_file(id).map(|file| Source::File(SendWrapper::new(file.take().into()))),
        }
    }

    pub(super) fn photo_failed(self, id: PhotoId, failure: Failure) {
        if self.asked(id).is_some() {
            self.description_failed(id, failure);
        } else {
            self.settle(id, Outcome::Failed(failure));
        }
    }

    pub(super) fn engine_is_ready(self) -> bool {
        self.phase.with_untracked(|phase| phase.ready().is_some())
    }

    pub(super) fn done(self, id: PhotoId) {
        self.session.update_value(|session| session.queue.done(id));
        self.send_photos();
    }

    fn fresh_worker(self, insists_on: Option<Backend>) {
        self.phase.set(Phase::Starting);
        let (generation, forced) = self.session.update_value(|session| {
            session.generation += 1;
            session.frame = None;
            session.comparison_asked = false;
            // The one before ends here, if there is one.
            session.worker = None;
            (session.generation, insists_on.or(session.query.backend))
        });
        spawn_local(async move {
            let choice = device::choose(forced).await;
            if self.session.with_value(|session| session.generation != generation) {
                return; // Another one was begun meanwhile.
            }
            if let Err(error) = choice.and_then(|choice| self.spawn(generation, choice)) {
                self.phase.set(Phase::Failed(error.into()));
            }
        });
    }

    /// Starts the worker for the chosen device.
    fn spawn(self, generation: u32, choice: Choice) -> Result<(), PageError> {
        if choice.note.is_some() {
            self.note.set(choice.note);
        }
        let worker = EngineWorker::spawn(choice.backend, move |heard| self.hear(generation, heard))?;
        self.session.update_value(|session| {
            session.alive = false;
            session.backend = Some(choice.backend);
            session.adapter = choice.adapter;
            session.worker = Some(worker);
        });
        Ok(())
    }

    fn hear(self, generation: u32, heard: Heard) {
        if self.session.with_value(|session| session.generation != generation) {
            return;
        }
        match heard {
            Heard::Event(event) => self.follow(event),
            Heard::Broken(error) => self.stopped(error.into()),
        }
    }

    fn follow(self, event: Event) {
        match event {
            Event::Alive => {
                let sent = self.session.update_value(|session| {
                    session.alive = true;
                    session.send(&Command::Start(session.start()))
                });
                self.mind(sent);
            }
            Event::Loading(transfer) => self.phase.set(Phase::Loading(transfer)),
            Event::WarmingUp(backend) => self.phase.set(Phase::WarmingUp(backend)),
            Event::Ready(ready) => self.ready(ready),
            Event::StartFailed { failure, retry_on_cpu } => {
                let next = self.session.update_value(|session| session.restarts.after_failed_start(retry_on_cpu));
                self.take_step(next, failure);
            }
            Event::Predicted { id, prediction } => self.predicted(id, prediction),
            Event::PhotoFailed { id, failure } => {
                if self.is_frame(id) {
                    self.camera_failed(failure);
                } else if let Some(failure) =
                    self.keep_failed(id, failure).and_then(|failure| self.layers_failed(id, failure))
                {
                    self.photo_failed(id, failure);
                    self.done(id);
                }
            }
            Event::Described { id, description } => {
                self.session.update_value(|session| session.restarts.answered());
                self.described(id, description);
                self.done(id);
            }
            Event::TrainingProgressed(progress) => self.training_progressed(progress),
            Event::Trained(result) => self.trained(*result),
            Event::TrainingFailed { run, failure } => self.training_failed(run, failure),
            Event::Kept { id } => self.kept(id),
            Event::ScratchProgressed(progress) => self.scratch_progressed(progress),
            Event::ScratchTrained(result) => self.scratch_trained(*result),
            Event::ScratchFailed { run, failure } => self.scratch_failed(run, failure),
            Event::CurveProgressed(progress) => self.curve_progressed(progress),
            Event::CurveEnded(end) => self.curve_ended(end),
            Event::ComparisonOpened(shipped) => self.comparison_opened(*shipped),
            Event::FeatureMaps { id, layers } => self.layers_shown(id, layers),
            Event::HeadOpened(summary) => self.head_opened(summary),
            Event::HeadRefused(failure) => self.head_refused(failure),
            Event::ZipPart { bytes, last } => self.zip_part(&bytes, last),
            Event::ZipFile { path, bytes } => self.zip_file(path, bytes),
            Event::ZipRead(unzipped) => self.zip_read(unzipped),
            Event::ZipRefused(failure) => self.zip_refused(failure),
            Event::Benched(report) => self.benched(report),
            Event::ParityMeasured(json) => self.parity.set(Some(json)),
            Event::Stopped(failure) => self.stopped(failure),
        }
    }

    fn ready(self, ready: Ready) {
        if self.ready_ms.get_untracked().is_none() {
            self.ready_ms.set(window().performance().map(|clock| clock.now()));
        }
        let sent = self.session.update_value(|session| {
            if let Some(bench) = session.query.bench.filter(|_| self.bench.with_untracked(Option::is_none)) {
                session.send(&Command::Bench(bench))?;
            }
            if session.query.parity && self.parity.with_untracked(Option::is_none) {
                session.send(&Command::Parity)?;
            }
            Ok(())
        });
        self.phase.set(Phase::Ready(Arc::new(ready)));
        self.mind(sent);
        self.open_head();
        self.send_photos();
        self.read_next_zip();
        self.train_if_armed();
    }

    fn predicted(self, id: PhotoId, prediction: Prediction) {
        let own = self.teach.own.get_untracked();
        let Some(answer) = self.answer(prediction, own.as_deref()) else {
            // One probability a class was promised.
            return self.stopped(PageError::Wire(WireError::Malformed).into());
        };
        self.session.update_value(|session| session.restarts.answered());
        if self.is_frame(id) {
            if self.camera.status.with_untracked(|status| *status == CameraStatus::Live) {
                self.camera.answer.set(Some(answer));
            }
        } else {
            self.answered(id, answer);
        }
    }

    /// A prediction in the words of the heads, where `own` is the visitor's; `None` where it does not fit them.
    pub(super) fn answer(self, prediction: Prediction, own: Option<&HeadSummary>) -> Option<Answer> {
        let ready = self.phase.with_untracked(|phase| phase.ready().cloned())?;
        let shipped = self.shipped.get_untracked();
        let scratch = shipped.as_ref().map_or(&[][..], |shipped| &shipped.scratch_classes);
        Answer::new(prediction, &ready, own, scratch)
    }

    /// A photo is classified.
    pub(super) fn answered(self, id: PhotoId, answer: Answer) {
        self.settle(id, Outcome::Answered(answer));
        self.count_trial(id);
        self.done(id);
    }

    /// Whether `id` is the camera frame in the worker, which is free for the next one then.
    fn is_frame(self, id: PhotoId) -> bool {
        self.session.update_value(|session| session.frame.take_if(|frame| *frame == id).is_some())
    }

    /// The worker stopped.
    fn stopped(self, failure: Failure) {
        let next = self.session.update_value(|session| {
            let life = session.backend.filter(|_| session.alive).map_or(Life::Unborn, Life::On);
            session.restarts.after_stop(life)
        });
        self.take_step(next, failure);
    }

    fn take_step(self, next: Next, failure: Failure) {
        let was_ready = self.engine_is_ready();
        let given_up = self.session.update_value(|session| {
            // Nothing that this worker left behind counts from here on.
            session.generation += 1;
            session.worker = None;
            if !session.helpers.is_empty() {
                // Several at once may have been too much.
                session.pool.close();
                session.helpers.clear();
            }
            session.queue.worker_stopped(MAIN)
        });
        self.helpers.set(0);
        match next {
            Next::FreshOnCpu => {
                self.note.set(Some(failure.message));
                self.fresh_worker(Some(Backend::Cpu));
            }
            Next::GiveUp => self.phase.set(Phase::Failed(failure)),
        }
        // The engine is not ready any more: what these set free waits for the next one.
        if let Some(id) = given_up {
            self.photo_failed(id, PageError::PhotoStopsEngine.into());
        }
        if was_ready {
            self.training_lost();
            self.layers_lost();
            self.zips_lost();
        }
    }

    /// A message that cannot be sent ends the worker's use.
    fn mind(self, sent: Result<(), PageError>) {
        if let Err(error) = sent {
            self.stopped(error.into());
        }
    }
}
