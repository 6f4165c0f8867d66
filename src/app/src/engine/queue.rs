//! Which photo goes to which worker next.
//!
//! Photos to classify go before photos to describe for training. Of those to classify the newest goes first: it is the
//! one at the top of the page. At most [`DEPTH`] photos are in a worker's hands, that is being read for it or in it, so
//! that hundreds of files never lie in memory at once and no worker waits.

use std::collections::VecDeque;

/// Photos in a worker's hands at once: one in it, one ready for it.
const DEPTH: usize = 2;

/// A photo during which a worker stopped this often is given up.
const STOPS_ALLOWED: u8 = 2;

/// Names a photo for as long as the page is open.
pub(crate) type PhotoId = u64;

/// Names a worker that photos go to: [`MAIN`], or a helper for as long as the page is open.
pub(crate) type WorkerId = u32;

/// The worker that does all there is to do. Helpers only look at photos, and end with it.
pub(crate) const MAIN: WorkerId = 0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticket {
    id: PhotoId,
    /// Whether it is to be described, which can wait.
    patient: bool,
    /// Whether only [`MAIN`] can answer it.
    main_only: bool,
    /// How often a worker stopped with this photo before it.
    stops: u8,
    /// In whose hands it is, or was last.
    worker: WorkerId,
    /// Whether that worker has taken it up.
    begun: bool,
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
    /// In a worker; those of one worker in the order in which it answers.
    sent: Vec<Ticket>,
}

impl Queue {
    /// Puts a photo before all others; `main_only` where no helper can answer it.
    pub(crate) fn add(&mut self, id: PhotoId, main_only: bool) {
        self.waiting.push(Ticket { id, patient: false, main_only, stops: 0, worker: MAIN, begun: false });
    }

    /// Puts a photo that is to be described behind all others.
    pub(crate) fn add_patient(&mut self, id: PhotoId) {
        self.patient.push_back(Ticket { id, patient: true, main_only: false, stops: 0, worker: MAIN, begun: false });
    }

    /// Takes the photo to read now for that one of `workers` with the fewest in hand, if there is such a photo and a hand
    /// is free.
    pub(crate) fn take(&mut self, workers: &[WorkerId]) -> Option<(PhotoId, WorkerId)> {
        let in_hand = workers.iter().map(|worker| (self.in_hand(*worker), *worker));
        let (_, freest) = in_hand.filter(|(count, _)| *count < DEPTH).min_by_key(|(count, _)| *count)?;
        let main_is_free = self.in_hand(MAIN) < DEPTH;
        let newest = self.waiting.iter().rposition(|ticket| !ticket.main_only || main_is_free);
        let ticket = match newest {
            Some(place) => self.waiting.remove(place),
            None => self.patient.pop_front()?,
        };
        let worker = if ticket.main_only { MAIN } else { freest };
        self.reading.push(Ticket { worker, ..ticket });
        Some((ticket.id, worker))
    }

    /// The photo to classify that goes first of those in nobody's hands.
    pub(crate) fn first(&self) -> Option<PhotoId> {
        self.waiting.last().map(|ticket| ticket.id)
    }

    /// Photos in the hands of `worker`.
    pub(crate) fn in_hand(&self, worker: WorkerId) -> usize {
        self.reading.iter().chain(&self.sent).filter(|ticket| ticket.worker == worker).count()
    }

    /// Photos in nobody's hands that a helper could take.
    pub(crate) fn waiting(&self) -> usize {
        self.patient.len() + self.waiting.iter().filter(|ticket| !ticket.main_only).count()
    }

    /// Whether there is a photo to classify, in hand or not.
    pub(crate) fn has_impatient(&self) -> bool {
        let all = self.waiting.iter().chain(&self.reading).chain(&self.sent);
        all.into_iter().any(|ticket| !ticket.patient)
    }

    /// Whether a photo is being read for `worker`.
    pub(crate) fn is_reading(&self, id: PhotoId, worker: WorkerId) -> bool {
        self.reading.iter().any(|ticket| ticket.id == id && ticket.worker == worker)
    }

    /// A photo taken has been read and goes to its worker.
    pub(crate) fn sent(&mut self, id: PhotoId) {
        self.sent.extend(self.reading.extract_if(.., |ticket| ticket.id == id));
    }

    /// Its worker has taken a photo up.
    pub(crate) fn begun(&mut self, id: PhotoId) {
        if let Some(ticket) = self.sent.iter_mut().find(|ticket| ticket.id == id) {
            ticket.begun = true;
        }
    }

    /// A photo is answered, has failed, or is no longer wanted, wherever it is.
    pub(crate) fn remove(&mut self, id: PhotoId) {
        for tickets in [&mut self.waiting, &mut self.reading, &mut self.sent] {
            tickets.retain(|ticket| ticket.id != id);
        }
        self.patient.retain(|ticket| ticket.id != id);
    }

