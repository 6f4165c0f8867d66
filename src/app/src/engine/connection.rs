//! One worker: requests go out with a number, and each caller awaits the reply with that number.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::marker::PhantomData;
use std::rc::{Rc, Weak};
use std::time::Duration;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::channel::oneshot;
use gloo_events::EventListener;
use headstart_protocol::{
    Ask, Backend, FromWorker, Progress, Reply, Request, RequestId, Run, ToWorker, WireError, decode, encode,
};
use js_sys::{Array, Reflect, Uint8Array};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, MessageEvent, MessagePort, Worker};

use super::early_worker::EarlyWorker;
use super::watchdog::{Watchdog, Work};
use crate::error::PageError;
use crate::platform::dom::{now, pause};

/// How often a worker that has something to do is looked after.
const TICK: Duration = Duration::from_secs(1);

/// The program for a device: its files, beside the page, begin with this.
pub(crate) fn program(backend: Backend) -> &'static str {
    match backend {
        Backend::Cpu => "headstart-engine-cpu",
        Backend::WebGpu => "headstart-engine-webgpu",
    }
}

/// The files of the program for a device, relative to the page.
pub(super) fn files(backend: Backend) -> [String; 3] {
    ["_loader.js", ".js", "_bg.wasm"].map(|end| format!("{}{end}?v={BUILD}", program(backend)))
}

