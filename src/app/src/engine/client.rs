//! Asking the engine.

use std::cell::{RefCell, RefMut};
use std::collections::HashMap;
use std::rc::Rc;

use futures::channel::mpsc::UnboundedSender;
use futures::channel::oneshot;
use headstart_protocol::{Ask, Backend, InputSize, OpenScratch, Ready, Run, Shipped, Start};

use super::connection::{Connection, Running};
use super::heads::Heads;
use super::helpers::Helper;
use super::kept::Kept;
use super::partners::Partners;
use super::phase::Phase;
use super::photos::Turn;
use super::pool::Pool;
use super::queue::{PhotoId, Queue, WorkerId};
use super::restart::Restarts;
use super::{device, machine};
use crate::error::PageError;

/// How the engine is to be started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EngineOptions {
    /// The page's folder, with a trailing slash.
    pub(crate) base_url: String,
    /// The device that must be used.
    pub(crate) backend: Option<Backend>,
    /// The input size.
    pub(crate) size: Option<InputSize>,
    /// Another weight file.
    pub(crate) weights: Option<String>,
    /// Another head than the shipped one.
    pub(crate) head: Option<String>,
    /// How many workers look at photos, at most.
    pub(crate) workers: Option<u32>,
}

/// What the engine says of itself without being asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum EngineNews {
    /// How far it is.
    Phase(Phase),
    /// Workers that help the main one.
    Helpers(usize),
    /// A word that is no failure: why the GPU is not in use, say.
    Note(Option<String>),
}

/// The engine. Clones ask the same one.
#[derive(Clone)]
pub(crate) struct Engine(Rc<Inner>);

struct Inner {
    state: RefCell<EngineState>,
    news: Box<dyn Fn(EngineNews)>,
}

/// What there is to remember.
pub(super) struct EngineState {
    pub(super) options: EngineOptions,
    pub(super) phase: Phase,
    pub(super) main: Option<Rc<Connection>>,
    /// Counts the main workers, so that what an earlier one left behind is told apart.
    pub(super) generation: u32,
    /// The device of this worker, and whether its script ever ran.
    pub(super) choice: Option<device::Choice>,
    pub(super) is_alive: bool,
    pub(super) restarts: Restarts,
    /// Who waits for the engine to be ready.
    pub(super) waiting: Vec<oneshot::Sender<()>>,
    pub(super) queue: Queue,
    pub(super) last_photo: PhotoId,
    /// Whether a worker was told of a photo ahead: once, so that no photo stops one worker after the other unnoticed.
    pub(super) has_told_ahead: bool,
    /// Where photos in the queue hear whose turn it is.
    pub(super) turns: HashMap<PhotoId, UnboundedSender<Turn>>,
    pub(super) pool: Pool,
    pub(super) helpers: Vec<Helper>,
    pub(super) last_helper: WorkerId,
    pub(super) partners: Partners,
    pub(super) heads: Heads,
    pub(super) kept: Kept,
    /// What ships for the comparison, where this worker has fetched all of it.
    pub(super) shipped: Option<Rc<Shipped>>,
    /// The classes of the CNN from scratch; none where this worker has not opened it.
    pub(super) scratch_classes: Rc<Vec<String>>,
}

impl EngineState {
    /// What starts a worker, on the adapter that was chosen.
    pub(super) fn start(&self) -> Start {
        let EngineOptions { base_url, size, weights, head, .. } = self.options.clone();
        let adapter = self.choice.as_ref().map(|choice| choice.adapter.clone()).unwrap_or_default();
        Start { base_url, adapter, size, weights, head }
    }
}

impl Engine {
    /// An engine that is not started yet; what it says of itself goes to `news`.
    pub(crate) fn new(news: impl Fn(EngineNews) + 'static) -> Self {
        let state = EngineState {
            options: EngineOptions::default(),
            phase: Phase::Starting,
            main: None,
            generation: 0,
            choice: None,
            is_alive: false,
            restarts: Restarts::default(),
            waiting: Vec::new(),
            queue: Queue::default(),
            last_photo: 0,
            has_told_ahead: false,
            turns: HashMap::new(),
            pool: Pool::default(),
            helpers: Vec::new(),
            last_helper: 0,
            partners: Partners::default(),
            heads: Heads::default(),
            kept: Kept::default(),
            shipped: None,
            scratch_classes: Rc::default(),
        };
        Self(Rc::new(Inner { state: RefCell::new(state), news: Box::new(news) }))
    }