    /// `worker` stopped: what was in its hands waits again, except for the photo to give up because a worker stopped with
    /// it before. Where `blames`, that which it had taken up may be to blame. With [`MAIN`] all others end, and theirs wait
    /// too.
    pub(crate) fn worker_stopped(&mut self, worker: WorkerId, blames: bool) -> Option<PhotoId> {
        let mut given_up = None;
        let at_work = self.sent.iter().position(|ticket| ticket.worker == worker && ticket.begun);
        if let Some(place) = at_work.filter(|_| blames) {
            self.sent[place].stops += 1;
            if self.sent[place].stops >= STOPS_ALLOWED {
                given_up = Some(self.sent.remove(place).id);
            }
        }
        let comes_back = |ticket: &mut Ticket| worker == MAIN || ticket.worker == worker;
        let mut back: Vec<_> = self.sent.extract_if(.., comes_back).collect();
        back.extend(self.reading.extract_if(.., comes_back));
        // Back as they were: what was sent first is taken first.
        for ticket in back.into_iter().rev().map(|ticket| Ticket { begun: false, ..ticket }) {
            if ticket.patient {
                self.patient.push_front(ticket);
            } else {
                self.waiting.push(ticket);
            }
        }
        given_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(ids: std::ops::Range<PhotoId>) -> Queue {
        let mut queue = Queue::default();
        ids.for_each(|id| queue.add(id, false));
        queue
    }

    /// Takes a photo for a page without helpers.
    fn take(queue: &mut Queue) -> Option<PhotoId> {
        queue.take(&[MAIN]).map(|(id, _)| id)
    }

    fn send(queue: &mut Queue) -> Option<PhotoId> {
        let id = take(queue)?;
        queue.sent(id);
        Some(id)
    }

    /// Takes and sends for all `workers` what they have hands for.
    fn fill(queue: &mut Queue, workers: &[WorkerId]) -> Vec<(PhotoId, WorkerId)> {
        let taken: Vec<_> = std::iter::from_fn(|| queue.take(workers)).collect();
        taken.iter().for_each(|(id, _)| queue.sent(*id));
        taken
    }

    #[test]
    fn the_newest_goes_first_and_only_two_are_in_hand() {
        let mut queue = queue(0..200);
        assert_eq!((queue.first(), take(&mut queue)), (Some(199), Some(199)));
        assert_eq!((queue.first(), take(&mut queue)), (Some(198), Some(198)));
        assert_eq!(take(&mut queue), None);
        queue.sent(199);
        assert_eq!(take(&mut queue), None);
        queue.add(200, false);
        queue.remove(199);
        assert_eq!(take(&mut queue), Some(200));
    }

    #[test]
    fn every_photo_is_taken_once() {
        let mut queue = queue(0..50);
        let mut seen = Vec::new();
        while let Some(id) = send(&mut queue) {
            seen.push(id);
            queue.remove(id);
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_that_cannot_be_read_frees_its_hand() {
        let mut queue = queue(0..3);
        assert_eq!((take(&mut queue), take(&mut queue), take(&mut queue)), (Some(2), Some(1), None));
        queue.remove(2);
        assert_eq!(take(&mut queue), Some(0));
    }

    #[test]
    fn what_was_in_hand_is_sent_again_in_the_same_order() {
        let mut queue = queue(0..4);
        assert_eq!((send(&mut queue), take(&mut queue)), (Some(3), Some(2)));
        assert_eq!(queue.worker_stopped(MAIN, true), None);
        assert_eq!((send(&mut queue), send(&mut queue)), (Some(3), Some(2)));
    }

    #[test]
    fn the_photo_that_stops_the_worker_twice_is_given_up_and_no_other() {
        let mut queue = queue(0..3);
        for expected in [None, Some(2)] {
            while send(&mut queue).is_some() {}
            queue.begun(2);
            assert_eq!(queue.worker_stopped(MAIN, true), expected);
        }
        assert_eq!((send(&mut queue), send(&mut queue)), (Some(1), Some(0)));
    }

    #[test]
    fn a_photo_that_the_worker_had_not_taken_up_is_not_to_blame() {
        let mut queue = queue(0..2);
        for _ in 0..5 {
            while send(&mut queue).is_some() {}
            assert_eq!(queue.worker_stopped(MAIN, true), None);
        }
        // Taken up by the worker before counts for nothing either.
        while send(&mut queue).is_some() {}
        queue.begun(1);
        assert_eq!(queue.worker_stopped(MAIN, true), None);
        while send(&mut queue).is_some() {}
        assert_eq!(queue.worker_stopped(MAIN, true), None);
    }

    #[test]
    fn a_photo_is_not_to_blame_for_a_device_that_went_away() {
        let mut queue = queue(0..1);
        for _ in 0..5 {
            assert_eq!(send(&mut queue), Some(0));
            queue.begun(0);
            assert_eq!(queue.worker_stopped(MAIN, false), None);
        }
    }

    #[test]
    fn photos_to_describe_wait_for_those_to_classify() {
        let mut queue = Queue::default();
        (0..5).for_each(|id| queue.add_patient(id));
        assert_eq!((send(&mut queue), send(&mut queue), take(&mut queue)), (Some(0), Some(1), None));
        assert!(!queue.has_impatient());
        queue.add(9, false);
        assert!(queue.has_impatient());
        queue.remove(9);
        queue.add(10, false);
        queue.remove(0);
        assert_eq!((send(&mut queue), take(&mut queue)), (Some(10), None));
        assert_eq!(queue.worker_stopped(MAIN, true), None);
        assert_eq!((send(&mut queue), send(&mut queue), take(&mut queue)), (Some(10), Some(1), None));
        queue.remove(10);
        queue.remove(1);
        assert_eq!((send(&mut queue), send(&mut queue)), (Some(2), Some(3)));
    }

    #[test]
    fn what_is_no_longer_wanted_leaves_wherever_it_is() {
        let mut queue = queue(0..5);
        queue.add_patient(7);
        send(&mut queue);
        (0..5).for_each(|id| queue.remove(id));
        queue.remove(7);
        assert_eq!((take(&mut queue), queue.waiting(), queue.in_hand(MAIN)), (None, 0, 0));
    }

    #[test]
    fn each_worker_has_hands_of_its_own_and_the_idlest_takes_first() {
        let mut queue = queue(0..10);
        assert_eq!(fill(&mut queue, &[MAIN]), [(9, MAIN), (8, MAIN)]);
        assert_eq!(fill(&mut queue, &[MAIN, 1, 2]), [(7, 1), (6, 2), (5, 1), (4, 2)]);
        assert_eq!((queue.in_hand(1), queue.waiting()), (2, 4));
        queue.remove(6);
        assert_eq!(queue.take(&[MAIN, 1, 2]), Some((3, 2)));
    }

    #[test]
    fn helpers_describe_where_they_may_not_classify() {
        let mut queue = Queue::default();
        (0..4).for_each(|id| queue.add(id, true));
        (10..14).for_each(|id| queue.add_patient(id));
        assert_eq!(queue.waiting(), 4);
        let mut take = || queue.take(&[MAIN, 1]);
        assert_eq!([take(), take()], [Some((3, MAIN)), Some((2, MAIN))]);
        assert_eq!([take(), take(), take()], [Some((10, 1)), Some((11, 1)), None]);
    }

    #[test]
    fn a_helper_that_stops_gives_back_its_own_photos_alone() {
        let mut queue = queue(0..6);
        assert_eq!(fill(&mut queue, &[MAIN, 1]), [(5, MAIN), (4, 1), (3, MAIN), (2, 1)]);
        assert_eq!(queue.worker_stopped(1, true), None);
        assert_eq!((queue.in_hand(MAIN), queue.in_hand(1), queue.waiting()), (2, 0, 4));
        assert!(!queue.is_reading(4, 1));
        assert_eq!(queue.take(&[MAIN, 2]), Some((4, 2)));
        assert!(queue.is_reading(4, 2));
    }

    #[test]
    fn a_photo_that_stops_two_workers_is_given_up() {
        let mut queue = queue(0..2);
        fill(&mut queue, &[MAIN, 1]);
        queue.begun(0);
        assert_eq!(queue.worker_stopped(1, true), None);
        queue.remove(1);
        assert_eq!(fill(&mut queue, &[MAIN]), [(0, MAIN)]);
        queue.begun(0);
        assert_eq!(queue.worker_stopped(MAIN, true), Some(0));
        assert_eq!(take(&mut queue), None);
    }

    #[test]
    fn with_the_main_worker_all_others_end_and_only_its_own_photo_is_to_blame() {
        let mut queue = queue(0..5);
        for _ in 0..2 {
            queue.take(&[1]);
            fill(&mut queue, &[MAIN, 1]);
            assert_eq!(queue.in_hand(1), 2);
            // The photo before the main worker is another one each time.
            let first = queue.sent.iter().find(|ticket| ticket.worker == MAIN).unwrap().id;
            let ids: Vec<_> = queue.sent.iter().map(|ticket| ticket.id).collect();
            ids.into_iter().for_each(|id| queue.begun(id));
            assert_eq!(queue.worker_stopped(MAIN, true), None);
            assert_eq!((queue.in_hand(MAIN), queue.in_hand(1)), (0, 0));
            queue.waiting.retain(|ticket| ticket.id != first);
        }
        assert!(queue.waiting.iter().all(|ticket| ticket.stops == 0));
        assert_eq!(queue.waiting(), 3);
    }
}
