//! The web worker: it picks the device, owns the models, and answers the page's commands with events.
//!
//! Commands queue up in [`port`] and are answered one at a time, in order; every wait is asynchronous, so that the
//! worker's event loop stays free.

mod bench;
mod cache;
mod device;
mod download;
mod error;
mod models;
mod photo;
mod port;
mod session;

use headstart_protocol::{Command, Event};

use crate::port::Port;
use crate::session::Session;

fn main() {
    let port = Port::open();
    port.report_panics();
    wasm_bindgen_futures::spawn_local(serve(port));
}

/// Answers commands until the page ends the worker.
async fn serve(mut port: Port) {
    port.post(&Event::Alive);
    let mut session: Option<Session> = None;
    while let Some(command) = port.next().await {
        let event = match (command, &session) {
            (Err(wire), _) => Event::Stopped(wire),
            (Ok(Command::Start(start)), _) => match Session::start(&start, &port).await {
                Ok(started) => {
                    let ready = started.ready().clone();
                    session = Some(started);
                    Event::Ready(ready)
                }
                Err(failed) => failed.event(&start),
            },
            (Ok(Command::Classify { id, photo }), Some(session)) => session.classify(id, photo).await,
            (Ok(Command::Bench(bench)), Some(session)) => session.bench(bench).await,
            (Ok(Command::Parity), Some(session)) => session.parity().await,
            (Ok(_), None) => Event::Stopped(error::EngineError::NotStarted.failure()),
        };
        port.post(&event);
    }
}
