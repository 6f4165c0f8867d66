//! Turns of the worker's event loop: whoever works for long lets messages in between.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use futures::channel::oneshot;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageChannel, MessagePort};

use crate::clock::now;
use crate::error::EngineError;

/// Milliseconds of work without a turn, at most, where the work can be interrupted.
const LONGEST_MS: f64 = 12.0;

/// Waits for the event loop through a message channel: nested timers are held back for 4 ms each.
pub(crate) struct Turns {
    port: MessagePort,
    /// Who waits, in the order of their messages.
    waiting: Rc<RefCell<VecDeque<oneshot::Sender<()>>>>,
    /// Called by the browser as long as this lives.
    _arrived: Closure<dyn FnMut()>,
}

impl Turns {
    /// # Errors
    /// [`headstart_protocol::Failure::Browser`] where the browser has no message channels.
    pub(crate) fn new() -> Result<Self, EngineError> {
        let channel = MessageChannel::new()?;
        let waiting = Rc::new(RefCell::new(VecDeque::<oneshot::Sender<()>>::new()));
        let queue = waiting.clone();
        let arrived = Closure::<dyn FnMut()>::new(move || {
            let next = queue.borrow_mut().pop_front();
            if let Some(waiter) = next {
                // Who gave up waiting need not know.
                let _ = waiter.send(());
            }
        });
        channel.port1().set_onmessage(Some(arrived.as_ref().unchecked_ref()));
        Ok(Self { port: channel.port2(), waiting, _arrived: arrived })
    }

    /// Whether somebody waits for a turn.
    pub(crate) fn is_awaited(&self) -> bool {
        !self.waiting.borrow().is_empty()
    }

    /// Goes on once the event loop has taken what was in it.
    pub(crate) async fn next(&self) {
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().push_back(sender);
        if self.port.post_message(&JsValue::NULL).is_ok() {
            // The sender is dropped only with the worker.
            let _ = receiver.await;
        } else {
            self.waiting.borrow_mut().pop_back();
        }
    }
}

/// Work that takes turns with the event loop.
pub(crate) struct Slice<'a> {
    turns: &'a Turns,
    since: f64,
}

impl<'a> Slice<'a> {
    /// Begins now.
    pub(crate) fn new(turns: &'a Turns) -> Self {
        Self { turns, since: now() }
    }

    /// Waits for a turn if the last one was too long ago.
    pub(crate) async fn breathe(&mut self) {
        if now() - self.since >= LONGEST_MS {
            self.turns.next().await;
            self.since = now();
        }
    }
}
