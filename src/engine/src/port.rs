//! The worker's end of the line to the page.

use std::cell::RefCell;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::rc::Rc;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use headstart_protocol::{Failure, FromWorker, Request, RequestId, Run, ToWorker, WireError, decode, encode};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent, MessagePort};

use crate::early_photo::EarlyPhoto;
use crate::partners::Partners;

/// A request with its number, or a message that cannot be read.
pub(crate) type Asked = Result<Asking, WireError>;

/// A request on its way in.
#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) id: RequestId,
    pub(crate) request: Request,
    /// The file that was posted beside the message, where the request needs one.
    pub(crate) blob: Option<Blob>,
    /// The lines that were posted beside it.
    pub(crate) lines: Vec<MessagePort>,
}

/// Where requests come in and answers go out.
pub(crate) struct Port {
    outbox: Outbox,
    signals: Signals,
    requests: UnboundedReceiver<Asked>,
}

/// What the page says ahead of all requests that wait: it is heard at once. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Signals {
    /// The requests that the page wants to end.
    pub(crate) stops: Stops,
    /// The partners, which the page may end.
    pub(crate) partners: Partners,
    /// The photo that will be asked about first.
    pub(crate) early: EarlyPhoto,
}

/// Where answers go out.
#[derive(Clone)]
pub(crate) struct Outbox(Rc<dyn Fn(&FromWorker)>);

/// The requests that are not answered yet, and which of them the page wants to end. A stop is heard at once: in the queue
/// it would wait behind photos.
#[derive(Clone, Default)]
pub(crate) struct Stops(Rc<RefCell<HashMap<RequestId, bool>>>);

impl Stops {
    /// `id` was asked for.
    pub(crate) fn open(&self, id: RequestId) {
        self.0.borrow_mut().insert(id, false);
    }

    /// The page wants `id` to end, if it has not.
    pub(crate) fn stop(&self, id: RequestId) {
        if let Some(stopped) = self.0.borrow_mut().get_mut(&id) {
            *stopped = true;
        }
    }

    /// `id` is answered.
    pub(crate) fn close(&self, id: RequestId) {
        self.0.borrow_mut().remove(&id);
    }

    /// Whether `id` is to end.
    pub(crate) fn has(&self, id: RequestId) -> bool {
        self.0.borrow().get(&id).copied().unwrap_or_default()
    }
}

/// A run's line to the page.
pub(crate) struct RunLine<R> {
    id: RequestId,
    outbox: Outbox,
    stops: Stops,
    run: PhantomData<R>,
}

impl<R: Run> RunLine<R> {
    /// The line of the run `id`.
    pub(crate) fn new(id: RequestId, outbox: Outbox, stops: Stops) -> Self {
        Self { id, outbox, stops, run: PhantomData }
    }

    /// Tells the page how far the run is.
    pub(crate) fn tell(&self, progress: R::Progress) {
        self.outbox.post(&FromWorker::Progress { id: self.id, progress: R::progressed(progress) });
    }

    /// Whether the page wants the run to end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stops.has(self.id)
    }
}

impl Port {
    /// Listens from now on.
    pub(crate) fn open() -> Self {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let (sender, requests) = unbounded();
        let signals = Signals::default();
        let heard = signals.clone();
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let (bytes, blob) = parts(event.data());
            let asked = match decode::<ToWorker>(&bytes) {
                Ok(ToWorker::Stop { id }) => return heard.stops.stop(id),
                Ok(ToWorker::EndPartners) => return heard.partners.end(),
                Ok(ToWorker::Expect { photo }) => return heard.early.tell(photo),
                Ok(ToWorker::Ask { id, request }) => {
                    heard.stops.open(id);
                    let lines = event.ports().iter().map(JsCast::unchecked_into).collect();
                    Ok(Asking { id, request, blob, lines })
                }
                Err(error) => Err(error),
            };
            // The receiver lives as long as the worker.
            let _ = sender.unbounded_send(asked);
        });
        scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        listener.forget();
        Self { outbox: Outbox::to_page(scope), signals, requests }
    }

    /// The next request, in the order in which they came.
    pub(crate) async fn next(&mut self) -> Option<Asked> {
        self.requests.next().await
    }

    /// Where answers go out.
    pub(crate) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// What the page says ahead of them.
    pub(crate) fn signals(&self) -> &Signals {
        &self.signals
    }

    /// From now on a panic, which ends this wasm instance, is told to the page first.
    pub(crate) fn report_panics(&self) {
        // A worker has one thread; the hook's signature asks for more.
        let outbox = send_wrapper::SendWrapper::new(self.outbox.clone());
        std::panic::set_hook(Box::new(move |info| {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let words = info.payload_as_str().unwrap_or("unknown cause");
            let reason = format!("{words}, {place}");
            outbox.post(&FromWorker::Stopped(Failure::Internal { reason }));
        }));
    }
}

/// The bytes of a message, and the file beside it: the page posts either the bytes, or a pair.
fn parts(data: JsValue) -> (Vec<u8>, Option<Blob>) {
    let (bytes, blob) = match data.dyn_into::<Array>() {
        Ok(pair) => (pair.get(0), pair.get(1).dyn_into().ok()),
        Err(bytes) => (bytes, None),
    };
    (bytes.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default(), blob)
}

impl Outbox {
    /// Answers go to `post`.
    pub(crate) fn new(post: impl Fn(&FromWorker) + 'static) -> Self {
        Self(Rc::new(post))
    }

    fn to_page(scope: DedicatedWorkerGlobalScope) -> Self {
        Self::new(move |message| {
            let Ok(bytes) = encode(message) else { return };
            let message = Uint8Array::from(bytes.as_slice());
            let transfer = Array::of1(&message.buffer());
            // Posting fails only for what cannot be transferred, which a fresh buffer always can.
            let _ = scope.post_message_with_transfer(&message, &transfer);
        })
    }

    /// Tells the page.
    pub(crate) fn post(&self, message: &FromWorker) {
        (self.0)(message);
    }
}
