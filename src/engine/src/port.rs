//! The worker's end of the line to the page.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use headstart_protocol::{Command, ErrorKind, Event, Failure, WireError, decode, encode};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Where commands come in and events go out.
pub(crate) struct Port {
    outbox: Outbox,
    stops: Stops,
    commands: UnboundedReceiver<Result<Command, Failure>>,
}

/// Where events go out.
#[derive(Clone)]
pub(crate) struct Outbox(DedicatedWorkerGlobalScope);

/// The training runs that the page wants to end. They are heard at once: in the queue they would wait behind photos.
#[derive(Clone, Default)]
pub(crate) struct Stops(Rc<RefCell<HashSet<u32>>>);

impl Stops {
    /// Whether `run` is to end.
    pub(crate) fn has(&self, run: u32) -> bool {
        self.0.borrow().contains(&run)
    }

    /// `run` has ended.
    pub(crate) fn forget(&self, run: u32) {
        self.0.borrow_mut().remove(&run);
    }

    fn add(&self, run: u32) {
        self.0.borrow_mut().insert(run);
    }
}

impl Port {
    /// Listens from now on.
    pub(crate) fn open() -> Self {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let (sender, commands) = unbounded();
        let stops = Stops::default();
        let stopped = stops.clone();
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let bytes = event.data().dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default();
            match decode::<Command>(&bytes) {
                Ok(Command::StopTraining { run }) => stopped.add(run),
                // The receiver lives as long as the worker.
                command => drop(sender.unbounded_send(command.map_err(|error| failure(&error)))),
            }
        });
        scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        listener.forget();
        Self { outbox: Outbox(scope), stops, commands }
    }

    /// The next command, in the order in which they came.
    pub(crate) async fn next(&mut self) -> Option<Result<Command, Failure>> {
        self.commands.next().await
    }

    /// Where events go out.
    pub(crate) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The training runs that the page wants to end.
    pub(crate) fn stops(&self) -> &Stops {
        &self.stops
    }

    /// From now on a panic, which ends this wasm instance, is told to the page first.
    pub(crate) fn report_panics(&self) {
        let outbox = self.outbox.clone();
        let report = move |info: &std::panic::PanicHookInfo<'_>| {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let words = info.payload_as_str().unwrap_or("unknown cause");
            let message = format!("The engine stopped because of a mistake of ours ({words}, {place}).");
            outbox.post(&Event::Stopped(Failure::new(ErrorKind::Internal, message)));
        };
        // A worker has one thread; the hook's signature asks for more.
        let report = send_wrapper::SendWrapper::new(report);
        std::panic::set_hook(Box::new(move |info| report(info)));
    }
}

impl Outbox {
    /// Tells the page.
    pub(crate) fn post(&self, event: &Event) {
        let Ok(bytes) = encode(event) else { return };
        let message = Uint8Array::from(bytes.as_slice());
        let transfer = Array::of1(&message.buffer());
        // Posting fails only for what cannot be transferred, which a fresh buffer always can.
        let _ = self.0.post_message_with_transfer(&message, &transfer);
    }
}

fn failure(error: &WireError) -> Failure {
    let kind = match error {
        WireError::Version { .. } => ErrorKind::VersionMismatch,
        WireError::Malformed => ErrorKind::Internal,
    };
    Failure::new(kind, error.to_string())
}
