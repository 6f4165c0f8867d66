//! Partners: the helpers, while they compute one photo together with the main worker. They are called while the camera
//! runs and when a photo comes by itself, are introduced to each other once all of them are ready, and compute together
//! what comes while no other photo waits.

use futures::future::try_join_all;
use headstart_protocol::MeetPartners;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use web_sys::{MessageChannel, MessagePort};

use super::client::{Engine, EngineState};
use super::queue::{MAIN, WorkerId};
use crate::error::PageError;

/// The policy, with what it has to remember.
#[derive(Debug, Default)]
pub(crate) struct Partners {
    /// Those who want them as long as they are there: a camera that runs.
    holders: usize,
    /// Whether the main worker has answered a photo. The first answer is not slowed down by a helper's start.
    has_answered: bool,
    /// The helpers that know each other and the main worker.
    met: Vec<WorkerId>,
    /// Whether they are being introduced.
    is_meeting: bool,
    /// Counts the partings, so that an introduction that was overtaken is told apart.
    partings: u32,
    /// Whether the main worker does better without.
    is_closed: bool,
}

impl Partners {
    /// Whether helpers are to stay, photos or not.
    pub(super) fn are_held(&self) -> bool {
        self.holders > 0 && !self.is_closed
    }

    /// The main worker answered a photo.
    pub(super) fn main_answered(&mut self) {
        self.has_answered = true;
    }

    /// The main worker ended, and all others with it.
    pub(super) fn main_ended(&mut self) {
        self.has_answered = false;
        self.part();
    }

    /// Who is a helper has changed: they must be introduced anew.
    pub(super) fn part(&mut self) {
        self.met.clear();
        self.partings += 1;
    }

    /// Whether helpers are to be called, where `has_photo` to classify.
    fn are_wanted(&self, has_photo: bool) -> bool {
        self.has_answered && !self.is_closed && (self.holders > 0 || has_photo)
    }

    /// The number of the introduction that begins now, where it is time for one.
    fn begin_meeting(&mut self) -> Option<u32> {
        let is_time = self.met.is_empty() && !self.is_meeting && !self.is_closed;
        self.is_meeting |= is_time;
        is_time.then_some(self.partings)
    }

    /// The introduction of that number came to its end; whether another one is to follow. One that failed is not tried again.
    fn end_meeting(&mut self, meeting: u32, met: Option<Vec<WorkerId>>) -> bool {
        self.is_meeting = false;
        let is_overtaken = meeting != self.partings;
        match met {
            Some(met) if !is_overtaken => self.met = met,
            None if !is_overtaken => self.is_closed = true,
            Some(_) | None => {}
        }
        is_overtaken
    }
}

impl EngineState {
    /// Whether helpers are to be called although few photos wait.
    pub(super) fn wants_partners(&self) -> bool {
        self.partners.are_wanted(self.queue.has_impatient())
    }

    /// A partner ended: the main worker hears so at once, in the middle of a photo.
    pub(super) fn part_at_once(&mut self) {
        self.partners.part();
        if let Some(main) = &self.main {
            main.end_partners();
        }
    }

    /// Whether what goes to the main worker now is computed together: nobody has anything else to do.
    fn may_compute_together(&self) -> bool {
        let others_idle = self.helpers.iter().all(|helper| self.queue.in_hand(helper.number) == 0);
        !self.partners.met.is_empty() && others_idle && self.queue.waiting() == 0 && self.queue.in_hand(MAIN) <= 1
    }
}

/// Keeps partners with the main worker until it is dropped.
pub(crate) struct PartnersHold(Engine);

impl Drop for PartnersHold {
    fn drop(&mut self) {
        self.0.state().partners.holders -= 1;
        self.0.dispatch();
    }
}

impl Engine {
    /// Wants photos to be computed together for a while.
    pub(crate) fn hold_partners(&self) -> PartnersHold {
        self.state().partners.holders += 1;
        self.dispatch();
        PartnersHold(self.clone())
    }