    /// Starts it.
    pub(crate) fn start(&self, options: EngineOptions) {
        {
            let mut state = self.state();
            state.restarts = Restarts::new(options.backend);
            let keeps_files = machine::keeps_files() && options.weights.is_none();
            state.pool = Pool::new(options.workers, &machine::read(), keeps_files);
            state.options = options;
        }
        self.fresh_worker(None);
    }

    /// Starts it again after the visitor asked for it.
    pub(crate) fn try_again(&self) {
        self.tell(EngineNews::Note(None));
        {
            let mut state = self.state();
            state.restarts = Restarts::new(state.options.backend);
        }
        self.fresh_worker(None);
    }

    /// Whether requests are answered right away.
    pub(crate) fn is_ready(&self) -> bool {
        self.state().phase.ready().is_some()
    }

    /// Changes with each fresh main worker.
    pub(crate) fn generation(&self) -> u32 {
        self.state().generation
    }

    /// The input size in use, once it is ready.
    pub(crate) fn size(&self) -> Option<InputSize> {
        self.state().phase.ready().map(|ready| ready.size)
    }

    /// SHA-256 of the base in use, once it is ready.
    pub(crate) fn base(&self) -> Option<String> {
        self.state().phase.ready().map(|ready| ready.base_sha256.clone())
    }

    /// Waits until it is ready.
    ///
    /// # Errors
    /// Why it is not, and will not be until the visitor does something.
    pub(crate) async fn ready(&self) -> Result<Rc<Ready>, PageError> {
        loop {
            let waiter = {
                let mut state = self.state();
                match &state.phase {
                    Phase::Ready(ready) => return Ok(ready.clone()),
                    Phase::Failed(error) => return Err(error.clone()),
                    Phase::Starting | Phase::Loading(_) | Phase::WarmingUp(_) => {}
                }
                let (sender, waiter) = oneshot::channel();
                state.waiting.push(sender);
                waiter
            };
            // Dropped or sent, the phase has changed.
            let _ = waiter.await;
        }
    }

    /// Waits until it is ready, through failures that “Try again” may end.
    pub(crate) async fn ready_at_last(&self) {
        while !self.is_ready() {
            let (sender, waiter) = oneshot::channel();
            self.state().waiting.push(sender);
            // Dropped is as good as told.
            let _ = waiter.await;
        }
    }

    /// Asks the main worker, once it is ready.
    ///
    /// # Errors
    /// The worker's failure, [`PageError::EngineStopped`] where it ends meanwhile, and what keeps the engine from being
    /// ready.
    pub(crate) async fn ask<A: Ask>(&self, request: A) -> Result<A::Reply, PageError> {
        let reply = self.main().await?.ask(request);
        reply.await
    }

    /// Asks the main worker for what takes a while, once it is ready.
    ///
    /// # Errors
    /// As for [`Engine::ask`]; the failure of the run itself comes with its outcome.
    pub(crate) async fn run<R: Run>(&self, request: R) -> Result<Running<R>, PageError> {
        self.main().await?.run(request)
    }

    /// Has what ships for the comparison of the models fetched, once for each worker.
    ///
    /// # Errors
    /// As for [`Engine::ask`].
    pub(crate) async fn open_scratch(&self) -> Result<Rc<Shipped>, PageError> {
        self.ready().await?;
        if let Some(shipped) = self.state().shipped.clone() {
            return Ok(shipped);
        }
        let shipped: Rc<Shipped> = self.ask(OpenScratch).await?.into();
        let scratch = Rc::new(shipped.scratch_classes.clone());
        let mut state = self.state();
        state.scratch_classes = scratch;
        // What could not be had is asked for again.
        state.shipped = Some(shipped.clone()).filter(|shipped| shipped.failures.is_empty());
        Ok(shipped)
    }

    /// The main worker, once it is ready.
    ///
    /// # Errors
    /// Those of [`Engine::ready`].
    pub(super) async fn main(&self) -> Result<Rc<Connection>, PageError> {
        self.ready().await?;
        self.state().main.clone().ok_or(PageError::EngineStopped)
    }

    /// What it remembers; not to be held where anybody else is told or awaited.
    pub(super) fn state(&self) -> RefMut<'_, EngineState> {
        self.0.state.borrow_mut()
    }

    /// Says something of itself.
    pub(super) fn tell(&self, news: EngineNews) {
        (self.0.news)(news);
    }
}
