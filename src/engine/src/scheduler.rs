//! Who is answered when: requests one after the other in their order, runs beside them.

use std::rc::Rc;

use headstart_protocol::{
    Ask, CloseZip, Failure, FromWorker, MeetPartners, NextZipFiles, OpenZip, Request, RequestId, Run, Start, TuneHead,
    ZipAdd, ZipFinish,
};
use js_sys::Reflect;
use web_sys::MessagePort;

use crate::engine::StartedEngine;
use crate::error::EngineError;
use crate::jobs::{AnswerInTurn, OpenedZip, RunBeside, ZipInProgress, start, tune};
use crate::models::{Ahead, EarlyRequest, ask_for_base};
use crate::port::{Asked, Asking, Outbox, Port, RunLine, Signals, Stops};
use crate::turns::Turns;

/// The worker at work.
pub(crate) struct Scheduler {
    desk: ReplyDesk,
    turns: Rc<Turns>,
    signals: Signals,
    /// Asked for before the page says what it wants.
    base: Option<EarlyRequest>,
    /// The engine, once it is started.
    engine: Option<Rc<StartedEngine>>,
    zip: ZipInProgress,
    opened: OpenedZip,
}

/// Where answers are handed in.
#[derive(Clone)]
struct ReplyDesk {
    outbox: Outbox,
    stops: Stops,
}

impl Scheduler {
    /// Answers requests until the page ends the worker.
    pub(crate) async fn serve(mut port: Port) {
        let outbox = port.outbox().clone();
        let mut scheduler = match Self::new(outbox.clone(), port.signals().clone()) {
            Ok(scheduler) => scheduler,
            Err(error) => return outbox.post(&FromWorker::Stopped(error.failure())),
        };
        scheduler.base = folder().and_then(|folder| ask_for_base(&folder));
        scheduler.desk.outbox.post(&FromWorker::Alive);
        while let Some(asked) = port.next().await {
            scheduler.take_up(asked).await;
            // Requests that are here already would follow each other without the event loop: a run would wait for the last
            // of them.
            scheduler.turns.next().await;
        }
    }

    /// Without an engine yet.
    ///
    /// # Errors
    /// Those of [`Turns::new`].
    pub(crate) fn new(outbox: Outbox, signals: Signals) -> Result<Self, EngineError> {
        let turns = Rc::new(Turns::new()?);
        let desk = ReplyDesk { outbox, stops: signals.stops.clone() };
        let (zip, opened) = (ZipInProgress::default(), OpenedZip::default());
        Ok(Self { desk, turns, signals, base: None, engine: None, zip, opened })
    }

    /// Answers one request, or begins its run.
    pub(crate) async fn take_up(&mut self, asked: Asked) {
        let Asking { id, request, blob, lines } = match asked {
            Ok(asked) => asked,
            Err(error) => return self.desk.outbox.post(&FromWorker::Stopped(error.into())),
        };
        self.desk.outbox.post(&FromWorker::Begun { id });
        match request {
            Request::Start(request) => self.start(id, request).await,
            Request::ZipAdd(file) => self.desk.reply::<ZipAdd>(id, self.zip.add(file)),
            Request::ZipFinish(end) => self.desk.reply::<ZipFinish>(id, self.zip.finish(&end)),
            Request::OpenZip(OpenZip) => self.desk.reply::<OpenZip>(id, self.opened.open(blob)),
            Request::NextZipFiles(NextZipFiles) => self.desk.reply::<NextZipFiles>(id, self.opened.next()),
            Request::CloseZip(CloseZip) => {
                self.opened.close();
                self.desk.reply::<CloseZip>(id, Ok(()));
            }
            Request::Classify(request) => self.answer(id, request).await,
            Request::Distort(request) => self.answer(id, request).await,
            Request::Describe(request) => self.answer(id, request).await,
            Request::KeepDescriptors(request) => self.answer(id, request).await,
            Request::KeepSquare(request) => self.answer(id, request).await,
            Request::KeepActivations(request) => self.answer(id, request).await,
            Request::ForgetPhotos(request) => self.answer(id, request).await,
            Request::OpenScratch(request) => self.answer(id, request).await,
            Request::ReadTuning(request) => self.answer(id, request).await,
            Request::ShowLayers(request) => self.answer(id, request).await,
            Request::OpenHead(request) => self.answer(id, request).await,
            Request::CloseHead(request) => self.answer(id, request).await,
            Request::MeetPartners(request) => self.meet(id, request, lines),
            Request::TimeBase(request) => self.answer(id, request).await,
            Request::MeasureParity(request) => self.answer(id, request).await,
            Request::Examine(request) => self.work(id, request),
            Request::Train(request) => self.work(id, request),
            Request::TrainScratch(request) => self.work(id, request),
            Request::DrawCurve(request) => self.work(id, request),
            Request::TuneHead(request) => self.tune(id, request),
        }
    }

