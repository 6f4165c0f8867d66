//! The web worker that runs the engine.

use headstart_protocol::{Command, Event, decode, encode};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker};

use crate::error::PageError;

/// The script that starts the engine, beside the page: trunk names it after the engine's crate.
const SCRIPT: &str = "headstart-engine_loader.js";

/// Goes into the script's address, so that a new release never meets an old script in a cache.
pub(crate) const BUILD: &str = match option_env!("HEADSTART_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};

/// What comes from the worker.
pub(crate) enum Heard {
    /// An event.
    Event(Event),
    /// A script that cannot run, an uncaught error, or a message that cannot be read.
    Broken(PageError),
}

/// A running worker. It ends when this is dropped.
pub(crate) struct EngineWorker {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(web_sys::Event)>,
}

impl EngineWorker {
    /// Starts a worker whose events go to `hear`.
    ///
    /// # Errors
    /// [`PageError::WorkerFailed`] where the browser has no workers or refuses this one.
    pub(crate) fn spawn(hear: impl Fn(Heard) + Clone + 'static) -> Result<Self, PageError> {
        let worker = Worker::new(&format!("{SCRIPT}?v={BUILD}")).map_err(|error| broken(&error))?;
        let on_message = Closure::new({
            let hear = hear.clone();
            move |event: MessageEvent| hear(read(&event))
        });
        let on_error = Closure::new(move |event: web_sys::Event| hear(Heard::Broken(broken(&event))));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error })
    }

    /// Sends a command; its bytes are handed over, not copied.
    ///
    /// # Errors
    /// A command that cannot be encoded or posted.
    pub(crate) fn send(&self, command: &Command) -> Result<(), PageError> {
        let message = Uint8Array::from(encode(command)?.as_slice());
        let transfer = Array::of1(&message.buffer());
        self.worker.post_message_with_transfer(&message, &transfer).map_err(|error| broken(&error))
    }
}

impl Drop for EngineWorker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

fn read(message: &MessageEvent) -> Heard {
    let bytes = message.data().dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default();
    decode(&bytes).map_or_else(|error| Heard::Broken(error.into()), Heard::Event)
}

/// The failure behind an error event or a thrown value; a script that is missing says nothing of itself.
fn broken(cause: &JsValue) -> PageError {
    let message = Reflect::get(cause, &"message".into()).ok().and_then(|message| message.as_string());
    let detail = message.filter(|message| !message.is_empty());
    PageError::WorkerFailed { detail: detail.unwrap_or_else(|| "its script did not load".to_owned()) }
}
