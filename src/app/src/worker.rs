//! The web worker that runs the engine.

use headstart_protocol::{Backend, Command, Event, WireError, decode, encode};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, MessageEvent, Worker};

use crate::error::PageError;
use crate::intake;

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
    /// Starts a worker for `backend` whose events go to `hear`.
    ///
    /// # Errors
    /// [`PageError::WorkerFailed`] where the browser has no workers or refuses this one.
    pub(crate) fn spawn(backend: Backend, hear: impl Fn(Heard) + Clone + 'static) -> Result<Self, PageError> {
        let worker = Worker::new(&format!("{}?v={BUILD}", script(backend))).map_err(|error| broken(&error))?;
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
        self.post(&Message(Uint8Array::from(encode(command)?.as_slice())))
    }

    /// Sends a message that was made before.
    ///
    /// # Errors
    /// A message that cannot be posted.
    pub(crate) fn post(&self, Message(message): &Message) -> Result<(), PageError> {
        let transfer = Array::of1(&message.buffer());
        self.worker.post_message_with_transfer(message, &transfer).map_err(|error| broken(&error))
    }
}

/// An encoded command.
pub(crate) struct Message(Uint8Array);

impl Message {
    /// A command whose last field, empty in `command`, is the bytes of `tail`. Large files go this way: they never lie
    /// in the page's own memory, which does not shrink again.
    ///
    /// # Errors
    /// A command that cannot be encoded, or a file that the browser does not hand over.
    pub(crate) async fn with_tail(command: &Command, tail: &Blob) -> Result<Self, PageError> {
        // Sizes are whole numbers far below 2^53.
        let head = head_for(command, tail.size() as u64)?;
        let parts = Array::of2(&Uint8Array::from(head.as_slice()), tail);
        let whole = Blob::new_with_blob_sequence(&parts).map_err(|error| broken(&error))?;
        Ok(Self(intake::bytes(&whole).await?))
    }
}

/// What stands before the last field of a command, where that field is so many bytes; it is empty in `command`.
fn head_for(command: &Command, bytes: u64) -> Result<Vec<u8>, WireError> {
    let mut head = encode(command)?;
    // The length of the empty field, a single zero.
    head.pop();
    postcard::to_extend(&bytes, head).map_err(|_| WireError::Malformed)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_follows_as_if_it_had_been_encoded() {
        for length in [0, 1, 127, 128, 70_000] {
            let tail = vec![7; length];
            let mut message = head_for(&Command::ZipRead(Vec::new()), length as u64).unwrap();
            message.extend(&tail);
            assert_eq!(message, encode(&Command::ZipRead(tail)).unwrap(), "{length}");
        }
    }
}
