//! Helpers: further workers that look at photos while many wait. They come when [`Pool`] says so and go after a rest. One
//! that fails goes without a word, and its photos wait again.
//!
//! [`Pool`]: crate::pool::Pool

use std::rc::Rc;
use std::time::Duration;

use headstart_protocol::{Command, Event, HeadSummary, Ready, Start};

use super::Page;
use super::session::Session;
use crate::dom::set_timeout;
use crate::error::PageError;
use crate::queue::{MAIN, PhotoId, WorkerId};
use crate::worker::{EngineWorker, Heard};

/// A helper without a photo for so long ends, and gives its memory back.
const REST: Duration = Duration::from_secs(20);

/// A helper.
pub(super) struct Helper {
    number: WorkerId,
    worker: EngineWorker,
    /// Whether it can take photos.
    ready: bool,
    /// The visitor's own head, as it was last told.
    head: Option<Rc<Vec<u8>>>,
    /// What the head says of itself that its answers are from.
    own: Option<HeadSummary>,
    /// Photos that it was given so far.
    given: u64,
    /// Whether it waits to be ended.
    rests: bool,
}

impl Session {
    fn helper(&mut self, number: WorkerId) -> Option<&mut Helper> {
        self.helpers.iter_mut().find(|helper| helper.number == number)
    }

    /// Takes the photo to read now and the worker that it is for.
    pub(super) fn take(&mut self, all_classify: bool) -> Option<(PhotoId, WorkerId)> {
        let mut workers = vec![MAIN];
        workers.extend(self.helpers.iter().filter(|helper| helper.ready).map(|helper| helper.number));
        let (id, worker) = self.queue.take(&workers, all_classify)?;
        if let Some(helper) = self.helper(worker) {
            helper.given += 1;
            helper.rests = false;
        }
        Some((id, worker))
    }
}

impl Page {
    /// Starts the helpers that the photos in the queue are worth.
    pub(super) fn call_helpers(self, all_classify: bool) {
        let Some(ready) = self.phase.with_untracked(|phase| phase.ready().cloned()) else { return };
        self.session.update_value(|session| {
            let wanted = session.pool.wanted(ready.backend, session.queue.waiting(all_classify));
            while 1 + session.helpers.len() < wanted {
                session.last_helper += 1;
                let number = session.last_helper;
                let Ok(worker) = EngineWorker::spawn(ready.backend, move |heard| self.hear_helper(number, heard))
                else {
                    return session.pool.close();
                };
                let helper = Helper { number, worker, ready: false, head: None, own: None, given: 0, rests: false };
                session.helpers.push(helper);
            }
        });
    }

    /// Lets those without photos end after a while, if none come.
    pub(super) fn let_helpers_rest(self) {
        let idle = self.session.update_value(|session| {
            let queue = &session.queue;
            let idle = session.helpers.iter_mut().filter(|helper| helper.ready && !helper.rests);
            let idle = idle.filter(|helper| queue.in_hand(helper.number) == 0);
            idle.map(|helper| {
                helper.rests = true;
                (helper.number, helper.given)
            })
            .collect::<Vec<_>>()
        });
        for rest in idle {
            let end = move || {
                let is_over = |helper: &Helper| helper.rests && (helper.number, helper.given) == rest;
                self.session.update_value(|session| session.helpers.retain(|helper| !is_over(helper)));
                self.count_helpers();
            };
            set_timeout(end, REST);
        }
    }

    /// Sends a helper a photo, after the head that is to answer it.
    pub(super) fn tell_helper(self, number: WorkerId, command: &Command) {
        let head = self.own_head().filter(|_| self.teach.own.read_untracked().is_some());
        let sent = self.session.update_value(|session| {
            let Some(helper) = session.helper(number) else { return Ok(()) };
            let is_told = helper.head.as_ref().map(Rc::as_ptr) == head.as_ref().map(Rc::as_ptr);
            if !is_told && matches!(command, Command::Classify { .. }) {
                let open = head.as_ref().map_or(Command::CloseHead, |head| Command::OpenHead(head.to_vec()));
                helper.worker.send(&open)?;
                helper.head = head;
            }
            helper.worker.send(command)
        });
        if sent.is_err() {
            self.helper_failed(number);
        }
    }

    fn hear_helper(self, number: WorkerId, heard: Heard) {
        match heard {
            Heard::Event(Event::Alive) => self.start_helper(number),
            Heard::Event(Event::Ready(ready)) => self.helper_ready(number, &ready),
            Heard::Event(Event::HeadOpened(summary)) => {
                self.session.update_value(|session| {
                    if let Some(helper) = session.helper(number) {
                        helper.own = Some(summary);
                    }
                });
            }
            Heard::Event(Event::Described { id, description }) => {
                self.described(id, description);
                self.done(id);
            }
            Heard::Event(Event::Predicted { id, prediction }) => {
                let own = self.session.update_value(|session| session.helper(number)?.own.clone());
                match self.answer(prediction, own.as_ref()) {
                    Some(answer) => self.answered(id, answer),
                    None => self.helper_failed(number),
                }
            }
            Heard::Event(Event::PhotoFailed { id, failure }) => {
                self.photo_failed(id, failure);
                self.done(id);
            }
            Heard::Event(Event::StartFailed { .. } | Event::Stopped(_) | Event::HeadRefused(_)) | Heard::Broken(_) => {
                self.helper_failed(number);
            }
            // How far it is with its start.
            Heard::Event(_) => {}
        }
    }

    fn start_helper(self, number: WorkerId) {
        let Some(main) = self.phase.with_untracked(|phase| phase.ready().cloned()) else { return };
        let sent = self.session.update_value(|session| {
            let start = Start { size: Some(main.size), ..session.start() };
            session.helper(number).map_or(Ok(()), |helper| helper.worker.send(&Command::Start(start)))
        });
        if sent.is_err() {
            self.helper_failed(number);
        }
    }

    fn helper_ready(self, number: WorkerId, ready: &Ready) {
        let main = self.phase.with_untracked(|phase| phase.ready().cloned());
        // The host may have another head by now.
        if main.is_none_or(|main| (main.size, &main.classes) != (ready.size, &ready.classes)) {
            return self.helper_failed(number);
        }
        self.session.update_value(|session| {
            if let Some(helper) = session.helper(number) {
                helper.ready = true;
            }
        });
        self.count_helpers();
        self.send_photos();
    }

    /// A helper is of no use any more, and there will be no others: the main worker does without. The visitor hears of a
    /// photo that is given up with it, and of nothing else.
    fn helper_failed(self, number: WorkerId) {
        let given_up = self.session.update_value(|session| {
            session.pool.close();
            session.helpers.retain(|helper| helper.number != number);
            session.queue.worker_stopped(number)
        });
        self.count_helpers();
        if let Some(id) = given_up {
            self.photo_failed(id, PageError::PhotoStopsEngine.into());
        }
        self.send_photos();
    }

    fn count_helpers(self) {
        let ready = self.session.with_value(|session| session.helpers.iter().filter(|helper| helper.ready).count());
        self.helpers.set(ready);
    }
}
