//! The worker's end of the line to the page.

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use headstart_protocol::{Command, ErrorKind, Event, Failure, WireError, decode, encode};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Where commands come in and events go out.
pub(crate) struct Port {
    scope: DedicatedWorkerGlobalScope,
    commands: UnboundedReceiver<Result<Command, Failure>>,
}

impl Port {
    /// Listens from now on.
    pub(crate) fn open() -> Self {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let (sender, commands) = unbounded();
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let bytes = event.data().dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default();
            // The receiver lives as long as the worker.
            let _ = sender.unbounded_send(decode::<Command>(&bytes).map_err(|error| failure(&error)));
        });
        scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        listener.forget();
        Self { scope, commands }
    }

    /// The next command, in the order in which they came.
    pub(crate) async fn next(&mut self) -> Option<Result<Command, Failure>> {
        self.commands.next().await
    }

    /// Tells the page.
    pub(crate) fn post(&self, event: &Event) {
        post(&self.scope, event);
    }

    /// From now on a panic, which ends this wasm instance, is told to the page first.
    pub(crate) fn report_panics(&self) {
        let scope = self.scope.clone();
        let report = move |info: &std::panic::PanicHookInfo<'_>| {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let words = info.payload_as_str().unwrap_or("unknown cause");
            let message = format!("The engine stopped because of a mistake of ours ({words}, {place}).");
            post(&scope, &Event::Stopped(Failure::new(ErrorKind::Internal, message)));
        };
        // A worker has one thread; the hook's signature asks for more.
        let report = send_wrapper::SendWrapper::new(report);
        std::panic::set_hook(Box::new(move |info| report(info)));
    }
}

fn post(scope: &DedicatedWorkerGlobalScope, event: &Event) {
    let Ok(bytes) = encode(event) else { return };
    let message = Uint8Array::from(bytes.as_slice());
    let transfer = Array::of1(&message.buffer());
    // Posting fails only for what cannot be transferred, which a fresh buffer always can.
    let _ = scope.post_message_with_transfer(&message, &transfer);
}

fn failure(error: &WireError) -> Failure {
    let kind = match error {
        WireError::Version { .. } => ErrorKind::VersionMismatch,
        WireError::Malformed => ErrorKind::Internal,
    };
    Failure::new(kind, error.to_string())
}
