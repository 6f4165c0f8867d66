//! The web worker: it owns the models on one device, and answers the page's requests. It is built twice, for the
//! processor and for WebGPU, so that nobody downloads the other; the page chooses.
//!
//! Requests queue up in `port` and `scheduler` takes them up one at a time, in order; every wait is asynchronous, so
//! that the worker's event loop stays free. Runs (training, learning curves) go on beside later requests:
//! they take turns with them (`turns`). What is done for each request is in `jobs`.

mod blob_reader;
mod clock;
mod constructors;
mod device;
mod early_photo;
mod engine;
mod error;
mod failure;
mod jobs;
mod models;
mod partners;
mod photos;
mod pixels;
mod port;
mod scheduler;
mod turns;

#[cfg(all(test, not(feature = "webgpu")))]
mod tests;

use crate::port::Port;
use crate::scheduler::Scheduler;

/// Opens the worker's end of the line to the page, and answers from then on.
pub fn run() {
    constructors::run();
    let port = Port::open();
    port.report_panics();
    wasm_bindgen_futures::spawn_local(Scheduler::serve(port));
}
