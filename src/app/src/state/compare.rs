//! What ships for the comparison of the two models.

use std::rc::Rc;

use headstart_protocol::{Command, Shipped};

use super::{Outcome, Page};

/// Photos that are answered once more when the CNN is there, at most: the newest.
const ASKED_AGAIN: usize = 8;

impl Page {
    /// Has it fetched, once for each worker.
    pub(crate) fn open_comparison(self) {
        let asked = self.session.update_value(|session| std::mem::replace(&mut session.comparison_asked, true));
        if !asked {
            self.tell(&Command::OpenComparison);
        }
    }

    /// It is here, as far as the host has it.
    pub(super) fn comparison_opened(self, shipped: Shipped) {
        if !shipped.failures.is_empty() {
            // Whoever comes back to the view tries again.
            self.session.update_value(|session| session.comparison_asked = false);
        }
        let has_scratch = !shipped.scratch_classes.is_empty();
        self.shipped.set(Some(Rc::new(shipped)));
        if has_scratch {
            self.ask_again_with_scratch();
        }
    }

    /// Has the newest photos answered by both.
    fn ask_again_with_scratch(self) {
        let lacks = |outcome: &Outcome| matches!(outcome, Outcome::Answered(answer) if answer.scratch.is_none());
        let again = self.photos.with_untracked(|photos| {
            let newest = photos.iter().take(ASKED_AGAIN);
            newest.filter(|photo| photo.outcome.with_untracked(lacks)).cloned().collect::<Vec<_>>()
        });
        for photo in again.into_iter().rev() {
            photo.outcome.set(Outcome::Waiting);
            self.session.update_value(|session| session.queue.add(photo.id));
        }
        self.send_photos();
    }
}