/// Goes into the script's address, so that a new release never meets an old script in a cache.
pub(crate) const BUILD: &str = match option_env!("HEADSTART_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};

/// What becomes of a worker as a whole.
pub(super) enum WorkerNews {
    /// Its script runs.
    Alive,
    /// It computes photos without partners from now on.
    Alone,
    /// It is of no use any more: a script that cannot run, an uncaught error, a lost device, a message that cannot be
    /// read, no answer for too long.
    Ended(PageError),
}

/// A running worker. It ends when this is dropped, and with it the wait of every caller.
pub(super) struct Connection {
    worker: Worker,
    callers: Rc<RefCell<Callers>>,
    news: Rc<dyn Fn(WorkerNews)>,
    _listeners: [EventListener; 3],
}

/// Who awaits a reply.
#[derive(Default)]
struct Callers {
    last: u64,
    waiting: HashMap<RequestId, Caller>,
    has_ended: bool,
    watchdog: Watchdog,
    /// Whether somebody looks after the watchdog.
    is_watched: bool,
}

struct Caller {
    /// Is called when the worker takes the request up.
    begun: Option<Box<dyn FnOnce()>>,
    progress: UnboundedSender<Progress>,
    reply: oneshot::Sender<Result<Reply, PageError>>,
}

impl Connection {
    /// Starts a worker for `backend`, or takes over the one that `start.js` has started.
    ///
    /// # Errors
    /// [`PageError::WorkerFailed`] where the browser has no workers or refuses this one.
    pub(super) fn spawn(backend: Backend, news: impl Fn(WorkerNews) + 'static) -> Result<Rc<Self>, PageError> {
        let [address, ..] = files(backend);
        let early = EarlyWorker::take(&address);
        let worker = match &early {
            Some(early) => early.worker(),
            None => Worker::new(&address).map_err(|error| broken(&error))?,
        };
        let callers = Rc::new(RefCell::new(Callers::default()));
        let news: Rc<dyn Fn(WorkerNews)> = Rc::new(news);
        let hear = {
            let (callers, news) = (callers.clone(), news.clone());
            move |event: &web_sys::Event| hear(event.unchecked_ref(), &callers, &*news)
        };
        let fail = |callers: Rc<RefCell<Callers>>, news: Rc<dyn Fn(WorkerNews)>| {
            move |event: &web_sys::Event| end(&callers, &*news, broken(event))
        };
        let listeners = [
            EventListener::new(&worker, "message", hear),
            EventListener::new(&worker, "error", fail(callers.clone(), news.clone())),
            EventListener::new(&worker, "messageerror", fail(callers.clone(), news.clone())),
        ];
        if let Some(early) = early {
            // Its news are for whoever has this connection by then.
            spawn_local(async move { early.listened() });
        }
        Ok(Rc::new(Self { worker, callers, news, _listeners: listeners }))
    }

    /// Asks at once; the reply can be awaited.
    pub(super) fn ask<A: Ask>(&self, request: A) -> impl Future<Output = Result<A::Reply, PageError>> + use<A> {
        replied::<A>(self.post(request.into(), &Beside::Nothing, None))
    }

    /// The same; `begun` is called when the worker takes the request up.
    pub(super) fn ask_telling<A: Ask>(
        &self,
        request: A,
        begun: Box<dyn FnOnce()>,
    ) -> impl Future<Output = Result<A::Reply, PageError>> + use<A> {
        replied::<A>(self.post(request.into(), &Beside::Nothing, Some(begun)))
    }

    /// The same with a file, which the worker reads where it lies.
    pub(super) fn ask_with<A: Ask>(
        &self,
        request: A,
        file: &Blob,
    ) -> impl Future<Output = Result<A::Reply, PageError>> + use<A> {
        replied::<A>(self.post(request.into(), &Beside::File(file), None))
    }

    /// The same with lines to other workers, which are handed over.
    pub(super) fn ask_with_lines<A: Ask>(
        &self,
        request: A,
        lines: &[MessagePort],
    ) -> impl Future<Output = Result<A::Reply, PageError>> + use<A> {
        replied::<A>(self.post(request.into(), &Beside::Lines(lines), None))
    }

    /// Tells it that a partner ended.
    pub(super) fn end_partners(&self) {
        self.tell(&ToWorker::EndPartners);
    }

    /// Tells it what photo it will be asked about first.
    pub(super) fn expect(&self, photo: Vec<u8>) {
        self.tell(&ToWorker::Expect { photo });
    }

    /// Tells it what has no answer.
    fn tell(&self, message: &ToWorker) {
        if let Ok(message) = encode(message) {
            // A worker that takes no messages any more has said so elsewhere.
            let _ = self.send(&message, &Beside::Nothing);
        }
    }

    /// Asks for what takes a while.
    ///
    /// # Errors
    /// A request that cannot be encoded or posted.
    pub(super) fn run<R: Run>(self: &Rc<Self>, request: R) -> Result<Running<R>, PageError> {
        let posted = self.post(request.into(), &Beside::Nothing, None)?;
        Ok(self.running(posted))
    }

    fn running<R>(self: &Rc<Self>, (id, progress, reply): Posted) -> Running<R> {
        let stopper = Stopper { connection: Rc::downgrade(self), id };
        Running { progress, reply, stopper, is_over: false, request: PhantomData }
    }

    fn next_id(&self) -> RequestId {
        let mut callers = self.callers.borrow_mut();
        callers.last += 1;
        RequestId(callers.last)
    }

    /// Posts a request, and notes who awaits its reply.
    fn post(
        &self,
        request: Request,
        beside: &Beside<'_>,
        begun: Option<Box<dyn FnOnce()>>,
    ) -> Result<Posted, PageError> {
        let id = self.next_id();
        let work = Work::of(&request);
        let message = encode(&ToWorker::Ask { id, request })?;
        if self.callers.borrow().has_ended {
            return Err(PageError::EngineStopped);
        }
        let (progress, progressed) = unbounded();
        let (reply, replied) = oneshot::channel();
        self.send(&message, beside)?;
        {
            let mut callers = self.callers.borrow_mut();
            callers.waiting.insert(id, Caller { begun, progress, reply });
            callers.watchdog.asked(id, work);
        }
        self.look_after();
        Ok((id, progressed, replied))
    }

    /// Has somebody look whether the worker hangs, as long as it has something to do.
    fn look_after(&self) {
        if !std::mem::replace(&mut self.callers.borrow_mut().is_watched, true) {
            spawn_local(watch(Rc::downgrade(&self.callers), Rc::downgrade(&self.news)));
        }
    }

    /// The message's bytes are handed over, not copied, and so are lines; a file goes beside them, as a name for what the browser
    /// holds.
    fn send(&self, message: &[u8], beside: &Beside<'_>) -> Result<(), PageError> {
        let message = Uint8Array::from(message);
        let mut transfer = Array::of1(&message.buffer());
        let data: JsValue = match beside {
            Beside::File(file) => Array::of2(&message, file).into(),
            Beside::Lines(lines) => {
                transfer.extend(lines.iter());
                message.into()
            }
            Beside::Nothing => message.into(),
        };
        self.worker.post_message_with_transfer(&data, &transfer).map_err(|error| broken(&error))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// What goes beside a message's bytes.
enum Beside<'a> {
    Nothing,
    File(&'a Blob),
    Lines(&'a [MessagePort]),
}

type Posted = (RequestId, UnboundedReceiver<Progress>, oneshot::Receiver<Result<Reply, PageError>>);

/// A request that goes on for a while. It is stopped when this is dropped before its end.
pub(crate) struct Running<R> {
    progress: UnboundedReceiver<Progress>,
    reply: oneshot::Receiver<Result<Reply, PageError>>,
    stopper: Stopper,
    is_over: bool,
    request: PhantomData<R>,
}

impl<R: Run> Running<R> {
    /// The next word on how far it is; none when it is over.
    pub(crate) async fn next(&mut self) -> Option<R::Progress> {
        while let Some(progress) = self.progress.next().await {
            if let Some(progress) = R::progress(progress) {
                return Some(progress);
            }
        }
        None
    }

    /// What it came to.
    ///
    /// # Errors
    /// The worker's failure, or [`PageError::EngineStopped`].
    pub(crate) async fn outcome(mut self) -> Result<R::Reply, PageError> {
        let reply = (&mut self.reply).await;
        self.is_over = true;
        read_reply::<R>(reply)
    }

    /// What ends it early, with the best so far.
    pub(crate) fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }
}

impl<R> Drop for Running<R> {
    fn drop(&mut self) {
        if !self.is_over {
            self.stopper.stop();
        }
    }
}

/// Ends a run early.
#[derive(Clone)]
pub(crate) struct Stopper {
    connection: Weak<Connection>,
    id: RequestId,
}

impl Stopper {
    /// Asks the worker to end the run with the best so far. Nothing happens where it is over.
    pub(crate) fn stop(&self) {
        if let Some(connection) = self.connection.upgrade() {
            connection.tell(&ToWorker::Stop { id: self.id });
        }
    }
}

/// The reply to what was posted.
async fn replied<A: Ask>(posted: Result<Posted, PageError>) -> Result<A::Reply, PageError> {
    let (_, _, reply) = posted?;
    read_reply::<A>(reply.await)
}

fn read_reply<A: Ask>(reply: Result<Result<Reply, PageError>, oneshot::Canceled>) -> Result<A::Reply, PageError> {
    let reply = reply.map_err(|_| PageError::EngineStopped)??;
    A::reply(reply).ok_or(PageError::Message(WireError::Malformed))
}

/// Ends the worker once it hangs; over when it has nothing to do, or is gone.
async fn watch(callers: Weak<RefCell<Callers>>, news: Weak<dyn Fn(WorkerNews)>) {
    let mut last = now();
    loop {
        pause(TICK).await;
        let (Some(callers), Some(news)) = (callers.upgrade(), news.upgrade()) else { return };
        let passed = now() - std::mem::replace(&mut last, now());
        let hangs = {
            let mut callers = callers.borrow_mut();
            callers.is_watched = callers.watchdog.is_busy() && !callers.has_ended;
            if !callers.is_watched {
                return;
            }
            callers.watchdog.hangs(passed / 1000.0)
        };
        if hangs {
            return end(&callers, &*news, PageError::WorkerHangs);
        }
    }
}

fn hear(message: &MessageEvent, callers: &RefCell<Callers>, news: &dyn Fn(WorkerNews)) {
    let bytes = message.data().dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default();
    match decode(&bytes) {
        Ok(FromWorker::Alive) => news(WorkerNews::Alive),
        Ok(FromWorker::Alone) => news(WorkerNews::Alone),
        Ok(FromWorker::Begun { id }) => {
            let begun = {
                let mut callers = callers.borrow_mut();
                callers.watchdog.begun(id);
                callers.waiting.get_mut(&id).and_then(|caller| caller.begun.take())
            };
            if let Some(begun) = begun {
                begun();
            }
        }
        Ok(FromWorker::Reply { id, reply }) => {
            let caller = {
                let mut callers = callers.borrow_mut();
                callers.watchdog.answered(id);
                callers.waiting.remove(&id)
            };
            if let Some(caller) = caller {
                // Who does not wait any more need not know.
                let _ = caller.reply.send(reply.map_err(PageError::Engine));
            }
        }
        Ok(FromWorker::Progress { id, progress }) => {
            let mut callers = callers.borrow_mut();
            callers.watchdog.told(id, &progress);
            if let Some(caller) = callers.waiting.get(&id) {
                let _ = caller.progress.unbounded_send(progress);
            }
        }
        Ok(FromWorker::Stopped(failure)) => end(callers, news, failure.into()),
        Err(error) => end(callers, news, error.into()),
    }
}

/// The worker is of no use any more: every caller is told, once.
fn end(callers: &RefCell<Callers>, news: &dyn Fn(WorkerNews), error: PageError) {
    let waiting = {
        let mut callers = callers.borrow_mut();
        if callers.has_ended {
            return;
        }
        callers.has_ended = true;
        std::mem::take(&mut callers.waiting)
    };
    news(WorkerNews::Ended(error));
    for caller in waiting.into_values() {
        let _ = caller.reply.send(Err(PageError::EngineStopped));
    }
}

/// The failure behind an error event or a thrown value; a script that is missing says nothing of itself.
fn broken(cause: &JsValue) -> PageError {
    let message = Reflect::get(cause, &"message".into()).ok().and_then(|message| message.as_string());
    let detail = message.filter(|message| !message.is_empty());
    PageError::WorkerFailed { detail: detail.unwrap_or_else(|| "its script did not load".to_owned()) }
}
