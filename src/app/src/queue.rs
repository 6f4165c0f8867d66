//! Which photo goes to the worker next.
//!
//! Photos to classify go before photos to describe for training. Of those to classify the newest goes first: it is the
//! one at the top of the page. At most [`DEPTH`] photos are in hand, that is being read or in the worker, so that hundreds
//! of files never lie in memory at once and the worker never waits.

use std::collections::VecDeque;

/// Photos in hand at once: one in the worker, one ready for it.
const DEPTH: usize = 2;

/// A photo during which the worker stopped this often is given up.
const STOPS_ALLOWED: u8 = 2;

/// Names a photo for as long as the page is open.
pub(crate) type PhotoId = u64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticket {
    id: PhotoId,
    /// Whether it is to be described, which can wait.
    patient: bool,
    /// How often the worker stopped with this photo before it.
    stops: u8,
}

/// The photos that wait and those in hand.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// The newest last.
    waiting: Vec<Ticket>,
    /// The oldest first.
    patient: VecDeque<Ticket>,
    /// Being read.
    reading: Vec<Ticket>,
    /// In the worker, in the order in which it answers.
    sent: VecDeque<Ticket>,
}

impl Queue {
    /// Puts a photo before all others.
    pub(crate) fn add(&mut self, id: PhotoId) {
        self.waiting.push(Ticket { id, patient: false, stops: 0 });
    }

    /// Puts a photo that is to be described behind all others.
    pub(crate) fn add_patient(&mut self, id: PhotoId) {
        self.patient.push_back(Ticket { id, patient: true, stops: 0 });
    }

    /// Takes the photo to read now, if there is one and a hand is free.
    pub(crate) fn take(&mut self) -> Option<PhotoId> {
        if self.reading.len() + self.sent.len() >= DEPTH {
            return None;
        }
        let ticket = self.waiting.pop().or_else(|| self.patient.pop_front())?;
        self.reading.push(ticket);
        Some(ticket.id)
    }

    /// A photo taken has been read and goes to the worker.
    pub(crate) fn sent(&mut self, id: PhotoId) {
        if let Some(ticket) = remove(&mut self.reading, id) {
            self.sent.push_back(ticket);
        }
    }

    /// A photo in hand is answered, has failed, or is no longer wanted.
    pub(crate) fn done(&mut self, id: PhotoId) {
        if remove(&mut self.reading, id).is_none() {
            self.sent.retain(|ticket| ticket.id != id);
        }
    }

    /// Forgets the photos that wait to be classified; those in hand are let through.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The worker stopped: what was in hand waits again, except for the photo to give up because the worker stopped
    /// with it before.
    pub(crate) fn worker_stopped(&mut self) -> Option<PhotoId> {
        if let Some(first) = self.sent.front_mut() {
            first.stops += 1;
        }
        let given_up = self.sent.pop_front_if(|ticket| ticket.stops >= STOPS_ALLOWED);
        // Back as they were: what was sent first is taken first.
        for ticket in self.reading.drain(..).rev().chain(self.sent.drain(..).rev()) {
            if ticket.patient {
                self.patient.push_front(ticket);
            } else {
                self.waiting.push(ticket);
            }
        }
        given_up.map(|ticket| ticket.id)
    }
}

fn remove(tickets: &mut Vec<Ticket>, id: PhotoId) -> Option<Ticket> {
    let place = tickets.iter().position(|ticket| ticket.id == id)?;
    Some(tickets.remove(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(ids: std::ops::Range<PhotoId>) -> Queue {
        let mut queue = Queue::default();
        ids.for_each(|id| queue.add(id));
        queue
    }

    fn send(queue: &mut Queue) -> Option<PhotoId> {
        let id = queue.take()?;
        queue.sent(id);
        Some(id)
    }

    #[test]
    fn the_newest_goes_first_and_only_two_are_in_hand() {
        let mut queue = queue(0..200);
        assert_eq!(queue.take(), Some(199));
        assert_eq!(queue.take(), Some(198));
        assert_eq!(queue.take(), None);
        queue.sent(199);
        assert_eq!(queue.take(), None);
        queue.add(200);
        queue.done(199);
        assert_eq!(queue.take(), Some(200));
    }

    #[test]
    fn every_photo_is_taken_once() {
        let mut queue = queue(0..50);
        let mut seen = Vec::new();
        while let Some(id) = send(&mut queue) {
            seen.push(id);
            queue.done(id);
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_that_cannot_be_read_frees_its_hand() {
        let mut queue = queue(0..3);
        assert_eq!((queue.take(), queue.take(), queue.take()), (Some(2), Some(1), None));
        queue.done(2);
        assert_eq!(queue.take(), Some(0));
    }

    #[test]
    fn what_was_in_hand_is_sent_again_in_the_same_order() {
        let mut queue = queue(0..4);
        assert_eq!((send(&mut queue), queue.take()), (Some(3), Some(2)));
        assert_eq!(queue.worker_stopped(), None);
        assert_eq!((send(&mut queue), send(&mut queue)), (Some(3), Some(2)));
    }

    #[test]
    fn the_photo_that_stops_the_worker_twice_is_given_up_and_no_other() {
        let mut queue = queue(0..3);
        for expected in [None, Some(2)] {
            while send(&mut queue).is_some() {}
            assert_eq!(queue.worker_stopped(), expected);
        }
        assert_eq!((send(&mut queue), send(&mut queue)), (Some(1), Some(0)));
    }

    #[test]
    fn photos_to_describe_wait_for_those_to_classify() {
        let mut queue = Queue::default();
        (0..5).for_each(|id| queue.add_patient(id));
        assert_eq!((send(&mut queue), send(&mut queue), queue.take()), (Some(0), Some(1), None));
        queue.add(9);
        queue.clear();
        queue.add(10);
        queue.done(0);
        assert_eq!((send(&mut queue), queue.take()), (Some(10), None));
        assert_eq!(queue.worker_stopped(), None);
        assert_eq!((send(&mut queue), send(&mut queue), queue.take()), (Some(10), Some(1), None));
        queue.done(10);
        queue.done(1);
        assert_eq!((send(&mut queue), send(&mut queue)), (Some(2), Some(3)));
    }

    #[test]
    fn clearing_lets_what_is_in_hand_through() {
        let mut queue = queue(0..5);
        send(&mut queue);
        queue.clear();
        assert_eq!(queue.take(), None);
        queue.add(9);
        assert_eq!(queue.take(), Some(9));
        assert_eq!(queue.take(), None);
    }
}
