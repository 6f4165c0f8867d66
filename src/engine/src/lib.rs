//! The web worker: it owns the models on one device, and answers the page's commands with events. It is built twice, for
//! the processor and for WebGPU, so that nobody downloads the other; the page chooses.
//!
//! Commands queue up in [`port`] and are answered one at a time, in order; every wait is asynchronous, so that the
//! worker's event loop stays free. Training and learning curves alone go on beside other commands: they take turns with
//! them ([`turns`]).

mod bench;
mod cache;
mod comparison;
mod constructors;
mod curve;
mod describe;
mod device;
mod download;
mod error;
mod layers;
mod models;
mod own_head;
mod photo;
mod port;
mod result;
mod scratch;
mod session;
mod shipped;
mod teach;
mod turns;
mod zip;

use std::rc::Rc;

use headstart_protocol::{Command, Event};

use crate::port::Port;
use crate::session::Session;
use crate::zip::Zip;

/// Opens the worker's end of the line to the page, and answers from then on.
pub fn run() {
    constructors::run();
    let port = Port::open();
    port.report_panics();
    wasm_bindgen_futures::spawn_local(serve(port));
}

/// Answers commands until the page ends the worker.
async fn serve(mut port: Port) {
    port.outbox().post(&Event::Alive);
    let mut session: Option<Rc<Session>> = None;
    let mut zip = Zip::default();
    while let Some(command) = port.next().await {
        let event = match (command, &session) {
            (Err(wire), _) => Some(Event::Stopped(wire)),
            (Ok(Command::Start(start)), _) => match Session::start(&start, port.outbox()).await {
                Ok(started) => {
                    let ready = started.ready().clone();
                    session = Some(Rc::new(started));
                    Some(Event::Ready(ready))
                }
                Err(error) => Some(session::start_failed(&error)),
            },
            (Ok(command), Some(session)) => answer(command, session, &mut zip, &port).await,
            (Ok(_), None) => Some(Event::Stopped(error::EngineError::NotStarted.failure())),
        };
        if let Some(event) = event {
            port.outbox().post(&event);
        }
        // Commands that are here already would follow each other without the event loop: training would wait for the
        // last of them.
        if let Some(session) = &session {
            session.turns.next().await;
        }
    }
}

/// The event that answers `command`, if it has one right away.
async fn answer(command: Command, session: &Rc<Session>, zip: &mut Zip, port: &Port) -> Option<Event> {
    match command {
        Command::Classify { id, photo, compare } => Some(session.classify(id, photo, compare).await),
        Command::Bench(bench) => Some(session.bench(bench).await),
        Command::Parity => Some(session.parity().await),
        Command::Describe { id, photo, size, views } => Some(session.describe(id, photo, size, views).await),
        Command::Train(training) => {
            teach::begin(*training, session.clone(), port);
            None
        }
        Command::Keep { id, photo } => Some(session.keep(id, photo).await),
        Command::TrainScratch(comparison) => {
            scratch::begin(*comparison, session.clone(), port);
            None
        }
        Command::DrawCurve(comparison) => {
            curve::begin(*comparison, session.clone(), port);
            None
        }
        Command::OpenComparison => Some(session.open_comparison().await),
        Command::ShowLayers { id, photo } => Some(session.show_layers(id, photo).await),
        Command::OpenHead(bytes) => Some(session.open_head(&bytes).await),
        Command::CloseHead => {
            session.close_head();
            None
        }
        Command::ZipBegin => {
            zip.begin();
            None
        }
        Command::ZipAdd { path, bytes } => Some(zip.add(&path, &bytes)),
        Command::ZipFinish(manifest) => Some(zip.finish(&manifest)),
        Command::ZipRead(bytes) => Some(zip::unzip(bytes, port.outbox(), &session.turns).await),
        // The one is answered before there is a session, the other has been heard by the port.
        Command::Start(_) | Command::StopTraining { .. } => None,
    }
}
