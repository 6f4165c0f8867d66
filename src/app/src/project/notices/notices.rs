//! The sentences.

use leptos::prelude::*;

use crate::error::PageError;

/// More sentences than these are noise: the oldest go.
const AT_MOST: usize = 6;

/// A sentence on the page.
#[derive(Clone)]
pub(crate) struct Notice {
    pub(crate) id: u32,
    pub(crate) error: PageError,
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
        self.last.update_value(|last| *last += 1);
        let id = self.last.get_value();
        self.list.update(|notices| {
            notices.retain(|notice| notice.error != error);
            notices.push(Notice { id, error });
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
