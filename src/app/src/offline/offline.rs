//! What is kept, and whether a newer release waits.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::platform::service_worker::{self, Registered};
use crate::platform::storage;

/// Beside the page: `src/app/service-worker.js` with the release's files.
const SCRIPT: &str = "service-worker.js";
/// What makes a newer release take over.
const ACTIVATE: &str = "activate";
/// Bytes that must be free for it: where there is little room, that is for the visitor's projects.
const ROOM: f64 = 200e6;
/// How often a page that stays open looks for a newer release. Browsers do when one is opened.
const PERIOD: Duration = Duration::from_secs(60 * 60);

/// The page without a network. Copies are the same one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offline {
    /// Whether all that this page needs is kept.
    pub(crate) is_kept: RwSignal<bool>,
    /// Whether a newer release waits for the visitor's word.
    pub(crate) has_newer: RwSignal<bool>,
    registered: StoredValue<Option<Rc<Registered>>, LocalStorage>,
}

impl Offline {
    /// Nothing is kept yet.
    pub(crate) fn new() -> Self {
        Self {
            is_kept: RwSignal::new(false),
            has_newer: RwSignal::new(false),
            registered: StoredValue::new_local(None),
        }
    }

    /// Keeps what the page needs, with the files of the engine's `program`, where there is plenty of room. Not before the engine is ready: what is being waited
    /// for goes first.
    pub(crate) fn keep(self, program: &'static str) {
        spawn_local(async move {
            if storage::room().await.is_some_and(|room| room < ROOM) {
                return;
            }
            if let Some(registered) = self.registered(program).await {
                registered.tell(program).await;
            }
        });
    }

    /// The visitor wants the newer release: the page is loaded anew from it.
    pub(crate) fn use_newer(self) {
        self.has_newer.set(false);
        let reload = || {
            // A page can always be reloaded.
            let _ = window().location().reload();
        };
        match self.registered.get_value() {
            Some(registered) => registered.call_newer(ACTIVATE, reload),
            None => reload(),
        }
    }

    /// The service worker, registered when it is first wanted.
    async fn registered(self, program: &'static str) -> Option<Rc<Registered>> {
        if let Some(registered) = self.registered.get_value() {
            return Some(registered);
        }
        let registered = Rc::new(service_worker::register(SCRIPT).await?);
        self.registered.set_value(Some(registered.clone()));
        registered.on_word(move |word| {
            if word == program {
                self.is_kept.set(true);
            }
        });
        registered.on_newer(move || self.has_newer.set(true));
        let looking = registered.clone();
        set_interval(
            move || {
                let looking = looking.clone();
                spawn_local(async move { looking.look_for_newer().await });
            },
            PERIOD,
        );
        Some(registered)
    }
}
