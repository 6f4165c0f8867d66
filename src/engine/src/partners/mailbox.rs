//! Pieces that have come, until somebody wants them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use futures::channel::oneshot;
use js_sys::Float32Array;

/// Which piece: the photo's number, the layer that it came out of, and the worker that sent it.
pub(super) type Address = (u32, usize, usize);

/// Pieces by where they belong.
#[derive(Default)]
pub(super) struct Mailbox {
    pieces: RefCell<HashMap<Address, Float32Array>>,
    /// Who waits for the next one. One photo is on its way at a time.
    waiter: RefCell<Option<oneshot::Sender<()>>>,
    is_closed: Cell<bool>,
}

impl Mailbox {
    /// A piece has come.
    pub(super) fn put(&self, address: Address, piece: Float32Array) {
        self.pieces.borrow_mut().insert(address, piece);
        self.wake();
    }

    /// The numbers of a piece, once they are here; none where nothing comes any more.
    pub(super) async fn piece(&self, address: Address) -> Option<Vec<f32>> {
        loop {
            if self.is_closed.get() {
                return None;
            }
            if let Some(piece) = self.pieces.borrow_mut().remove(&address) {
                return Some(piece.to_vec());
            }
            let (sender, next) = oneshot::channel();
            *self.waiter.borrow_mut() = Some(sender);
            // Another one in its place means that this photo was given up.
            next.await.ok()?;
        }
    }

    /// Drops what is of photos before this one.
    pub(super) fn begin(&self, photo: u32) {
        self.pieces.borrow_mut().retain(|(other, _, _), _| *other >= photo);
    }

    /// Nothing comes any more.
    pub(super) fn close(&self) {
        self.is_closed.set(true);
        self.wake();
    }

    fn wake(&self) {
        let waiter = self.waiter.take();
        if let Some(waiter) = waiter {
            // Who gave up waiting need not know.
            let _ = waiter.send(());
        }
    }
}
