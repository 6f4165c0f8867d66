//! The sentences that stay until they are dismissed.

use leptos::prelude::*;

use crate::error::PageError;

/// More sentences than these are noise: the oldest go.
const AT_MOST: usize = 6;

/// A sentence on the page.
#[derive(Clone)]
pub(crate) struct Notice {
    pub(crate) id: u32,
    pub(crate) said: Said,
}

/// What it says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    /// What went wrong.
    Wrong(PageError),
    /// What is worth knowing, and nothing to mend.
    Worth(String),
}

impl Said {
    /// Whether nothing went wrong.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self, Self::Worth(_))
    }
}

/// The sentences on the page, the newest last. Copies name the same ones.
#[derive(Clone, Copy)]
pub(crate) struct Notices {
    pub(crate) list: RwSignal<Vec<Notice>>,
    last: StoredValue<u32>,
}

impl Notices {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), last: StoredValue::new(0) }
    }

    /// Says what went wrong. The same sentence is said once.
    pub(crate) fn complain(self, error: PageError) {
        self.say(Said::Wrong(error));
    }

    /// Says what is worth knowing. The same sentence is said once.
    pub(crate) fn tell(self, sentence: String) {
        self.say(Said::Worth(sentence));
    }

    fn say(self, said: Said) {
        self.last.update_value(|last| *last += 1);
        let id = self.last.get_value();
        self.list.update(|notices| {
            notices.retain(|notice| notice.said != said);
            notices.push(Notice { id, said });
            if notices.len() > AT_MOST {
                notices.remove(0);
            }
        });
    }

    /// Takes a sentence off the page.
    pub(crate) fn dismiss(self, id: u32) {
        self.list.update(|notices| notices.retain(|notice| notice.id != id));
    }
}
