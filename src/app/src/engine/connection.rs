//! One worker: requests go out with a number, and each caller awaits the reply with that number.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::marker::PhantomData;
use std::rc::{Rc, Weak};

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::channel::oneshot;
use gloo_events::EventListener;
use headstart_protocol::{
    Ask, Backend, FromWorker, Progress, Reply, RequestId, Run, ToWorker, WireError, decode, encode,
};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, MessageEvent, Worker};

use crate::error::PageError;
use crate::platform::files;

/// The script that starts the engine for a device, beside the page: trunk names it after the engine's program.
fn script(backend: Backend) -> &'static str {
    match backend {
        Backend::Cpu => "headstart-engine-cpu_loader.js",
        Backend::WebGpu => "headstart-engine-webgpu_loader.js",
    }
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
    /// It is of no use any more: a script that cannot run, an uncaught error, a lost device, a message that cannot be
    /// read.
    Ended(PageError),
}

/// A running worker. It ends when this is dropped, and with it the wait of every caller.
pub(super) struct Connection {
    worker: Worker,
    callers: Rc<RefCell<Callers>>,
    _listeners: [EventListener; 3],
}

/// Who awaits a reply.
#[derive(Default)]
struct Callers {
    last: u64,
    waiting: HashMap<RequestId, Caller>,
    has_ended: bool,
}

struct Caller {
    progress: UnboundedSender<Progress>,
    reply: oneshot::Sender<Result<Reply, PageError>>,
}

impl Connection {
    /// Starts a worker for `backend`.
    ///
    /// # Errors
    /// [`PageError::WorkerFailed`] where the browser has no workers or refuses this one.
    pub(super) fn spawn(backend: Backend, news: impl Fn(WorkerNews) + 'static) -> Result<Rc<Self>, PageError> {
        let worker = Worker::new(&format!("{}?v={BUILD}", script(backend))).map_err(|error| broken(&error))?;
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
            EventListener::new(&worker, "messageerror", fail(callers.clone(), news)),
        ];
        Ok(Rc::new(Self { worker, callers, _listeners: listeners }))
    }

    /// Asks at once; the reply can be awaited.
    pub(super) fn ask<A: Ask>(&self, request: A) -> impl Future<Output = Result<A::Reply, PageError>> + use<A> {
        let posted = self.post(request.into());
        async move {
            let (_, _, reply) = posted?;
            read_reply::<A>(reply.await)
        }
    }

    /// Asks for what takes a while.
    ///
    /// # Errors
    /// A request that cannot be encoded or posted.
    pub(super) fn run<R: Run>(self: &Rc<Self>, request: R) -> Result<Running<R>, PageError> {
        let posted = self.post(request.into())?;
        Ok(self.running(posted))
    }

    /// The same for a request whose last field, empty in `request`, is the bytes of `tail`: these never lie in the page's
    /// own memory, which does not shrink again.
    ///
    /// # Errors
    /// A request that cannot be encoded or posted, or a file that the browser does not hand over.
    pub(super) async fn run_with_tail<R: Run>(
        self: &Rc<Self>,
        request: R,
        tail: &Blob,
    ) -> Result<Running<R>, PageError> {
        let id = self.next_id();
        // Sizes are whole numbers far below 2^53.
        let head = head_for(&ToWorker::Ask { id, request: request.into() }, tail.size() as u64)?;
        let parts = Array::of2(&Uint8Array::from(head.as_slice()), tail);
        let whole = Blob::new_with_blob_sequence(&parts).map_err(|error| broken(&error))?;
        let message = files::bytes(&whole).await?;
        let posted = self.call(id, &message)?;
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

    fn post(&self, request: headstart_protocol::Request) -> Result<Posted, PageError> {
        let id = self.next_id();
        let message = Uint8Array::from(encode(&ToWorker::Ask { id, request })?.as_slice());
        self.call(id, &message)
    }

    /// Posts the message of request `id` and notes who awaits its reply.
    fn call(&self, id: RequestId, message: &Uint8Array) -> Result<Posted, PageError> {
        if self.callers.borrow().has_ended {
            return Err(PageError::EngineStopped);
        }
        let (progress, progressed) = unbounded();
        let (reply, replied) = oneshot::channel();
        self.send(message)?;
        self.callers.borrow_mut().waiting.insert(id, Caller { progress, reply });
        Ok((id, progressed, replied))
    }

    /// The message's bytes are handed over, not copied.
    fn send(&self, message: &Uint8Array) -> Result<(), PageError> {
        let transfer = Array::of1(&message.buffer());
        self.worker.post_message_with_transfer(message, &transfer).map_err(|error| broken(&error))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.worker.terminate();
    }
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
        let Some(connection) = self.connection.upgrade() else { return };
        if let Ok(message) = encode(&ToWorker::Stop { id: self.id }) {
            // A worker that takes no messages any more has said so elsewhere.
            let _ = connection.send(&Uint8Array::from(message.as_slice()));
        }
    }
}

fn read_reply<A: Ask>(reply: Result<Result<Reply, PageError>, oneshot::Canceled>) -> Result<A::Reply, PageError> {
    let reply = reply.map_err(|_| PageError::EngineStopped)??;
    A::reply(reply).ok_or(PageError::Message(WireError::Malformed))
}

fn hear(message: &MessageEvent, callers: &RefCell<Callers>, news: &dyn Fn(WorkerNews)) {
    let bytes = message.data().dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default();
    match decode(&bytes) {
        Ok(FromWorker::Alive) => news(WorkerNews::Alive),
        Ok(FromWorker::Reply { id, reply }) => {
            let caller = callers.borrow_mut().waiting.remove(&id);
            if let Some(caller) = caller {
                // Who does not wait any more need not know.
                let _ = caller.reply.send(reply.map_err(PageError::Engine));
            }
        }
        Ok(FromWorker::Progress { id, progress }) => {
            if let Some(caller) = callers.borrow().waiting.get(&id) {
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

/// What stands before the last field of a message, where that field is so many bytes; it is empty in `message`.
fn head_for(message: &ToWorker, bytes: u64) -> Result<Vec<u8>, WireError> {
    let mut head = encode(message)?;
    // The length of the empty field, a single zero.
    head.pop();
    postcard::to_extend(&bytes, head).map_err(|_| WireError::Malformed)
}

/// The failure behind an error event or a thrown value; a script that is missing says nothing of itself.
fn broken(cause: &JsValue) -> PageError {
    let message = Reflect::get(cause, &"message".into()).ok().and_then(|message| message.as_string());
    let detail = message.filter(|message| !message.is_empty());
    PageError::WorkerFailed { detail: detail.unwrap_or_else(|| "its script did not load".to_owned()) }
}

#[cfg(test)]
mod tests {
    use headstart_protocol::ReadZip;

    use super::*;

    #[test]
    fn a_tail_follows_as_if_it_had_been_encoded() {
        let ask = |bytes: Vec<u8>| ToWorker::Ask { id: RequestId(300), request: ReadZip { bytes }.into() };
        for length in [0, 1, 127, 128, 70_000] {
            let tail = vec![7; length];
            let mut message = head_for(&ask(Vec::new()), length as u64).unwrap();
            message.extend(&tail);
            assert_eq!(message, encode(&ask(tail)).unwrap(), "{length}");
        }
    }
}
