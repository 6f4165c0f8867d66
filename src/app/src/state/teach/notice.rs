//! What went wrong with the project, in sentences that stay until they are dismissed.

use headstart_protocol::Failure;

use crate::state::Page;

/// More sentences than these are noise: the oldest go.
const AT_MOST: usize = 6;

/// A sentence on the page.
#[derive(Clone)]
pub(crate) struct Notice {
    pub(crate) id: u32,
    pub(crate) failure: Failure,
}

impl Page {
    /// Says what went wrong. The same sentence is said once.
    pub(crate) fn complain(self, failure: impl Into<Failure>) {
        let failure = failure.into();
        let id = self.teach.next_id();
        self.teach.notices.update(|notices| {
            notices.retain(|notice| notice.failure != failure);
            notices.push(Notice { id, failure });
            if notices.len() > AT_MOST {
                notices.remove(0);
            }
        });
    }

    /// Takes a sentence off the page.
    pub(crate) fn dismiss(self, id: u32) {
        self.teach.notices.update(|notices| notices.retain(|notice| notice.id != id));
    }
}