    /// Starts the engine. A device that is lost on the way is a start that failed: there is no engine yet to have stopped.
    async fn start(&mut self, id: RequestId, request: Start) {
        let ahead = Ahead { photo: self.signals.early.clone(), base: self.base.take() };
        let started = start(&request, self.turns.clone(), ahead, &self.desk.line(id)).await;
        let ready = started.map(|mut engine| {
            engine.partners = self.signals.partners.clone();
            engine.early = self.signals.early.clone();
            let ready = engine.ready().clone();
            engine.watch(self.desk.outbox.clone());
            self.engine = Some(Rc::new(engine));
            ready
        });
        self.desk.settle::<Start>(id, ready.map_err(EngineError::failure));
    }

    /// Answers a request before the next one is taken up.
    async fn answer<A: AnswerInTurn>(&self, id: RequestId, request: A) {
        let answered = match &self.engine {
            Some(engine) => request.answer(engine).await,
            None => Err(Failure::NotStarted.into()),
        };
        self.desk.reply::<A>(id, answered);
    }

    /// From now on photos are computed together with the workers at the other ends of `lines`.
    fn meet(&self, id: RequestId, request: MeetPartners, lines: Vec<MessagePort>) {
        let (partners, outbox) = (&self.signals.partners, self.desk.outbox.clone());
        let met = match &self.engine {
            Some(engine) => partners.meet(request.number as usize, lines, engine, outbox).map_err(Into::into),
            None => Err(Failure::NotStarted.into()),
        };
        self.desk.reply::<MeetPartners>(id, met);
    }

    /// Begins a run, which goes on beside later requests.
    fn work<W: RunBeside + 'static>(&self, id: RequestId, request: W) {
        match self.engine.clone() {
            Some(engine) => {
                self.desk.begin(id, move |line| async move { request.work(&engine.place, &line).await });
            }
            None => self.desk.reply::<W>(id, Err(Failure::NotStarted.into())),
        }
    }

    /// The same for the one training that needs the base itself.
    fn tune(&self, id: RequestId, request: TuneHead) {
        match self.engine.clone() {
            Some(engine) => self.desk.begin(id, move |line| async move { tune(request, &engine, &line).await }),
            None => self.desk.reply::<TuneHead>(id, Err(Failure::NotStarted.into())),
        }
    }
}

/// Address of the folder that this worker's script lies in, beside the page, with a trailing slash.
fn folder() -> Option<String> {
    let location = Reflect::get(&js_sys::global(), &"location".into()).ok()?;
    let script = Reflect::get(&location, &"href".into()).ok()?.as_string()?;
    let (folder, _) = script.split_once('?').map_or(script.as_str(), |(path, _)| path).rsplit_once('/')?;
    Some(format!("{folder}/"))
}

impl ReplyDesk {
    fn line<R: Run>(&self, id: RequestId) -> RunLine<R> {
        RunLine::new(id, self.outbox.clone(), self.stops.clone())
    }

    /// Lets a run go on by itself, and hands in its answer at its end.
    fn begin<R, F>(&self, id: RequestId, run: impl FnOnce(RunLine<R>) -> F)
    where
        R: Run + 'static,
        F: Future<Output = Result<R::Reply, EngineError>> + 'static,
    {
        let (desk, run) = (self.clone(), run(self.line(id)));
        wasm_bindgen_futures::spawn_local(async move { desk.reply::<R>(id, run.await) });
    }

    /// Hands in the answer to `id`. A lost device is no answer: it ends the engine.
    fn reply<A: Ask>(&self, id: RequestId, answered: Result<A::Reply, EngineError>) {
        match answered {
            Err(error @ EngineError::DeviceLost(_)) => self.outbox.post(&FromWorker::Stopped(error.failure())),
            answered => self.settle::<A>(id, answered.map_err(EngineError::failure)),
        }
    }

    fn settle<A: Ask>(&self, id: RequestId, answered: Result<A::Reply, Failure>) {
        self.stops.close(id);
        self.outbox.post(&FromWorker::Reply { id, reply: answered.map(A::replied) });
    }
}
