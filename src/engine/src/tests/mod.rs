//! Jobs of the worker in a worker of a real browser. But for those of `tuned` and `tuning`, they need no weights.

mod cache;
mod distortion;
mod doctor;
mod early;
mod partners;
mod photos;
mod scheduling;
mod training;
mod tuned;
mod tuning;
mod zips;

use std::cell::RefCell;
use std::rc::Rc;

use headstart_protocol::{FromWorker, Progress, RequestId, Run};
use wasm_bindgen_test::wasm_bindgen_test_configure;

use crate::device::OpenDevice;
use crate::engine::Workplace;
use crate::models::BaseFile;
use crate::photos::PhotoStore;
use crate::port::{Outbox, RunLine, Stops};
use crate::turns::Turns;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// What the page was told.
#[derive(Clone, Default)]
struct Told(Rc<RefCell<Vec<FromWorker>>>);

impl Told {
    fn outbox(&self) -> Outbox {
        let told = self.0.clone();
        Outbox::new(move |message| told.borrow_mut().push(message.clone()))
    }

    fn all(&self) -> Vec<FromWorker> {
        self.0.borrow().clone()
    }

    fn progress<R: Run>(&self) -> Vec<R::Progress> {
        let of = |message| match message {
            FromWorker::Progress { progress, .. } => Some(progress),
            _ => None,
        };
        self.all().into_iter().filter_map(of).filter_map(|progress: Progress| R::progress(progress)).collect()
    }
}

/// A run's line, with what is told over it and what can stop it.
fn line<R: Run>() -> (RunLine<R>, Told, Stops) {
    let (told, stops) = (Told::default(), Stops::default());
    stops.open(RequestId(1));
    (RunLine::new(RequestId(1), told.outbox(), stops.clone()), told, stops)
}

/// A place without any photos.
async fn place() -> Workplace {
    Workplace {
        device: OpenDevice::open().await.unwrap().device,
        base: BaseFile::nowhere(),
        photos: PhotoStore::default(),
        turns: Rc::new(Turns::new().unwrap()),
    }
}
