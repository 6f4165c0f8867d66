//! The partners, as long as there are any.

use std::cell::RefCell;
use std::rc::Rc;

use headstart_nn::{PhotoPass, Vgg16};
use headstart_protocol::{Failure, FromWorker, count};
use headstart_vision::RgbImage;
use web_sys::MessagePort;

use super::circle::Circle;
use super::pace::Pace;
use crate::clock::within;
use crate::engine::StartedEngine;
use crate::port::Outbox;

/// The workers that this one computes photos together with, if there are any. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Partners(Rc<Inner>);

#[derive(Default)]
struct Inner {
    circle: RefCell<Option<(Rc<Circle>, Outbox)>>,
    pace: RefCell<Pace>,
}

impl Partners {
    /// From now on those at the other ends of `lines`, in the order of their numbers; `number` is this worker's. `outbox` is told
    /// where they are given up.
    ///
    /// # Errors
    /// [`Failure::Internal`] for numbers that do not fit together.
    pub(crate) fn meet(
        &self,
        number: usize,
        lines: Vec<MessagePort>,
        engine: &Rc<StartedEngine>,
        outbox: Outbox,
    ) -> Result<(), Failure> {
        self.end();
        let circle = Circle::new(number, lines, &Rc::downgrade(engine))?;
        *self.0.circle.borrow_mut() = Some((circle, outbox));
        self.0.pace.borrow_mut().forget_together();
        Ok(())
    }

    /// There are none any more: what is computed together is not waited for.
    pub(crate) fn end(&self) {
        if let Some((circle, _)) = self.0.circle.take() {
            circle.end();
        }
    }

    /// All of the base's pass of a photo, `square` as the base sees it, of which each computes a part; with the number of
    /// workers. None where there are no partners, or they do not answer and are given up.
    pub(crate) async fn pass<'a>(&self, base: &'a Vgg16, square: &RgbImage) -> Option<(PhotoPass<'a>, u32)> {
        let (circle, _) = self.0.circle.borrow().clone()?;
        let limit_ms = self.0.pace.borrow().limit_ms();
        match within(limit_ms, circle.lead(base, square)).await {
            Some(Some(pass)) => Some((pass, count(circle.workers()))),
            Some(None) | None => {
                self.give_up();
                None
            }
        }
    }

    /// So long it took until this many workers had answered a photo.
    pub(crate) fn note(&self, workers: u32, ms: f64) {
        self.0.pace.borrow_mut().note(workers, ms);
        if !self.0.pace.borrow().pays() {
            self.give_up();
        }
    }

    /// Ends it, and tells the page where that did not.
    fn give_up(&self) {
        if let Some((circle, outbox)) = self.0.circle.take() {
            circle.end();
            outbox.post(&FromWorker::Alone);
        }
    }
}
