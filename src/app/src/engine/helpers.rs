//! Helpers: further workers that look at photos while many wait, and are the main one's [`partners`](super::partners) where
//! one comes by itself. They come when [`Pool`](super::pool::Pool) says so and go after a rest. One that fails goes without a
//! word, and its photos wait again.

use std::rc::Rc;
use std::time::Duration;

use headstart_protocol::{Backend, HeadNumber, Ready, Start};
use leptos::prelude::set_timeout;
use leptos::task::spawn_local;

use super::client::{Engine, EngineNews, EngineState};
use super::connection::{Connection, WorkerNews};
use super::queue::{MAIN, PhotoId, WorkerId};

/// A helper without a photo for so long ends, and gives its memory back.
const REST: Duration = Duration::from_secs(20);

/// A helper.
pub(super) struct Helper {
    pub(super) number: WorkerId,
    pub(super) connection: Rc<Connection>,
    /// Whether it can take photos.
    pub(super) is_ready: bool,
    /// The visitor's own head, as it was last told.
    head: Option<HeadNumber>,
    /// Photos that it was given so far, and those that it was to compute parts of.
    given: u64,
    /// Whether it waits to be ended.
    rests: bool,
}

impl Helper {
    /// It has something to do.
    pub(super) fn give(&mut self) {
        self.given += 1;
        self.rests = false;
    }
}

impl EngineState {
    /// Takes the photo whose turn it is and the worker that it is for.
    pub(super) fn take(&mut self) -> Option<(PhotoId, WorkerId)> {
        let mut workers = vec![MAIN];
        workers.extend(self.helpers.iter().filter(|helper| helper.is_ready).map(|helper| helper.number));
        let (id, worker) = self.queue.take(&workers)?;
        if let Some(helper) = self.helper(worker) {
            helper.give();
        }
        Some((id, worker))
    }

    /// A photo that was read goes to `worker`, if that is still the one that it was read for.
    pub(super) fn hand_over(&mut self, id: PhotoId, worker: WorkerId) -> Option<Rc<Connection>> {
        if !self.queue.is_reading(id, worker) {
            return None;
        }
        let helper = self.helper(worker).map(|helper| helper.connection.clone());
        let connection = if worker == MAIN { self.main.clone() } else { helper }?;
        self.queue.sent(id);
        Some(connection)
    }

    pub(super) fn helper(&mut self, number: WorkerId) -> Option<&mut Helper> {
        self.helpers.iter_mut().find(|helper| helper.number == number)
    }

    /// Those without photos, which rest from now on, with the photos that each was given so far.
    fn begin_rests(&mut self) -> Vec<(WorkerId, u64)> {
        if self.partners.are_held() {
            return Vec::new();
        }
        let idle = self.helpers.iter_mut().filter(|helper| helper.is_ready && !helper.rests);
        let idle = idle.filter(|helper| self.queue.in_hand(helper.number) == 0);
        idle.map(|helper| {
            helper.rests = true;
            (helper.number, helper.given)
        })
        .collect()
    }

    /// The helper that has rested since ends, unless it is wanted again.
    fn end_rest(&mut self, rest: (WorkerId, u64)) {
        let are_held = self.partners.are_held();
        let before = self.helpers.len();
        self.helpers.retain_mut(|helper| {
            let is_over = helper.rests && (helper.number, helper.given) == rest;
            helper.rests &= !(is_over && are_held);
            are_held || !is_over
        });
        if self.helpers.len() < before {
            self.partners.part();
        }
    }

    fn helpers_ready(&self) -> usize {
        self.helpers.iter().filter(|helper| helper.is_ready).count()
    }
}