    /// Whether the photo that goes to `worker` now is computed together. The partners do not rest then.
    pub(super) fn together(&self, worker: WorkerId) -> bool {
        let mut state = self.state();
        let together = worker == MAIN && state.may_compute_together();
        if together {
            for number in state.partners.met.clone() {
                if let Some(helper) = state.helper(number) {
                    helper.give();
                }
            }
        }
        together
    }

    /// The main worker goes on alone; helpers look at whole photos.
    pub(super) fn do_without_partners(&self) {
        {
            let partners = &mut self.state().partners;
            partners.part();
            partners.is_closed = true;
        }
        self.let_helpers_rest();
    }

    /// Introduces the helpers to the main worker and to each other, once all are ready.
    pub(super) fn introduce_helpers(&self) {
        let (meeting, helpers) = {
            let mut state = self.state();
            if state.helpers.is_empty() || state.helpers.iter().any(|helper| !helper.is_ready) {
                return;
            }
            let Some(meeting) = state.partners.begin_meeting() else { return };
            (meeting, state.helpers.iter().map(|helper| helper.number).collect::<Vec<_>>())
        };
        let engine = self.clone();
        spawn_local(async move {
            let met = engine.introduce(&helpers).await;
            let again = engine.state().partners.end_meeting(meeting, met.is_ok().then_some(helpers));
            if again {
                engine.introduce_helpers();
            }
        });
    }

    /// Hands each worker its lines to the others. The main worker is the first: once it has them, it computes nothing with those
    /// of before.
    async fn introduce(&self, helpers: &[WorkerId]) -> Result<(), PageError> {
        let lines =
            lines(1 + helpers.len()).map_err(|error| PageError::WorkerFailed { detail: format!("{error:?}") })?;
        let [of_main, of_helpers @ ..] = &lines[..] else { return Ok(()) };
        let main = self.state().main.clone().ok_or(PageError::EngineStopped)?;
        let met = main.ask_with_lines(MeetPartners { number: 0 }, of_main);
        // A worker that ends must not live on in who waits for it.
        drop(main);
        met.await?;
        let mut all_met = Vec::new();
        for ((helper, lines), number) in helpers.iter().zip(of_helpers).zip(1..) {
            let connection = self.state().helper(*helper).map(|helper| helper.connection.clone());
            let connection = connection.ok_or(PageError::EngineStopped)?;
            all_met.push(connection.ask_with_lines(MeetPartners { number }, lines));
        }
        try_join_all(all_met).await.map(drop)
    }
}

/// A line from each of so many workers to each other one: what each of them is handed, in the order of the others' numbers.
fn lines(workers: usize) -> Result<Vec<Vec<MessagePort>>, JsValue> {
    let mut lines: Vec<Vec<MessagePort>> = vec![Vec::new(); workers];
    for first in 0..workers {
        for second in first + 1..workers {
            let channel = MessageChannel::new()?;
            lines[first].push(channel.port1());
            lines[second].push(channel.port2());
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_called_after_the_first_answer_for_a_camera_or_a_photo() {
        let mut partners = Partners::default();
        assert!(!partners.are_wanted(true));
        partners.main_answered();
        assert!(partners.are_wanted(true) && !partners.are_wanted(false));
        partners.holders = 1;
        assert!(partners.are_wanted(false) && partners.are_held());
        partners.main_ended();
        assert!(!partners.are_wanted(true) && partners.are_held());
    }

    #[test]
    fn an_introduction_that_was_overtaken_is_followed_by_another_one() {
        let mut partners = Partners::default();
        let first = partners.begin_meeting().unwrap();
        assert_eq!(partners.begin_meeting(), None);
        partners.part();
        assert!(partners.end_meeting(first, Some(vec![1])) && partners.met.is_empty());
        let second = partners.begin_meeting().unwrap();
        assert!(!partners.end_meeting(second, Some(vec![1, 2])));
        assert_eq!(partners.begin_meeting(), None);
        assert_eq!(partners.met, [1, 2]);
        partners.part();
        let third = partners.begin_meeting().unwrap();
        assert!(!partners.end_meeting(third, None));
        assert_eq!(partners.begin_meeting(), None);
    }
}
