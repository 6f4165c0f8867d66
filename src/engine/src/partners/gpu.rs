//! Photos on a GPU are computed by one worker.

use std::rc::Rc;

use headstart_nn::{PhotoPass, Vgg16};
use headstart_protocol::Failure;
use headstart_vision::RgbImage;
use web_sys::MessagePort;

use crate::engine::StartedEngine;
use crate::port::Outbox;

/// There are none.
#[derive(Clone, Default)]
pub(crate) struct Partners(());

#[expect(clippy::unused_self, reason = "as for the processor")]
impl Partners {
    /// # Errors
    /// [`Failure::Internal`]: the page has asked for what this device does not do.
    pub(crate) fn meet(
        &self,
        _number: usize,
        _lines: Vec<MessagePort>,
        _engine: &Rc<StartedEngine>,
        _outbox: Outbox,
    ) -> Result<(), Failure> {
        Err(Failure::Internal { reason: "a GPU has no partners".to_owned() })
    }

    /// There is nothing to end.
    pub(crate) fn end(&self) {}

    /// None: a photo is computed here.
    #[expect(clippy::unused_async, reason = "as for the processor")]
    pub(crate) async fn pass<'a>(&self, _base: &'a Vgg16, _square: &RgbImage) -> Option<(PhotoPass<'a>, u32)> {
        None
    }

    /// It does not matter.
    pub(crate) fn note(&self, _workers: u32, _ms: f64) {}
}