impl Engine {
    /// Tells a helper which head answers, where it does not know.
    pub(super) fn tell_head_to(&self, number: WorkerId) {
        let connection = {
            let mut state = self.state();
            let head = state.heads.number();
            let Some(helper) = state.helper(number) else { return };
            if std::mem::replace(&mut helper.head, head) == head {
                return;
            }
            helper.connection.clone()
        };
        let told = self.tell_head(&connection);
        drop(connection);
        let engine = self.clone();
        spawn_local(async move {
            if told.await.is_err() {
                engine.helper_failed(number);
            }
        });
    }

    /// Starts the helpers that the photos in the queue are worth, and those that one photo is.
    pub(super) fn call_helpers(&self) {
        loop {
            let (number, backend) = {
                let mut state = self.state();
                let Some(backend) = state.phase.ready().map(|ready| ready.backend) else { return };
                let together = if state.wants_partners() { state.pool.together(backend) } else { 1 };
                let wanted = state.pool.wanted(backend, state.queue.waiting()).max(together);
                if state.helpers.len() + 1 >= wanted {
                    return;
                }
                state.last_helper += 1;
                (state.last_helper, backend)
            };
            if !self.call_helper(number, backend) {
                return self.state().pool.close();
            }
        }
    }

    fn call_helper(&self, number: WorkerId, backend: Backend) -> bool {
        let engine = self.clone();
        let spawned = Connection::spawn(backend, move |news| match news {
            WorkerNews::Alive => engine.start_helper(number),
            WorkerNews::Ended(_) => engine.helper_failed(number),
            // The main worker leads, and says so.
            WorkerNews::Alone => {}
        });
        let Ok(connection) = spawned else { return false };
        let helper = Helper { number, connection, is_ready: false, head: None, given: 0, rests: false };
        self.state().helpers.push(helper);
        true
    }

    fn start_helper(&self, number: WorkerId) {
        let (connection, start) = {
            let mut state = self.state();
            let Some(size) = state.phase.ready().map(|main| main.size) else { return };
            let Some(connection) = state.helper(number).map(|helper| helper.connection.clone()) else { return };
            (connection, Start { size: Some(size), ..state.start() })
        };
        let engine = self.clone();
        let running = connection.run(start);
        // A helper that is given up must not live on in who waits for it.
        drop(connection);
        spawn_local(async move {
            let started = async { running?.outcome().await };
            match started.await {
                Ok(ready) => engine.helper_ready(number, &ready),
                Err(_) => engine.helper_failed(number),
            }
        });
    }

    fn helper_ready(&self, number: WorkerId, ready: &Ready) {
        let fits = {
            let mut state = self.state();
            // The host may have another head by now.
            let fits =
                state.phase.ready().is_some_and(|main| (main.size, &main.classes) == (ready.size, &ready.classes));
            if let Some(helper) = state.helper(number) {
                helper.is_ready = fits;
            }
            state.partners.part();
            fits
        };
        if !fits {
            return self.helper_failed(number);
        }
        let ready = self.state().helpers_ready();
        self.tell(EngineNews::Helpers(ready));
        self.dispatch();
    }

    /// Lets those without photos end after a while, if none come.
    pub(super) fn let_helpers_rest(&self) {
        let idle = self.state().begin_rests();
        for rest in idle {
            let engine = self.clone();
            let end = move || {
                engine.state().end_rest(rest);
                let ready = engine.state().helpers_ready();
                engine.tell(EngineNews::Helpers(ready));
            };
            set_timeout(end, REST);
        }
    }

    /// A helper is of no use any more, and there will be no others: the main worker does without. The visitor hears of a
    /// photo that is given up with it, and of nothing else.
    fn helper_failed(&self, number: WorkerId) {
        let given_up = {
            let mut state = self.state();
            if !state.helpers.iter().any(|helper| helper.number == number) {
                return;
            }
            state.pool.close();
            state.helpers.retain(|helper| helper.number != number);
            state.part_at_once();
            state.queue.worker_stopped(number, true)
        };
        let ready = self.state().helpers_ready();
        self.tell(EngineNews::Helpers(ready));
        self.give_up(given_up);
        self.dispatch();
    }
}
